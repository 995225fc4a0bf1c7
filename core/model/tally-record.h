/* tally-record.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "model/tally-reason.h"
#include "model/tally-revision.h"

G_BEGIN_DECLS

/* Where an outbox row stands. A hold because of a conflict is derived, never stored. */
typedef enum
{
  TALLY_LANE_SEND,
  TALLY_LANE_HOLD,
  TALLY_LANE_QUARANTINE,
} TallyLane;

const char *tally_lane_to_string   (TallyLane    lane);
TallyLane   tally_lane_from_string (const char  *text);

/**
 * TallyOutboxEntry:
 * @seq: order of the edits
 * @sent: (nullable): the newest revision of this record that may be on the server without proof
 * @closes: leaves that a resolution was shown and ends with tombstones; never %NULL
 * @reason: (nullable): why it waits
 * @tries: how often it was sent
 * @next_try_us: date; 0: at once
 *
 * The revision to send is always the record's local one.
 */
typedef struct
{
  gint64          seq;
  TallyRevision  *sent;
  char          **closes;
  TallyLane       lane;
  TallyReason    *reason;
  guint           tries;
  gint64          next_try_us;
} TallyOutboxEntry;

/* The states of the table in core/README.md, derived from the pointers. */
typedef enum
{
  TALLY_RECORD_ABSENT,
  TALLY_RECORD_CLEAN,
  TALLY_RECORD_PENDING,        /* edited here, never sent */
  TALLY_RECORD_SENT,           /* left, not yet proved */
  TALLY_RECORD_BEHIND,         /* the server has a newer one that is not applied yet */
  TALLY_RECORD_DIVERGED,       /* both moved: a conflict */
  TALLY_RECORD_FORKED,         /* more than one live leaf on the server: a conflict */
  TALLY_RECORD_DELETED_HERE,   /* a tombstone of ours waits to leave */
  TALLY_RECORD_DELETED_THERE,  /* the server deleted it; not applied yet */
  TALLY_RECORD_QUARANTINED,    /* the server refuses it */
  TALLY_RECORD_HELD,           /* waits for something else than a conflict */
} TallyRecordState;

const char *tally_record_state_to_string (TallyRecordState state);

/**
 * TallyRecord:
 * @id: surrogate key; 0 while the record is not stored
 * @base: (nullable): the last revision both sides agreed on
 * @local: (nullable): what this computer shows
 * @remote: (nullable): the server's winner as last seen
 * @leaves: (element-type TallyRevision): every leaf of the server's tree, tombstones included,
 *   winner first; empty while the record was never seen there
 * @outbox: (nullable): %NULL when nothing is to be sent
 *
 * A record with its pointers, as one value: read from the store, decided upon, written back.
 * Clean means the three pointers are one revision and at most one leaf is live.
 */
typedef struct
{
  gint64            id;
  char             *key;
  TallyRevision    *base;
  TallyRevision    *local;
  TallyRevision    *remote;
  GPtrArray        *leaves;
  TallyOutboxEntry *outbox;
} TallyRecord;

TallyRecord      *tally_record_new          (const char          *key) G_GNUC_WARN_UNUSED_RESULT;
/* A copy to change; revisions are shared. Once published a record is never written to. */
TallyRecord      *tally_record_copy         (const TallyRecord   *self) G_GNUC_WARN_UNUSED_RESULT;
TallyRecord      *tally_record_ref          (TallyRecord         *self);
void              tally_record_unref        (TallyRecord         *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyRecord, tally_record_unref)

/* Setters for whoever builds a record; they swap the reference. NULL clears. */
void              tally_record_set_base     (TallyRecord         *self,
                                             const TallyRevision *revision);
void              tally_record_set_local    (TallyRecord         *self,
                                             const TallyRevision *revision);
void              tally_record_set_remote   (TallyRecord         *self,
                                             const TallyRevision *revision);
void              tally_record_set_leaves   (TallyRecord         *self,
                                             GPtrArray           *leaves);
TallyOutboxEntry *tally_record_need_outbox  (TallyRecord         *self);
void              tally_record_clear_outbox (TallyRecord         *self);
void              tally_record_set_sent     (TallyRecord         *self,
                                             const TallyRevision *revision);
void              tally_record_set_closes   (TallyRecord         *self,
                                             const char * const  *revs);

TallyRecordState  tally_record_get_state    (const TallyRecord   *self);
/* local ≠ base */
gboolean          tally_record_is_dirty     (const TallyRecord   *self);
/* Diverged or forked, and nobody has settled it. */
gboolean          tally_record_is_conflict  (const TallyRecord   *self);
/* An outbox row that may leave now: lane send and no open conflict. */
gboolean          tally_record_is_sendable  (const TallyRecord   *self);
/* The live leaves that are neither the remote one nor closed by the outbox row, winner first
 * (element-type TallyRevision, borrowed members). */
GPtrArray        *tally_record_open_leaves  (const TallyRecord   *self) G_GNUC_WARN_UNUSED_RESULT;
/* NULL-safe: the record is shown on this computer (a live local revision). */
gboolean          tally_record_is_live      (const TallyRecord   *self);

G_END_DECLS
