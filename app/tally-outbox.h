/* tally-outbox.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"

#include "client/tally-client.h"

G_BEGIN_DECLS

#define TALLY_TYPE_OUTBOX (tally_outbox_get_type ())
G_DECLARE_FINAL_TYPE (TallyOutbox, tally_outbox, TALLY, OUTBOX, GObject)

TallyOutbox  *tally_outbox_new      (TallyBusSync *sync,
                                     TallyClock   *clock) G_GNUC_WARN_UNUSED_RESULT;
TallyBusSync *tally_outbox_get_sync (TallyOutbox  *self);
/* Reads all lanes anew. */
void          tally_outbox_load     (TallyOutbox  *self);
/* What was refused leaves once more, now. */
void          tally_outbox_retry    (TallyOutbox  *self,
                                     const char   *id);
/* What is held back leaves now. */
void          tally_outbox_release  (TallyOutbox  *self,
                                     const char   *id);
/* What waits leaves now, without waiting for its next try; @id NULL: all of it that may. */
void          tally_outbox_send     (TallyOutbox  *self,
                                     const char   *id);

G_END_DECLS
