/* tally-packing-transport.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "http/tally-transport.h"

G_BEGIN_DECLS

#define TALLY_TYPE_PACKING_TRANSPORT (tally_packing_transport_get_type ())
G_DECLARE_FINAL_TYPE (TallyPackingTransport, tally_packing_transport, TALLY, PACKING_TRANSPORT,
                      GObject)

TallyTransport *tally_packing_transport_new (TallyTransport *inner) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
