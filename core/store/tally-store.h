/* tally-store.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"
#include "base/tally-json-writer.h"
#include "model/tally-record.h"

G_BEGIN_DECLS

/**
 * TallyStoreError:
 * @TALLY_STORE_ERROR_NOT_FOUND: no such record
 * @TALLY_STORE_ERROR_STALE: the revision named is not the current one: read again
 * @TALLY_STORE_ERROR_LOCKED: another process holds the store: talk to it
 * @TALLY_STORE_ERROR_MISMATCH: the store belongs to another server or database
 * @TALLY_STORE_ERROR_BAD_INPUT: what was given in can't be stored: the message says why
 *
 * What the file itself does wrong comes as %TALLY_DB_ERROR.
 */
typedef enum
{
  TALLY_STORE_ERROR_NOT_FOUND,
  TALLY_STORE_ERROR_STALE,
  TALLY_STORE_ERROR_LOCKED,
  TALLY_STORE_ERROR_MISMATCH,
  TALLY_STORE_ERROR_BAD_INPUT,
} TallyStoreError;

#define TALLY_STORE_ERROR (tally_store_error_quark ())
GQuark tally_store_error_quark (void);

/**
 * TallyStoreOptions:
 * @path: the file
 * @vfs: (nullable): SQLite VFS name; %NULL: the machine's own
 * @clock: dates of what is stored
 * @rand: mints the device id
 * @machine_id: text that names this machine; when it changes, a new device id is minted
 */
typedef struct
{
  const char *path;
  const char *vfs;
  TallyClock *clock;
  GRand      *rand;
  const char *machine_id;
} TallyStoreOptions;

/**
 * TallyStore:
 *
 * The client's tables behind verbs. Knows nothing of servers or merging. Confined to the thread
 * that opened it; several may be open on one file within the process that holds its lock
 * (TallyStoreLock). Every write is one transaction, durable when the call returns.
 */
typedef struct _TallyStore TallyStore;

TallyStore  *tally_store_open            (const TallyStoreOptions  *options,
                                          GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
void         tally_store_close           (TallyStore               *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyStore, tally_store_close)

/* The reason behind an error of this layer or of the file under it. */
TallyReason *tally_store_reason_for_error(const GError             *error) G_GNUC_WARN_UNUSED_RESULT;

const char  *tally_store_get_device      (TallyStore               *self);

/* Bytes of a body that are taken here: what CouchDB takes without being told otherwise
 * (max_document_size, 8,000,000 since 3.0). */
#define TALLY_STORE_MAX_BODY 8000000

/* Named settings of the store itself: "url" (of the database, without password), "user",
 * "paused", "guard". NULL when unset; NULL deletes. */
char        *tally_store_dup_setting     (TallyStore               *self,
                                          const char               *name,
                                          GError                  **error);
gboolean     tally_store_set_setting     (TallyStore               *self,
                                          const char               *name,
                                          const char               *value,
                                          GError                  **error);

/* --- edits (tally-store-edit.c) --- */

/* Writes a new local revision and its outbox row in one transaction. @body is text form,
 * attachments are carried over. @expected_rev NULL: whatever is there; otherwise the local rev
 * or STALE. An edit equal to what is there changes nothing. *revision (optional): the local one
 * after it. */
gboolean     tally_store_put             (TallyStore               *self,
                                          const char               *key,
                                          const char               *body,
                                          const char               *expected_rev,
                                          TallyRevision           **revision,
                                          GError                  **error);
gboolean     tally_store_delete          (TallyStore               *self,
                                          const char               *key,
                                          const char               *expected_rev,
                                          GError                  **error);

typedef struct
{
  guint n_created;
  guint n_changed;
  guint n_unchanged;
} TallyImportResult;

/* All or nothing: documents as parsed (rev: absent or current; anything else is STALE, and the
 * message names the document's number in the array as "line N"). */
gboolean     tally_store_import          (TallyStore               *self,
                                          GPtrArray                *documents,
                                          TallyImportResult        *result,
                                          GError                  **error);

/* --- reading (tally-store-read.c) --- */

/* NULL without error: not found. */
TallyRecord *tally_store_get             (TallyStore               *self,
                                          const char               *key,
                                          GError                  **error);

/* One revision of a record, as far as it is still held: a pointer, a leaf, or a side that history
 * keeps. *revision NULL: it is not. */
gboolean     tally_store_get_revision    (TallyStore               *self,
                                          const char               *key,
                                          const char               *rev,
                                          TallyRevision           **revision,
                                          GError                  **error);

/* A row of a list, cheap enough for a page of a thousand. */
typedef struct
{
  char             *key;
  char             *collection;   /* "" : the database's name */
  char             *rev;
  TallyRecordState  state;
  char             *body;
} TallyRecordRow;

void         tally_record_row_free       (TallyRecordRow           *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyRecordRow, tally_record_row_free)

typedef struct
{
  const char *collection;   /* nullable: all; "" for those without one of their own */
  const char *search;       /* nullable: text anywhere in key or body, case folded (ASCII) */
  gboolean    problems_only;/* pending, diverged, forked, held, quarantined */
} TallyRecordQuery;

/* Live records by key (byte order); *n_total (optional): of the whole query. */
GPtrArray   *tally_store_list_records    (TallyStore               *self,
                                          const TallyRecordQuery   *query,
                                          guint                     offset,
                                          guint                     limit,
                                          guint                    *n_total,
                                          GError                  **error);

/* Every live record's local revision by key in byte order, until @func says FALSE. */
typedef gboolean (*TallyRevisionFunc)    (const TallyRevision      *revision,
                                          gpointer                  user_data,
                                          GError                  **error);
gboolean     tally_store_foreach_live    (TallyStore               *self,
                                          TallyRevisionFunc         func,
                                          gpointer                  user_data,
                                          GError                  **error);

typedef struct
{
  char  *collection;
  guint  n_records;
  guint  n_pending;
  guint  n_conflicts;
} TallyCollectionCount;

void         tally_collection_count_free (TallyCollectionCount     *self);

/* element-type TallyCollectionCount, by name */
GPtrArray   *tally_store_list_collections(TallyStore               *self,
                                          GError                  **error);

typedef struct
{
  guint  n_records;            /* live here */
  guint  n_pending;            /* sendable outbox rows */
  gint64 oldest_pending_us;    /* date; 0 when none */
  guint  n_held;               /* edits that can't leave: in conflict or on hold, not guarded */
  guint  n_quarantined;
  guint  n_conflicts;          /* open */
  guint  n_problems;           /* open problem rows */
  guint  n_behind;             /* the server's newer side is known and not taken in yet */
  guint  n_guarded_there;      /* deleted on the server: an open question holds that back here */
  guint  n_guarded_here;       /* deleted here: an open question keeps that from leaving */
  guint  n_guarded_edits;      /* edited alike, or merged, in a number that is asked about */
} TallyStoreCounts;

gboolean     tally_store_count           (TallyStore               *self,
                                          TallyStoreCounts         *counts,
                                          GError                  **error);
/* Open conflicts by key, with all sides: element-type TallyRecord. */
GPtrArray   *tally_store_list_conflicts  (TallyStore               *self,
                                          guint                     offset,
                                          guint                     limit,
                                          GError                  **error);

/* --- synchronization (tally-store-sync.c) --- */

/* What happened to a record beyond its pointers; kept for ever, bodies included. */
typedef struct
{
  const char          *event;      /* "merged", "settled", "forked", "deleted", "undone" */
  const TallyRevision *base;       /* all nullable */
  const TallyRevision *local;
  const TallyRevision *remote;
  const TallyRevision *result;
} TallyHistoryLine;

/**
 * TallyDecision:
 * @seen: the record as it was read; %NULL for one that was absent
 * @after: what it becomes: pointers, leaves, outbox
 * @history: (nullable): a line to keep
 * @problem: (nullable): opens a problem row for the record; %NULL solves an open one
 *
 * Compare-and-set: written only when the local pointer (and the outbox row's sent revision) still
 * are what @seen says.
 */
typedef struct
{
  TallyRecord      *seen;
  TallyRecord      *after;
  TallyHistoryLine *history;
  TallyReason      *problem;
} TallyDecision;

TallyDecision *tally_decision_new        (TallyRecord              *seen,
                                          TallyRecord              *after) G_GNUC_WARN_UNUSED_RESULT;
void         tally_decision_set_history  (TallyDecision            *self,
                                          const char               *event,
                                          const TallyRevision      *base,
                                          const TallyRevision      *local,
                                          const TallyRevision      *remote,
                                          const TallyRevision      *result);
void         tally_decision_free         (TallyDecision            *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyDecision, tally_decision_free)

/* One transaction: all decisions and, if given, the checkpoint. Decisions whose record moved
 * meanwhile are left out; their keys are returned in *moved (optional; element-type utf8) and
 * the checkpoint is then NOT written (decide again, apply again). */
gboolean     tally_store_apply           (TallyStore               *self,
                                          GPtrArray                *decisions,
                                          const char               *since,
                                          gint64                    run,
                                          GPtrArray               **moved,
                                          GError                  **error);

/* The pull's checkpoint: opaque JSON text, NULL at the start. */
char        *tally_store_dup_since       (TallyStore               *self,
                                          GError                  **error);
/* The next pull starts from the beginning. */
gboolean     tally_store_forget_since    (TallyStore               *self,
                                          GError                  **error);
/* The last checkpoint session that the server surely has (0: none yet). */
gboolean     tally_store_get_session     (TallyStore               *self,
                                          gint64                   *session,
                                          GError                  **error);
gboolean     tally_store_set_session     (TallyStore               *self,
                                          gint64                    session,
                                          GError                  **error);

/* Sendable records in the order of their edits, after outbox seq @after, due at @date_us:
 * element-type TallyRecord. */
GPtrArray   *tally_store_list_outbox     (TallyStore               *self,
                                          gint64                    after,
                                          gint64                    date_us,
                                          guint                     limit,
                                          GError                  **error);
/* Records with nothing of ours at stake whose server side waits to be applied: deletions, and
 * newer bodies whose conflict an edit here took back, by id: element-type TallyRecord. */
GPtrArray   *tally_store_list_behind     (TallyStore               *self,
                                          gint64                    after,
                                          guint                     limit,
                                          GError                  **error);
/* Every record, deleted ones too, by id: element-type TallyRecord. */
GPtrArray   *tally_store_list_all        (TallyStore               *self,
                                          gint64                    after,
                                          guint                     limit,
                                          GError                  **error);
/* Records with a leaf whose body is not known, by id: element-type TallyRecord. */
GPtrArray   *tally_store_list_gaps       (TallyStore               *self,
                                          gint64                    after,
                                          guint                     limit,
                                          GError                  **error);
/* Before a batch leaves: writes sent_rev = local for each record still as it was read; the
 * others are removed from @records. */
gboolean     tally_store_mark_sent       (TallyStore               *self,
                                          GPtrArray                *records,
                                          GError                  **error);
/* Of edits that leave after others it is written down for which record each waits (key -> key). */
gboolean     tally_store_note_waiting    (TallyStore               *self,
                                          GHashTable               *waiting,
                                          GError                  **error);
/* A document that can't be a record here: an open problem row by its id as JSON text, once. */
gboolean     tally_store_open_problem    (TallyStore               *self,
                                          const char               *key,
                                          const TallyReason        *reason,
                                          GError                  **error);
/* Before everything is read again: those rows are opened anew where they still hold. */
gboolean     tally_store_solve_problems  (TallyStore               *self,
                                          const char               *code,
                                          GError                  **error);
/* The server refuses @rev of @key: quarantine with a reason. A record that moved on stays. */
gboolean     tally_store_quarantine      (TallyStore               *self,
                                          const char               *key,
                                          const char               *rev,
                                          const TallyReason        *reason,
                                          gboolean                 *set_aside,
                                          GError                  **error);

/* --- what waits and what was set aside (tally-store-outbox.c) --- */

/* A row of a list: an edit that waits, or was refused. */
typedef struct
{
  char        *key;
  char        *collection;   /* "": the database's name */
  gboolean     deleted;      /* the edit deletes the record */
  TallyReason *reason;       /* nullable: why it is where it is */
  guint        n_tries;
  gint64       created_us;   /* date of the first edit that has not arrived */
  gint64       next_try_us;  /* date; 0: with the next run */
} TallyOutboxRow;

void         tally_outbox_row_free       (TallyOutboxRow           *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyOutboxRow, tally_outbox_row_free)

/* element-type TallyOutboxRow, in the order of the edits */
GPtrArray   *tally_store_list_outbox_rows(TallyStore               *self,
                                          TallyLane                 lane,
                                          guint                     offset,
                                          guint                     limit,
                                          GError                  **error);
/* Sends what was refused once more; @key NULL: all of it. */
gboolean     tally_store_retry           (TallyStore               *self,
                                          const char               *key,
                                          guint                    *n_retried,
                                          GError                  **error);
/* The reason of an outbox row that leaves after another one. */
#define TALLY_REASON_WAITS_FOR "waits-for"

/* The reason of an outbox row that a person put on hold. */
#define TALLY_REASON_ON_HOLD "on-hold"

/* What a person put on hold leaves with the next run; @key NULL: all of it. */
gboolean     tally_store_release         (TallyStore               *self,
                                          const char               *key,
                                          guint                    *n_released,
                                          GError                  **error);
/* What is left of a refused edit that is given up: pure. */
TallyRecord *tally_record_discarded      (const TallyRecord        *record) G_GNUC_WARN_UNUSED_RESULT;
gboolean     tally_store_discard         (TallyStore               *self,
                                          const char               *key,
                                          GError                  **error);

/* --- the guard (tally-store-guard.c) --- */

/* The reason of an outbox row that was held back, and of which a person has said that it is to
 * leave. */
#define TALLY_GUARD_REASON_ALLOWED "allowed"

typedef enum
{
  TALLY_GUARD_SERVER,   /* deleted on the server, live here */
  TALLY_GUARD_LOCAL,    /* deleted here, live on the server */
  TALLY_GUARD_ALIKE,    /* edited here, all in the same way */
  TALLY_GUARD_MERGED,   /* changed on both sides and merged here */
} TallyGuardSide;

const char  *tally_guard_side_to_string  (TallyGuardSide            side);
gboolean     tally_guard_side_from_string(const char               *text,
                                          TallyGuardSide           *side);

/**
 * TallyGuardRule:
 * @share: percent of a collection that may be deleted, edited alike or merged without a question
 * @least: fewer records than this never raise one
 */
typedef struct
{
  guint share;
  guint least;
} TallyGuardRule;

gboolean     tally_store_get_guard_rule  (TallyStore               *self,
                                          TallyGuardRule           *rule,
                                          GError                  **error);
gboolean     tally_store_set_guard_rule  (TallyStore               *self,
                                          const TallyGuardRule     *rule,
                                          GError                  **error);

/* A question: was it meant, for so many? */
typedef struct
{
  char           *collection;   /* "": the database's name */
  TallyGuardSide  side;         /* what happened to them */
  guint           n_records;    /* that it is about */
  guint           n_total;      /* of the collection when it was opened */
  gint64          opened_us;
  guint           mark;         /* another one as soon as it is about others, or other versions */
} TallyGuard;

void         tally_guard_free            (TallyGuard               *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyGuard, tally_guard_free)

/* Opens what must be asked, before anything is deleted on either side. */
gboolean     tally_store_guard           (TallyStore               *self,
                                          const TallyGuardRule     *rule,
                                          GError                  **error);
/* Likewise before edits leave. */
gboolean     tally_store_guard_edits     (TallyStore               *self,
                                          const TallyGuardRule     *rule,
                                          GError                  **error);
gboolean     tally_store_use_up_answers  (TallyStore               *self,
                                          GError                  **error);
/* The open questions: element-type TallyGuard. */
GPtrArray   *tally_store_list_guards     (TallyStore               *self,
                                          GError                  **error);
GPtrArray   *tally_store_list_guarded    (TallyStore               *self,
                                          const char               *collection,
                                          TallyGuardSide            side,
                                          gint64                    after,
                                          guint                     limit,
                                          GError                  **error);
/* Whether a record's deletion on the server waits for an answer. */
gboolean     tally_store_is_guarded      (TallyStore               *self,
                                          const char               *key,
                                          gboolean                 *guarded,
                                          GError                  **error);
/* STALE when the question is not about @n_shown records any more, or has another mark; @mark 0: of
 * whoever has seen but the number. */
gboolean     tally_store_answer_guard    (TallyStore               *self,
                                          const char               *collection,
                                          TallyGuardSide            side,
                                          gboolean                  keep,
                                          guint                     n_shown,
                                          guint                     mark,
                                          GError                  **error);

/* --- settling (tally-store-settle.c) --- */

/* What settling a conflict with a result makes of a record: pure. The result is a child of the
 * server's winner; every other live leaf, and a local side that may have left, is closed with a
 * tombstone. @body NULL: the result is deleted. A result equal to the winner writes none. */
TallyRecord *tally_record_settled        (const TallyRecord        *record,
                                          const char               *body,
                                          const char               *attachments) G_GNUC_WARN_UNUSED_RESULT;

/* Settles an open conflict with an ordinary edit. @shown is the record as the person saw it;
 * refused as STALE when any of its pointers or leaves moved. @body NULL: the result is deleted. */
gboolean     tally_store_settle          (TallyStore               *self,
                                          TallyRecord              *shown,
                                          const char               *body,
                                          const char               *attachments,
                                          TallyRevision           **result,
                                          GError                  **error);

/* --- undoing a run (tally-store-undo.c) --- */

/* What becomes of a record that a run changed here. */
typedef struct
{
  gint64      position;   /* of the row in the list */
  char       *key;
  const char *action;     /* static: restore | delete: what it was before the run */
  char       *body;       /* nullable: of then; NULL: there was none, or it is lost */
  const char *obstacle;   /* static, nullable: edited | conflict | lost: then it is left alone */
} TallyUndoRow;

void         tally_undo_row_free         (TallyUndoRow             *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyUndoRow, tally_undo_row_free)

typedef struct
{
  guint n_restore;
  guint n_delete;
  guint n_left;           /* there is an obstacle */
} TallyUndoCounts;

/* BAD_INPUT: there is no such run, or what it changed is not kept any more; STALE: it has not ended. */
gboolean     tally_store_count_undo      (TallyStore               *self,
                                          gint64                    run,
                                          TallyUndoCounts          *counts,
                                          GError                  **error);
/* element-type TallyUndoRow, after @position (0: from the start) */
GPtrArray   *tally_store_list_undo       (TallyStore               *self,
                                          gint64                    run,
                                          gint64                    position,
                                          guint                     limit,
                                          GError                  **error);
/* One new edit a record, with what was shown before the run; @hold: it leaves only when it is
 * released. STALE when those that it changes are
 * not @n_shown any more. */
gboolean     tally_store_undo_run        (TallyStore               *self,
                                          gint64                    run,
                                          guint                     n_shown,
                                          gboolean                  hold,
                                          GError                  **error);

/* --- the file itself (tally-store-check.c, tally-store-trim.c) --- */

typedef struct
{
  gint64  bytes;         /* of the file, */
  gint64  free_bytes;    /* and of them not in use */
  guint   n_records;     /* live here */
  guint   n_revisions;
  guint   n_history;     /* lines */
  guint   n_runs;
  guint   n_preimages;
  gint64  undo_from;     /* the oldest run that can be undone; 0: none */
} TallyStoreFacts;

/* Now, by the store's clock. */
gint64       tally_store_get_date        (TallyStore               *self);
/* The file's name as it was given. */
const char  *tally_store_get_path        (TallyStore               *self);
gboolean     tally_store_get_facts       (TallyStore               *self,
                                          TallyStoreFacts          *facts,
                                          GError                  **error);
/* Everything that is wrong with the file or in it: element-type utf8; empty: nothing is. */
GPtrArray   *tally_store_check           (TallyStore               *self,
                                          GError                  **error);
/* A whole copy into the file at @path, which is a store itself. */
gboolean     tally_store_back_up         (TallyStore               *self,
                                          const char               *path,
                                          GError                  **error);

/**
 * TallyRetention:
 * @undo_days: how long a run can be undone
 * @run_days: how long runs and solved problems are listed
 * @n_kept: so many of the last runs are kept whatever their age: a clock that was set forward must
 *   not make all of them old
 *
 * @history_days: how long the history of settled matters is kept; 0: for ever
 * @max_bytes: that the file may become, its log not counted; 0: no limit
 *
 * What of the past is kept, and how large the file may become.
 */
typedef struct
{
  guint  undo_days;
  guint  run_days;
  guint  n_kept;
  guint  history_days;
  gint64 max_bytes;
} TallyRetention;

extern const TallyRetention tally_retention_default;

gboolean     tally_store_get_retention   (TallyStore               *self,
                                          TallyRetention           *rule,
                                          GError                  **error);
gboolean     tally_store_set_retention   (TallyStore               *self,
                                          const TallyRetention     *rule,
                                          GError                  **error);
/* Before a run: what it writes stays within the size that was set. *warning (nullable): it is
 * nearly reached. */
gboolean     tally_store_look_at_size    (TallyStore               *self,
                                          TallyReason             **warning,
                                          GError                  **error);

/* Forgets what is older; a page after the other, so that others can write in between. */
gboolean     tally_store_trim            (TallyStore               *self,
                                          const TallyRetention     *rule,
                                          GError                  **error);
/* Gives back to the disk what the file does not use. */
gboolean     tally_store_compact         (TallyStore               *self,
                                          GError                  **error);

/* --- how it goes (tally-health.c) --- */

/* Errors of one cause. */
typedef struct
{
  char   *code;
  guint   n;
  gint64  first_us;   /* dates of the runs */
  gint64  last_us;
} TallyErrorPattern;

/**
 * TallyHealth:
 * @p50_us: half of the runs took no longer; 0: there was none
 * @p95_us: of twenty runs, nineteen took no longer
 * @errors: (element-type TallyErrorPattern): the most frequent first
 *
 * What the runs since a date came to.
 */
typedef struct
{
  guint      n_success, n_partial, n_failed, n_cancelled;
  gint64     p50_us, p95_us;
  guint64    bytes_up, bytes_down;
  GPtrArray *errors;
} TallyHealth;

TallyHealth *tally_store_get_health      (TallyStore               *self,
                                          gint64                    since_us,
                                          GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
void         tally_health_free           (TallyHealth              *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyHealth, tally_health_free)

/* --- what a run would do (tally-plan.c) --- */

typedef struct
{
  char       *key;
  const char *action;   /* static: send | send deletion | fetch | delete | merge */
} TallyPlanRow;

/* @n_fetch counts everything that is new there, @n_delete what will be deleted on either side. */
typedef struct
{
  guint      n_send, n_fetch, n_delete;
  guint      n_conflicts;   /* changed on both sides: to be merged, or asked about */
  guint64    bytes_up, bytes_down;
  gint64     seconds;       /* as fast as the last runs; -1: none of them tells */
  const char *risk;         /* static: none | conflicts | deletions: more than go through unasked */
  GPtrArray *rows;          /* element-type TallyPlanRow; empty where nobody wants them named */
} TallyPlan;

/* Bytes a second of the last runs, both ways and all waits included; 0: nothing was moved yet. */
gboolean     tally_store_get_pace        (TallyStore               *self,
                                          double                   *pace,
                                          GError                  **error);

TallyPlan   *tally_plan_new              (void) G_GNUC_WARN_UNUSED_RESULT;
void         tally_plan_free             (TallyPlan                *self);
void         tally_plan_write            (const TallyPlan          *self,
                                          TallyJsonWriter          *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyPlan, tally_plan_free)

/* --- runs (tally-store-run.c) --- */

/* Counters of a run as in `sync --json`; dates in microseconds. */
typedef struct
{
  gint64 id;
  char  *operation;      /* full | delta | verify */
  char  *trigger;        /* manual | start | edit | interval | network | remote */
  char  *status;         /* running | success | partial | failed | cancelled */
  gint64 started_us;
  gint64 ended_us;
  gint64 phase_us[4];    /* validate prepare execute verify */
  guint  n_pulled, n_pushed, n_deleted, n_unchanged, n_failed, n_quarantined, n_held,
         n_guarded;
  guint  n_detected, n_auto_resolved, n_needs_user;
  char **conflicts;      /* owned, nullable: the keys of the first hundred; not kept */
  guint64 bytes_up, bytes_down;
  guint  n_requests, n_retries;
  gint64 not_before_us;  /* monotonic: the server asked to be left alone until then; not kept */
  const char *phase;     /* static, nullable: the one that it did not get through */
  char  *grade;          /* checked | verified | compared | none */
  guint  n_equal;        /* of a full comparison: records that are the same on both sides, */
  guint  n_compared;     /* and how many there are; 0: there was none */
  GPtrArray *errors;     /* element-type TallyRunError */
} TallyRun;

typedef struct
{
  char        *record;   /* nullable: of the whole run */
  TallyReason *reason;
} TallyRunError;

TallyRun    *tally_run_new               (const char               *operation,
                                          const char               *trigger) G_GNUC_WARN_UNUSED_RESULT;
void         tally_run_add_error         (TallyRun                 *self,
                                          const char               *record,
                                          TallyReason              *reason);
void         tally_run_free              (TallyRun                 *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyRun, tally_run_free)
/* The numbers of a full comparison out of a run's object; both 0 where there was none. */
void         tally_run_json_get_proof    (const char               *json,
                                          guint                    *n_equal,
                                          guint                    *n_compared);
/* The object of `sync --json`. */
char        *tally_run_to_json           (const TallyRun           *self) G_GNUC_WARN_UNUSED_RESULT;

/* Writes the row and sets @run's id; a row left "running" by a crash is closed as "failed" with
 * the reason "interrupted" and counted in *n_unfinished. */
gboolean     tally_store_begin_run       (TallyStore               *self,
                                          TallyRun                 *run,
                                          guint                    *n_unfinished,
                                          GError                  **error);
gboolean     tally_store_end_run         (TallyStore               *self,
                                          const TallyRun           *run,
                                          GError                  **error);
/* Date of the last run that held all records against the server's list; 0: none did. */
gboolean     tally_store_get_proved      (TallyStore               *self,
                                          gint64                   *proved_us,
                                          GError                  **error);
/* A row of the list of runs. */
typedef struct
{
  gint64  id;
  char   *trigger;
  char   *status;
  char   *grade;
  gint64  started_us;
  gint64  ended_us;     /* 0 while it runs */
  char   *json;         /* the object of `sync --json` */
} TallyRunRow;

void         tally_run_row_free          (TallyRunRow              *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyRunRow, tally_run_row_free)

/* Newest first: element-type TallyRunRow. */
GPtrArray   *tally_store_list_runs       (TallyStore               *self,
                                          guint                     limit,
                                          GError                  **error);

G_END_DECLS
