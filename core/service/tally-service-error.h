/* tally-service-error.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "client/tally-client-error.h"

G_BEGIN_DECLS

/* The one place where errors of the layers below become those of the bus. */
GError *tally_service_error_translate (const GError *error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
