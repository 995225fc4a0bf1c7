/* tally-event-log.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"

G_BEGIN_DECLS

/**
 * TallyEventLog:
 *
 * The last events of this process, each in its envelope {"seq","time","run","connection","type",
 * "data"} as data/schemas/event.schema.json describes it. On the main loop.
 */
typedef struct _TallyEventLog TallyEventLog;

TallyEventLog *tally_event_log_new     (TallyClock      *clock) G_GNUC_WARN_UNUSED_RESULT;
void           tally_event_log_free    (TallyEventLog   *self);

/* Returns: (transfer none): the envelope. @run: the run that it belongs to; 0: none. @connection:
 * (nullable): URL of the database. @data: a JSON object. */
const char    *tally_event_log_add     (TallyEventLog   *self,
                                        const char      *type,
                                        gint64           run,
                                        const char      *connection,
                                        const char      *data);
/* Of the last one; 0: there was none. */
guint64        tally_event_log_get_seq (TallyEventLog   *self);
/* Envelopes after @seq, oldest first; the first ones are forgotten in time. */
char         **tally_event_log_list    (TallyEventLog   *self,
                                        guint64          seq) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyEventLog, tally_event_log_free)

G_END_DECLS
