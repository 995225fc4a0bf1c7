/* tally-plan.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-pulled.h"

#include <string.h>

/* What a run would do, found out without doing it: what the server lists since the checkpoint is
 * held against what is here, and the outbox is counted. Nothing is sent or written. */

/* What a document needs on the wire besides its body: _id and _rev and their quotes. */
#define ENVELOPE_BYTES 60

/* Rows that are read with their bodies to see what they weigh: more than that packs no better. */
#define SAMPLE_ROWS 100

typedef struct
{
  const TallySyncOptions *options;
  GCancellable           *cancellable;   /* borrowed, nullable */
  gboolean                lists;
  TallyPlan              *plan;          /* borrowed */
  GHashTable             *news;          /* borrowed; a set: keys that the server lists anew */
  TallyBend               bend;          /* what the server makes of numbers */
  guint                   n_listed;
  guint                   n_pages;
  guint64                 first_bytes;   /* of the first page's list */
  TallyRemoteTraffic      probed;        /* what the first small requests took */
} Planner;

static void
note (Planner    *self,
      const char *key,
      const char *action)
{
  TallyPlanRow *row;

  if (!self->lists)
    return;

  row = g_new0 (TallyPlanRow, 1);
  row->key = g_strdup (key);
  row->action = action;
  g_ptr_array_add (self->plan->rows, row);
}

static gboolean
has_news (const TallyRecord *record,
          const TallyChange *change)
{
  return record == NULL || record->remote == NULL || !tally_pulled_same_leaves (record, change);
}

static void
count_news (Planner           *self,
            const TallyRecord *record,
            const TallyChange *change)
{
  TallyPlan *plan = self->plan;
  gboolean dirty = record != NULL && (tally_record_is_dirty (record) || record->outbox != NULL);

  plan->n_fetch++;
  g_hash_table_add (self->news, g_strdup (change->key));
  if (dirty)
    {
      plan->n_conflicts++;
      note (self, change->key, "merge");
    }
  else if (change->deleted && tally_record_is_live (record))
    {
      plan->n_delete++;
      note (self, change->key, "delete");
    }
  else
    {
      note (self, change->key, "fetch");
    }
}

static gboolean
plan_page (Planner           *self,
           TallyChangesPage  *page,
           GError           **error)
{
  for (guint i = 0; i < page->changes->len; i++)
    {
      const TallyChange *change = page->changes->pdata[i];
      g_autoptr (GError) local_error = NULL;
      g_autoptr (TallyRecord) record = NULL;

      record = tally_store_get (self->options->store, change->key, &local_error);
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (has_news (record, change))
        count_news (self, record, change);
    }

  return TRUE;
}

static guint64
get_bytes_down (Planner *self)
{
  TallyRemoteTraffic traffic;

  tally_remote_get_traffic (self->options->remote, &traffic);

  return traffic.bytes_down;
}

static void
count_page (Planner          *self,
            TallyChangesPage *page)
{
  if (self->n_pages++ == 0)
    self->first_bytes = get_bytes_down (self) - self->probed.bytes_down;
  self->n_listed += page->changes->len;
}

static gboolean
plan_pull (Planner           *self,
           GError           **error)
{
  guint rows = self->options->page_rows != 0 ? self->options->page_rows
                                                : TALLY_SYNC_PAGE_ROWS;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *since = tally_store_dup_since (self->options->store, &local_error);
  gboolean more = TRUE;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  while (more)
    {
      g_autoptr (TallyChangesPage) page = NULL;

      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      page = tally_remote_list_changes (self->options->remote, since, rows, FALSE,
                                        self->cancellable, error);
      if (page == NULL || !plan_page (self, page, error))
        return FALSE;

      g_free (since);
      since = g_strdup (page->since);
      more = page->more;
      count_page (self, page);
    }

  return TRUE;
}

static void
plan_edit (Planner           *self,
           const TallyRecord *record)
{
  TallyPlan *plan = self->plan;
  g_autoptr (TallyReason) bent = tally_sync_dup_bent (record, self->bend);

  if (bent != NULL)
    {
      note (self, record->key, "set aside");
      return;
    }

  plan->n_send++;
  plan->n_delete += record->local->deleted;
  plan->bytes_up += strlen (record->local->body) + strlen (record->key) + ENVELOPE_BYTES;
  note (self, record->key, record->local->deleted ? "send deletion" : "send");
}

/* What an earlier run fetched, and has not carried out: no list tells of it again. */
static gboolean
plan_behind (Planner  *self,
             GError  **error)
{
  gint64 after = 0;

  while (TRUE)
    {
      g_autoptr (GPtrArray) records = NULL;

      records = tally_store_list_behind (self->options->store, after, TALLY_SYNC_PAGE_ROWS, error);
      if (records == NULL)
        return FALSE;
      if (records->len == 0)
        return TRUE;

      after = ((TallyRecord *) records->pdata[records->len - 1])->id;
      for (guint i = 0; i < records->len; i++)
        {
          const TallyRecord *record = records->pdata[i];

          if (g_hash_table_contains (self->news, record->key))
            continue;
          self->plan->n_delete += record->remote->deleted;
          note (self, record->key, record->remote->deleted ? "delete" : "fetch");
        }
    }
}

static gboolean
plan_push (Planner           *self,
           GError           **error)
{
  TallyStore *store = self->options->store;
  gint64 now = tally_clock_date_us (self->options->clock);
  g_autoptr (TallyOrder) order = NULL;
  g_autoptr (TallyPushQueue) queue = NULL;
  gint64 after = 0;

  if (!tally_sync_load_order (store, &order, error))
    return FALSE;
  /* With an order some wait behind others. */
  if (order != NULL && (queue = tally_push_queue_new (store, order, now, error)) == NULL)
    return FALSE;

  while (TRUE)
    {
      g_autoptr (GPtrArray) records = NULL;

      records = queue != NULL
                ? tally_push_queue_take (queue, TALLY_SYNC_BATCH_ROWS, error)
                : tally_store_list_outbox (store, after, now, TALLY_SYNC_BATCH_ROWS, error);
      if (records == NULL)
        return FALSE;
      if (records->len == 0)
        return TRUE;

      after = ((TallyRecord *) records->pdata[records->len - 1])->outbox->seq;
      for (guint i = 0; i < records->len; i++)
        plan_edit (self, records->pdata[i]);
    }
}

/* The database must be the one that a run would accept. */
static gboolean
check_server (Planner  *self,
              GError  **error)
{
  g_autoptr (TallyRemoteInfo) info = NULL;

  info = tally_remote_probe (self->options->remote, self->cancellable, error);

  return info != NULL &&
         tally_sync_check_mark (self->options, &self->bend, self->cancellable, error);
}

/* How a body packs on the way only the way tells: some rows are read as the run would read them. */
static gboolean
weigh_bodies (Planner  *self,
              guint64  *bytes,
              GError  **error)
{
  g_autofree char *since = tally_store_dup_since (self->options->store, NULL);
  guint64 before = get_bytes_down (self);
  g_autoptr (TallyChangesPage) page = NULL;

  *bytes = 0;
  if (self->plan->n_fetch == 0)
    return TRUE;

  page = tally_remote_list_changes (self->options->remote, since, SAMPLE_ROWS, TRUE,
                                    self->cancellable, error);
  if (page == NULL)
    return FALSE;

  *bytes = (get_bytes_down (self) - before) * self->n_listed / MAX (page->changes->len, 1);

  return TRUE;
}

/* Besides pages and batches a run makes small requests, like those that were made already: two to
 * begin with; for news the mark twice, the first list once more, and the mark in the end; for what
 * is sent a question, the batch, and a look with its mark and list. */
static gboolean
weigh (Planner  *self,
       GError  **error)
{
  guint n_small = 2 + (self->plan->n_fetch > 0 ? 4 : 0) + (self->plan->n_send > 0 ? 5 : 0);
  guint n_probed = MAX (self->probed.n_requests, 1);
  guint64 bodies;

  if (!weigh_bodies (self, &bodies, error))
    return FALSE;

  self->plan->bytes_down = bodies + (self->plan->n_fetch > 0 ? self->first_bytes : 0) +
                           n_small * self->probed.bytes_down / n_probed;
  self->plan->bytes_up += (n_small + self->n_pages) * self->probed.bytes_up / n_probed;

  return TRUE;
}

/* How long it takes, and what a person may want to look at before. */
static gboolean
judge (Planner  *self,
       GError  **error)
{
  TallyStore *store = self->options->store;
  TallyPlan *plan = self->plan;
  TallyGuardRule rule;
  TallyStoreCounts counts;
  double pace;

  if (!tally_store_get_pace (store, &pace, error) ||
      !tally_store_get_guard_rule (store, &rule, error) ||
      !tally_store_count (store, &counts, error))
    return FALSE;

  if (pace > 0)
    plan->seconds = (gint64) ((double) (plan->bytes_up + plan->bytes_down) / pace + 0.5);
  if (plan->n_delete >= rule.least &&
      (guint64) plan->n_delete * 100 > (guint64) rule.share * counts.n_records)
    plan->risk = "deletions";
  else if (plan->n_conflicts > 0)
    plan->risk = "conflicts";

  return TRUE;
}

TallyPlan *
tally_sync_plan (const TallySyncOptions  *options,
                 gboolean                 lists,
                 GCancellable            *cancellable,
                 GError                 **error)
{
  g_autoptr (TallyPlan) plan = tally_plan_new ();
  g_autoptr (GHashTable) news = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Planner planner = { .options = options, .cancellable = cancellable, .lists = lists,
                      .plan = plan, .news = news };

  if (!check_server (&planner, error))
    return NULL;
  tally_remote_get_traffic (options->remote, &planner.probed);
  if (!plan_pull (&planner, error) || !plan_behind (&planner, error) ||
      !plan_push (&planner, error) || !weigh (&planner, error) || !judge (&planner, error))
    return NULL;

  return g_steal_pointer (&plan);
}
