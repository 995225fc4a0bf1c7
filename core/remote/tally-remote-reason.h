/* tally-remote-reason.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "model/tally-reason.h"

G_BEGIN_DECLS

/* The reason behind an error of a remote or of the network under it; NULL for another domain. */
TallyReason *tally_remote_reason_for_error (const GError *error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
