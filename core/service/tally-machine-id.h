/* tally-machine-id.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *tally_machine_id_dup (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
