/* tally-sync-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sync/tally-push-queue.h"
#include "sync/tally-sync.h"

G_BEGIN_DECLS

/* Rows that are read in one go, here, and there where that is not a matter of pace. */
#define TALLY_SYNC_PAGE_ROWS 1000

/* Conflicts that a run names one by one. */
#define TALLY_SYNC_NAMED_CONFLICTS 100

/* Records a push batch holds at most. */
#define TALLY_SYNC_BATCH_ROWS 500

/* What one run knows, on its own thread. */
typedef struct
{
  const TallySyncOptions *options;
  GCancellable           *cancellable;   /* borrowed, nullable */
  TallyRun               *run;           /* borrowed */
  TallyProgress           progress;
  TallyPace               own_pace;      /* where none is given */
  TallyPace              *pace;          /* borrowed */
  char                   *mark_id;       /* owned: name of our mark on the server */
  TallyRemoteCheckpoint  *mark;          /* owned, nullable: as it stands there */
  gint64                  session;       /* the last one of it that the store knows */
  gboolean                adopting;      /* whatever stands there is accepted, until it is claimed */
  gboolean                moved;         /* the mark moved in this run */
  gboolean                probed;        /* what the server makes of numbers was asked again */
  gboolean                filling;       /* what was not to be had is asked for again */
  char                   *since;         /* owned, nullable: where the next page starts */
  TallyOrder             *order;         /* owned, nullable: none was declared */
  TallyPushQueue         *queue;         /* owned, nullable: of the round under way */
  GHashTable             *touched;       /* owned: keys found in conflict in this run */
  GHashTable             *unknown;       /* owned: key -> TallyReason, outcomes of the last round */
  guint                   n_answered;    /* the other outcomes of the last round */
  TallyReason            *warning;       /* owned, nullable: of the run, however it goes */
  TallyReason            *given_up;      /* owned, nullable: no answer to anything that was sent */
} TallySyncContext;

void      tally_sync_tell        (TallySyncContext  *context);
/* What was declared for the store; *order NULL: nothing. */
gboolean  tally_sync_load_order  (TallyStore        *store,
                                  TallyOrder       **order,
                                  GError           **error);
/* Of pointers to two keys. */
int       tally_sync_compare_keys (gconstpointer     a,
                                   gconstpointer     b);

/* --- the mark on the server (tally-mark.c) --- */

/* Reads it; RECREATED where the database is not the one this store knows. */
gboolean  tally_sync_load_mark   (TallySyncContext  *context,
                                  GError           **error);
/* The same, for whoever only looks; *bend: what the server makes of numbers. */
gboolean  tally_sync_check_mark  (const TallySyncOptions  *options,
                                  TallyBend               *bend,
                                  GCancellable            *cancellable,
                                  GError                 **error);
char     *tally_sync_dup_mark_id (const TallySyncOptions  *options) G_GNUC_WARN_UNUSED_RESULT;
/* Counts it up, on the server and then here: before anything of a page is taken in. */
gboolean  tally_sync_move_mark   (TallySyncContext  *context,
                                  GError           **error);
/* Accepts the database that stands there by writing the mark anew without counting it up: from now
 * on one that lacks this very mark is yet another. Whoever stops after it has claimed nothing. */
gboolean  tally_sync_claim_mark  (TallySyncContext  *context,
                                  GError           **error);
/* Offers the server all that is known of it here (tally-give-back.c). */
gboolean  tally_sync_give_back   (TallySyncContext  *context,
                                  GError           **error);

/* --- the parts of a run --- */

/* Pulls page after page to the end. With @bodies the winners' bodies come along: for a pull;
 * without: for the look after a push. */
gboolean  tally_sync_pull        (TallySyncContext  *context,
                                  gboolean           bodies,
                                  GError           **error);
/* One try at the rows of @changes (element-type TallyChange), and the checkpoint that they reach
 * (nullable); *moved lists those edited here meanwhile. */
gboolean  tally_sync_apply       (TallySyncContext  *context,
                                  GPtrArray         *changes,
                                  const char        *since,
                                  GPtrArray        **moved,
                                  GError           **error);
/* Asks again for the bodies that the server would not show, or that were spoiled on the way: no
 * page will tell of them again. */
gboolean  tally_sync_fill_gaps   (TallySyncContext  *context,
                                  GError           **error);
/* Asks before too much is deleted on either side. */
gboolean  tally_sync_guard       (TallySyncContext  *context,
                                  GError           **error);
/* Asks about edits that are too many of a kind; once before a round of sending. */
gboolean  tally_sync_guard_edits (TallySyncContext  *context,
                                  GError           **error);
/* Applies what the server has and nothing here disputes any more: the deletions that the pull
 * found, and what an edit that was taken back stood in the way of. */
gboolean  tally_sync_catch_up    (TallySyncContext  *context,
                                  GError           **error);
/* Holds all that the server lists against what is known here, and claims the grade that was asked
 * for where it is so. */
gboolean  tally_sync_prove       (TallySyncContext  *context,
                                  GError           **error);
/* Tries to merge the conflicts that are open once more. */
gboolean  tally_sync_refold      (TallySyncContext  *context,
                                  GError           **error);
/* Sends everything sendable once. *n_sent: revisions that left. */
gboolean  tally_sync_push        (TallySyncContext  *context,
                                  guint             *n_sent,
                                  GError           **error);
/* Quarantines that edit, unless somebody has changed it in the meantime: then it is another one. */
gboolean  tally_sync_set_aside   (TallySyncContext  *context,
                                  const char        *key,
                                  const char        *rev,
                                  TallyReason       *reason,
                                  GError           **error);
/* It does not leave in this run: whatever names it goes after it. */
void      tally_sync_note_stuck  (TallySyncContext  *context,
                                  const char        *key);

/* --- numbers that a server keeps as doubles (tally-bent.c) --- */

/* Those that are not known to stay as they are there. */
TallyBend    tally_sync_get_bend (const TallySyncContext *context);
/* Why the record's edit cannot leave for such a server; NULL where it can. */
TallyReason *tally_sync_dup_bent (const TallyRecord *record,
                                  TallyBend          bend) G_GNUC_WARN_UNUSED_RESULT;
/* What would come back as another value than it was sent with does not leave: under one revision
 * the two sides would differ for ever. The others stay in @records. What is not known is asked,
 * once a run and only where such a number waits. */
gboolean  tally_sync_set_bent_aside
                                 (TallySyncContext  *context,
                                  GPtrArray         *records,
                                  GError           **error);

/* --- merging one record (tally-sync-merge.c) --- */

/* The common ancestors that merging a conflict needs, from the store where history keeps them;
 * what it lacks is added to @wanted (element-type TallyWanted). */
gboolean       tally_sync_gather_bases (TallySyncContext   *context,
                                        const TallyRecord  *record,
                                        GPtrArray          *bases,
                                        GPtrArray          *wanted,
                                        GError            **error);
/* @after merged without a person; NULL when it takes one. */
TallyDecision *tally_sync_merge        (TallyRecord        *seen,
                                        TallyRecord        *after,
                                        GPtrArray          *bases) G_GNUC_WARN_UNUSED_RESULT;
gboolean       tally_sync_is_merge     (const TallyDecision *decision);
/* Pins the common ancestor of a fork that a person must settle; @fetched: it came from the
 * server, so nothing here keeps it yet. */
void           tally_sync_keep_base    (TallyDecision      *decision,
                                        GPtrArray          *bases,
                                        gboolean            fetched);

G_END_DECLS
