/* tally-push.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-sync-private.h"

#include "base/tally-planted.h"

#include <string.h>

/* What a revision takes on the wire beside id and body: its names, and of its line a few. */
#define ENVELOPE_BYTES 200

static const TallyRevision *
find_leaf (const TallyRecord *record,
           const char        *rev)
{
  for (guint i = 0; i < record->leaves->len; i++)
    {
      const TallyRevision *leaf = record->leaves->pdata[i];

      if (g_strcmp0 (leaf->rev, rev) == 0)
        return leaf;
    }

  return NULL;
}

/* The tombstone that ends a leaf. One that never showed is closed before it arrives: with the line
 * that history keeps of it, so that nothing of that line comes to life should it arrive late. */
static TallyRevision *
new_tombstone (TallySyncContext   *context,
               const TallyRecord  *record,
               const char         *rev,
               GError            **error)
{
  const TallyRevision *leaf = find_leaf (record, rev);
  g_autoptr (TallyRevision) kept = NULL;

  if (leaf == NULL && !tally_store_get_revision (context->options->store, record->key, rev, &kept,
                                                 error))
    return NULL;
  if (leaf == NULL && kept == NULL)
    kept = tally_revision_new (record->key, rev, NULL, FALSE, NULL, NULL);

  return tally_revision_new_child (leaf != NULL ? leaf : kept, record->key, TRUE, "{}", NULL);
}

/* Everything a record's outbox row stands for: its edit, and a tombstone for each leaf that the
 * edit settles. */
static gboolean
add_revisions (TallySyncContext   *context,
               GPtrArray          *revisions,
               const TallyRecord  *record,
               GError            **error)
{
  if (!tally_revision_is_same (record->local, record->remote))
    g_ptr_array_add (revisions, tally_revision_ref (record->local));
  for (guint i = 0; record->outbox->closes[i] != NULL; i++)
    {
      TallyRevision *tombstone = new_tombstone (context, record, record->outbox->closes[i], error);

      if (tombstone == NULL)
        return FALSE;
      g_ptr_array_add (revisions, tombstone);
    }

  return TRUE;
}

#ifdef TALLY_PLANTED_BUGS
/* What a client does that takes no answer, or any answer, for a yes. */
static gboolean
believe (TallySyncContext        *context,
         const TallyPushOutcome  *outcome,
         GError                 **error)
{
  g_autoptr (TallyRecord) record = tally_store_get (context->options->store, outcome->key, error);
  g_autoptr (TallyRecord) after = NULL;
  g_autoptr (GPtrArray) decisions = NULL;

  if (record == NULL || g_strcmp0 (record->local->rev, outcome->rev) != 0)
    return record != NULL;

  after = tally_record_copy (record);
  tally_record_set_base (after, after->local);
  tally_record_set_remote (after, after->local);
  tally_record_clear_outbox (after);
  decisions = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_decision_free);
  g_ptr_array_add (decisions, tally_decision_new (record, after));

  return tally_store_apply (context->options->store, decisions, NULL, context->run->id, NULL,
                            error);
}
#endif

#ifdef TALLY_PLANTED_BUGS
/* What a client does that mirrors a listing: it takes what is new here for gone there. */
static gboolean
drop_unlisted (TallySyncContext  *context,
               GPtrArray         *records,
               GError           **error)
{
  g_autoptr (GPtrArray) decisions =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_decision_free);

  for (guint i = 0; i < records->len; i++)
    {
      TallyRecord *record = records->pdata[i];
      g_autoptr (TallyRecord) absent = tally_record_new (record->key);

      if (record->remote == NULL)
        g_ptr_array_add (decisions, tally_decision_new (record, absent));
    }

  return tally_store_apply (context->options->store, decisions, NULL, context->run->id, NULL,
                            error);
}
#endif

void
tally_sync_note_stuck (TallySyncContext *context,
                       const char       *key)
{
  if (context->queue != NULL)
    tally_push_queue_note_stuck (context->queue, key);
}

static void
note_unknown (TallySyncContext       *context,
              const TallyPushOutcome *outcome)
{
  g_hash_table_insert (context->unknown, g_strdup (outcome->key),
                       outcome->reason != NULL ? tally_reason_ref (outcome->reason)
                                               : tally_reason_new ("unknown-outcome", NULL));
}

gboolean
tally_sync_set_aside (TallySyncContext  *context,
                      const char        *key,
                      const char        *rev,
                      TallyReason       *reason,
                      GError           **error)
{
  gboolean done;

  if (!tally_store_quarantine (context->options->store, key, rev, reason, &done, error))
    return FALSE;
  if (!done)
    return TRUE;

  context->run->n_quarantined++;
  context->progress.n_errors++;
  tally_run_add_error (context->run, key, tally_reason_ref (reason));

  return TRUE;
}

static gboolean
take_outcomes (TallySyncContext  *context,
               GPtrArray         *outcomes,
               GError           **error)
{
  for (guint i = 0; i < outcomes->len; i++)
    {
      const TallyPushOutcome *outcome = outcomes->pdata[i];

#ifdef TALLY_PLANTED_BUGS
      if (TALLY_IS_PLANTED (BELIEVE) && outcome->status == TALLY_PUSH_UNKNOWN &&
          !believe (context, outcome, error))
        return FALSE;
      if (TALLY_IS_PLANTED (BELIEVE_ANSWER) && outcome->status == TALLY_PUSH_REFUSED &&
          !believe (context, outcome, error))
        return FALSE;
#endif
      if (outcome->status != TALLY_PUSH_STORED)
        tally_sync_note_stuck (context, outcome->key);
      if (outcome->status == TALLY_PUSH_UNKNOWN)
        note_unknown (context, outcome);
      else
        context->n_answered++;
      if (outcome->status == TALLY_PUSH_REFUSED &&
          !tally_sync_set_aside (context, outcome->key, outcome->rev, outcome->reason, error))
        return FALSE;
    }

  return TRUE;
}

/* About what a record takes on the wire: its edit and the tombstones that come with it. */
static gsize
weigh (const TallyRecord *record)
{
  gsize envelope = strlen (record->key) + ENVELOPE_BYTES;
  gsize body = record->local->body != NULL ? strlen (record->local->body) : 0;

  return body + envelope * (1 + g_strv_length (record->outbox->closes));
}

/* Leaves in @records what this run sends with its next batch; *after is the edit up to which the
 * outbox is done with then, *full tells that the batch weighs as much as it may. */
static void
cut_batch (TallySyncContext *context,
           GPtrArray        *records,
           gint64           *after,
           gboolean         *full)
{
  const TallySyncAsk *ask = &context->options->ask;
  gsize room = ask->batch_bytes != 0 ? ask->batch_bytes : tally_pace_get_push_bytes (context->pace);
  gsize n_bytes = 0;
  guint n_kept = 0;
  guint i;

  for (i = 0; i < records->len; i++)
    {
      TallyRecord *record = records->pdata[i];
      g_autofree char *collection = tally_key_dup_collection (record->key, "");
      gboolean asked = tally_sync_ask_sends (ask, record->key, collection);

      n_bytes += asked ? weigh (record) : 0;
      if (asked && n_kept > 0 && n_bytes > room)
        break;

      *after = record->outbox->seq;
      if (!asked)
        {
          tally_sync_note_stuck (context, record->key);
          continue;
        }
      records->pdata[i] = records->pdata[n_kept];
      records->pdata[n_kept++] = record;
    }

  *full = i < records->len;
  if (context->queue != NULL)
    tally_push_queue_put_back (context->queue, i);
  g_ptr_array_set_size (records, (int) n_kept);
}

static gboolean
is_answered (GPtrArray *outcomes)
{
  for (guint i = 0; outcomes != NULL && i < outcomes->len; i++)
    {
      if (((const TallyPushOutcome *) outcomes->pdata[i])->status == TALLY_PUSH_UNKNOWN)
        return FALSE;
    }

  return outcomes != NULL;
}

static GPtrArray *
send (TallySyncContext  *context,
      GPtrArray         *revisions,
      gboolean           full,
      GError           **error)
{
  TallyClock *clock = context->options->clock;
  gint64 begun_us = tally_clock_now_us (clock);
  GPtrArray *outcomes = tally_remote_push (context->options->remote, revisions,
                                           context->cancellable, error);

  tally_pace_note_push (context->pace, tally_clock_now_us (clock) - begun_us, full,
                        is_answered (outcomes));

  return outcomes;
}

static gboolean
push_batch (TallySyncContext  *context,
            GPtrArray         *records,
            gboolean           full,
            guint             *n_sent,
            GError           **error)
{
  g_autoptr (GPtrArray) revisions =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
  g_autoptr (GPtrArray) outcomes = NULL;

#ifdef TALLY_PLANTED_BUGS
  if (TALLY_IS_PLANTED (UNLISTED) && g_str_equal (context->run->operation, "full") &&
      !drop_unlisted (context, records, error))
    return FALSE;
#endif
  if (!tally_sync_set_bent_aside (context, records, error) ||
      !tally_store_mark_sent (context->options->store, records, error))
    return FALSE;

  for (guint i = 0; i < records->len; i++)
    {
      if (!add_revisions (context, revisions, records->pdata[i], error))
        return FALSE;
    }
  if (revisions->len == 0)
    return TRUE;

  outcomes = send (context, revisions, full, error);
  if (outcomes == NULL)
    return FALSE;

  *n_sent += revisions->len;
  context->progress.done += records->len;
  tally_sync_tell (context);

  return take_outcomes (context, outcomes, error);
}

/* --- in the order that was declared --- */

static gboolean
open_queue (TallySyncContext  *context,
            gint64             now,
            GError           **error)
{
  GPtrArray *rings;

  if (context->order == NULL)
    return TRUE;

  context->queue = tally_push_queue_new (context->options->store, context->order, now, error);
  if (context->queue == NULL)
    return FALSE;

  rings = tally_push_queue_get_rings (context->queue);
  for (guint i = 0; i < MIN (rings->len, TALLY_SYNC_NAMED_CONFLICTS); i++)
    tally_run_add_error (context->run, rings->pdata[i], tally_reason_new ("reference-ring", NULL));

  return TRUE;
}

/* Each that waits says for what. */
static gboolean
close_queue (TallySyncContext  *context,
             gboolean           done,
             GError           **error)
{
  g_autoptr (TallyPushQueue) queue = g_steal_pointer (&context->queue);

  return done && (queue == NULL ||
                  tally_store_note_waiting (context->options->store,
                                            tally_push_queue_get_waiting (queue), error));
}

static GPtrArray *
list_next (TallySyncContext  *context,
           gint64             after,
           gint64             now,
           GError           **error)
{
  return context->queue != NULL
         ? tally_push_queue_take (context->queue, TALLY_SYNC_BATCH_ROWS, error)
         : tally_store_list_outbox (context->options->store, after, now, TALLY_SYNC_BATCH_ROWS,
                                    error);
}

static gboolean
push_all (TallySyncContext  *context,
          gint64             now,
          guint             *n_sent,
          GError           **error)
{
  gint64 after = 0;

  while (TRUE)
    {
      g_autoptr (GPtrArray) records = NULL;
      gboolean full;

      if (g_cancellable_set_error_if_cancelled (context->cancellable, error))
        return FALSE;
      /* With every batch: somebody may be deleting at this moment. */
      if (!tally_sync_guard (context, error))
        return FALSE;
      records = list_next (context, after, now, error);
      if (records == NULL)
        return FALSE;
      if (records->len == 0)
        return TRUE;

      cut_batch (context, records, &after, &full);
      if (records->len > 0 && !push_batch (context, records, full, n_sent, error))
        return FALSE;
    }
}

gboolean
tally_sync_push (TallySyncContext  *context,
                 guint             *n_sent,
                 GError           **error)
{
  /* What is asked for by name does not wait for its next try. */
  gint64 now = context->options->ask.records != NULL
               ? G_MAXINT64 : tally_clock_date_us (context->options->clock);

  g_hash_table_remove_all (context->unknown);
  context->n_answered = 0;
  if (!tally_sync_guard_edits (context, error) || !open_queue (context, now, error))
    return FALSE;

  return close_queue (context, push_all (context, now, n_sent, error), error);
}
