/* sim-ledger.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "model/tally-record.h"
#include "sim/sim-trace.h"

G_BEGIN_DECLS

/* Stands for a tombstone's body. */
#define TALLY_SIM_LEDGER_DELETED "(deleted)"

/**
 * TallySimLedger:
 *
 * What the users of a world did and what they had seen when they did it: the oracle's memory. It
 * knows bodies whose members are strings ("values"), each written once and recognizable, and
 * revisions with the device that made them. A value that nobody who had seen it has replaced must
 * stand in the record at the end, whatever the engine did.
 */
typedef struct _TallySimLedger TallySimLedger;

/* @trace outlives it. */
TallySimLedger *tally_sim_ledger_new             (TallySimTrace       *trace) G_GNUC_WARN_UNUSED_RESULT;
void            tally_sim_ledger_free            (TallySimLedger      *self);

/* Before an edit, a deletion (@body NULL) or a settlement: whoever does it has seen the local
 * side of @shown (nullable: there was none), with @all_sides every side, and replaces it. Called
 * before the store is asked, as a crash may hide that it took place. */
void            tally_sim_ledger_replace         (TallySimLedger      *self,
                                                  const TallyRecord   *shown,
                                                  gboolean             all_sides,
                                                  const char          *key,
                                                  const char          *body);
/* The store has acknowledged it. @made: (nullable): the local revision after it. */
void            tally_sim_ledger_acknowledge     (TallySimLedger      *self,
                                                  guint                device,
                                                  const TallyRecord   *shown,
                                                  const char          *key,
                                                  const TallyRevision *made);

/* A conflict was settled: every side of it must be there to be had back. */
void            tally_sim_ledger_settle          (TallySimLedger      *self,
                                                  const TallyRecord   *shown);

/* A batch that a device's engine sends, as the body of its request. What another device sends as
 * well, because both merged alike, is not the first one's alone. */
void            tally_sim_ledger_note_sent       (TallySimLedger      *self,
                                                  guint                device,
                                                  GBytes              *batch);

/* Edits that stores have acknowledged. */
guint           tally_sim_ledger_get_n_edits     (TallySimLedger      *self);

/* What the server made for somebody who lets it make revisions, as it answers: a device that edits
 * alike makes the same one. */
void            tally_sim_ledger_note_written    (TallySimLedger      *self,
                                                  guint                actor,
                                                  GBytes              *answer);

gboolean        tally_sim_ledger_has_sent        (TallySimLedger      *self,
                                                  guint                device,
                                                  const TallyRevision *revision);

/* What the server is said to have refused was discarded, with the edits before it that it may not
 * have. Should one be there all the same, as when an answer was lost before the refusal, then
 * whatever stands against it is a question. */
void            tally_sim_ledger_give_up         (TallySimLedger      *self,
                                                  const TallyRecord   *record);

/* TRUE when every revision that parts the sides of this conflict was made by @device alone. */
gboolean        tally_sim_ledger_is_own_conflict (TallySimLedger      *self,
                                                  guint                device,
                                                  const TallyRecord   *record);

/* At the end. @live: key -> body of what is left; @kept: (element-type utf8): "key rev" of every
 * revision in the server's trees and in history; @kept_bodies: the same with "key body". */
void            tally_sim_ledger_check           (TallySimLedger      *self,
                                                  TallySimTrace       *trace,
                                                  GHashTable          *live,
                                                  GHashTable          *kept,
                                                  GHashTable          *kept_bodies);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimLedger, tally_sim_ledger_free)

G_END_DECLS
