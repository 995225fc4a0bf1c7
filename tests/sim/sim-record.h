/* sim-record.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-server.h"

G_BEGIN_DECLS

/**
 * TallySimRecord:
 *
 * Writes down what a world's server was asked to write, in the order it did, and the tree it ended
 * with: a scenario that can be replayed into any server. A file of JSON lines:
 *
 *   {"seed":7}
 *   {"write":{"new_edits":false,"docs":[…]}}             as it came; any number of them
 *   {"changes":{…},"winners":{…},"leaves":{…}}           the server's own answers at the end: to
 *                                                        _changes with and without style=all_docs,
 *                                                        to _bulk_get?revs=true for every leaf
 *
 * A PUT or DELETE, for which the server makes the revision, is written down as the replicated
 * document that has this revision, so that it has the same name everywhere. Knows nothing of
 * faults; a server that forgets what it has answered cannot be recorded.
 */
typedef struct _TallySimRecord TallySimRecord;

/* Records @server until it closes, then writes @path; a failure is @trace's. Both outlive it. */
TallySimRecord *tally_sim_record_new  (TallySimServer *server,
                                       TallySimTrace  *trace,
                                       guint32         seed,
                                       const char     *path) G_GNUC_WARN_UNUSED_RESULT;
void            tally_sim_record_free (TallySimRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimRecord, tally_sim_record_free)

G_END_DECLS
