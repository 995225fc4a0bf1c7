/* tally-soup-transport.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "http/tally-credentials.h"
#include "http/tally-transport.h"

G_BEGIN_DECLS

#define TALLY_TYPE_SOUP_TRANSPORT (tally_soup_transport_get_type ())
G_DECLARE_FINAL_TYPE (TallySoupTransport, tally_soup_transport, TALLY, SOUP_TRANSPORT, GObject)

/* @credentials: (nullable): sent as Basic auth with every request. */
TallyTransport *tally_soup_transport_new (TallyCredentials *credentials) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
