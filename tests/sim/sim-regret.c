/* sim-regret.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-regret.h"

/* What a run made of what was shown. */
typedef struct
{
  GHashTable *before;   /* owned: key -> body */
  GHashTable *after;    /* owned */
} Note;

struct _TallySimRegret
{
  guint           actor;
  const char     *name;      /* unowned */
  TallySimTrace  *trace;
  TallySimLedger *ledger;
  TallySimGuard  *guard;
  TallySimVfs    *disk;
  GHashTable     *notes;     /* owned: run -> Note */
  GHashTable     *before;    /* owned, nullable: of the run under way */
  guint           n_acts;    /* when it began */
};

static void
note_free (gpointer data)
{
  Note *self = data;

  g_hash_table_unref (self->before);
  g_hash_table_unref (self->after);
  g_free (self);
}

TallySimRegret *
tally_sim_regret_new (guint           actor,
                      TallySimTrace  *trace,
                      TallySimLedger *ledger,
                      TallySimGuard  *guard,
                      TallySimVfs    *disk)
{
  TallySimRegret *self = g_new0 (TallySimRegret, 1);

  self->actor = actor;
  self->name = tally_sim_actor_to_string (actor);
  self->trace = trace;
  self->ledger = ledger;
  self->guard = guard;
  self->disk = disk;
  self->notes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, note_free);

  return self;
}

void
tally_sim_regret_free (TallySimRegret *self)
{
  g_hash_table_unref (self->notes);
  g_clear_pointer (&self->before, g_hash_table_unref);
  g_free (self);
}

/* --- what is shown --- */

static gboolean
add_shown (const TallyRevision  *revision,
           gpointer              data,
           GError              **error)
{
  g_hash_table_insert (data, g_strdup (revision->key), g_strdup (revision->body));

  return TRUE;
}

/* NULL: it could not be read. */
static GHashTable *
read_shown (TallySimRegret *self,
            TallyStore     *store)
{
  g_autoptr (GHashTable) shown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  gboolean read;

  tally_sim_vfs_hold (self->disk, TRUE);
  read = tally_store_foreach_live (store, add_shown, shown, NULL);
  tally_sim_vfs_hold (self->disk, FALSE);

  return read ? g_steal_pointer (&shown) : NULL;
}

void
tally_sim_regret_begin (TallySimRegret *self,
                        TallyStore     *store,
                        guint           n_acts)
{
  g_clear_pointer (&self->before, g_hash_table_unref);
  self->before = read_shown (self, store);
  self->n_acts = n_acts;
}

void
tally_sim_regret_end (TallySimRegret *self,
                      TallyStore     *store,
                      gint64          run,
                      guint           n_acts)
{
  g_autoptr (GHashTable) after = NULL;
  Note *note;

  /* Odd: somebody is at it. */
  if (self->before == NULL || self->n_acts != n_acts || n_acts % 2 != 0)
    return;

  after = read_shown (self, store);
  if (after == NULL)
    return;

  note = g_new0 (Note, 1);
  note->before = g_steal_pointer (&self->before);
  note->after = g_steal_pointer (&after);
  g_hash_table_replace (self->notes, g_memdup2 (&run, sizeof run), note);
}

void
tally_sim_regret_forget (TallySimRegret *self)
{
  g_hash_table_remove_all (self->notes);
  g_clear_pointer (&self->before, g_hash_table_unref);
}

/* --- what is said to be undone --- */

/* How far back people think. */
#define MAX_RUNS 20

/* What he was shown, and the records as they then were. */
typedef struct
{
  GPtrArray *rows;      /* owned: TallyUndoRow */
  GPtrArray *records;   /* owned: TallyRecord, one a row */
} Preview;

static void
preview_clear (Preview *self)
{
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->records, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Preview, preview_clear)

static gboolean
read_preview (TallyStore  *store,
              gint64       run,
              Preview     *preview,
              GError     **error)
{
  preview->records = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_record_unref);
  preview->rows = tally_store_list_undo (store, run, 0, 1000, error);

  for (guint i = 0; preview->rows != NULL && i < preview->rows->len; i++)
    {
      const TallyUndoRow *row = preview->rows->pdata[i];
      g_autoptr (GError) local_error = NULL;
      TallyRecord *record = tally_store_get (store, row->key, &local_error);

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      g_ptr_array_add (preview->records,
                       record != NULL ? record : tally_record_new (row->key));
    }

  return preview->rows != NULL;
}

static const TallyUndoRow *
find_row (const Preview *preview,
          const char    *key)
{
  for (guint i = 0; i < preview->rows->len; i++)
    {
      const TallyUndoRow *row = preview->rows->pdata[i];

      if (g_str_equal (row->key, key))
        return row;
    }

  return NULL;
}

static void
check_known (TallySimRegret *self,
             const Note     *note,
             const Preview  *preview,
             GHashTable     *keys)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      if (g_strcmp0 (g_hash_table_lookup (note->before, key),
                     g_hash_table_lookup (note->after, key)) != 0 &&
          find_row (preview, key) == NULL)
        tally_sim_trace_fail (self->trace, "%s: the run changed %s, and does not know it",
                              self->name, (const char *) key);
    }
}

static void
check_row (TallySimRegret     *self,
           const Note         *note,
           const TallyUndoRow *row,
           const TallyRecord  *record)
{
  const char *shown = tally_record_is_live (record) ? record->local->body : NULL;

  if (g_strcmp0 (row->obstacle, "lost") == 0 && *row->key != '\0')
    tally_sim_trace_fail (self->trace, "%s: what %s was is not kept", self->name, row->key);
  if (row->obstacle != NULL)
    return;

  if (g_strcmp0 (row->body, g_hash_table_lookup (note->before, row->key)) != 0)
    tally_sim_trace_fail (self->trace, "%s: undone, %s would not be what it was", self->name,
                          row->key);
  if (g_strcmp0 (shown, g_hash_table_lookup (note->after, row->key)) != 0)
    tally_sim_trace_fail (self->trace, "%s: undoing takes an edit of %s along", self->name,
                          row->key);
}

static void
check (TallySimRegret *self,
       gint64          run,
       const Preview  *preview)
{
  const Note *note = g_hash_table_lookup (self->notes, &run);

  if (note == NULL)
    return;

  check_known (self, note, preview, note->before);
  check_known (self, note, preview, note->after);
  for (guint i = 0; i < preview->rows->len; i++)
    check_row (self, note, preview->rows->pdata[i], preview->records->pdata[i]);
}

static void
replace_all (TallySimRegret *self,
             const Preview             *preview)
{
  for (guint i = 0; i < preview->rows->len; i++)
    {
      const TallyUndoRow *row = preview->rows->pdata[i];

      if (row->obstacle == NULL)
        tally_sim_ledger_replace (self->ledger, preview->records->pdata[i], FALSE, row->key,
                                  row->body);
    }
}

/* It grew on what he saw: nobody has had a hand in it since. */
static gboolean
is_his (const TallyRecord *shown,
        const TallyRecord *after)
{
  return after != NULL && after->local != NULL && shown->local != NULL &&
         g_strcmp0 (after->local->ancestors[0], shown->local->rev) == 0;
}

static gboolean
acknowledge_all (TallySimRegret  *self,
                 TallyStore                 *store,
                 const Preview              *preview,
                 GError                    **error)
{
  for (guint i = 0; i < preview->rows->len; i++)
    {
      const TallyUndoRow *row = preview->rows->pdata[i];
      TallyRecord *shown = preview->records->pdata[i];
      g_autoptr (GError) local_error = NULL;
      g_autoptr (TallyRecord) after = NULL;

      if (row->obstacle != NULL)
        continue;
      after = tally_store_get (store, row->key, &local_error);
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (!is_his (shown, after))
        continue;
      if (after->local->deleted ? row->body != NULL
                                : g_strcmp0 (after->local->body, row->body) != 0)
        tally_sim_trace_fail (self->trace, "undone, %s is not what it was", row->key);
      tally_sim_ledger_acknowledge (self->ledger, self->actor, shown, row->key, after->local);
    }

  return TRUE;
}

static void
excuse_all (TallySimRegret *self,
            const Preview  *preview)
{
  for (guint i = 0; i < preview->rows->len; i++)
    {
      const TallyUndoRow *row = preview->rows->pdata[i];

      if (row->obstacle == NULL && row->body != NULL)
        tally_sim_guard_excuse (self->guard, row->key, row->body);
    }
}

static gboolean
undo (TallySimRegret  *self,
      TallyStore                 *store,
      gint64                      run,
      const TallyUndoCounts      *counts,
      GError                    **error)
{
  g_auto (Preview) preview = { NULL };
  gboolean read;

  tally_sim_vfs_hold (self->disk, TRUE);
  read = read_preview (store, run, &preview, error);
  tally_sim_vfs_hold (self->disk, FALSE);
  if (!read)
    return FALSE;

  check (self, run, &preview);
  replace_all (self, &preview);
  excuse_all (self, &preview);
  if (!tally_store_undo_run (store, run, counts->n_restore + counts->n_delete, FALSE, error))
    {
      tally_sim_trace_add (self->trace, self->name, "undoes run %d in vain", (int) run);
      return FALSE;
    }
  tally_sim_trace_add (self->trace, self->name, "undoes run %d: %u back, %u deleted, %u left",
                       (int) run, counts->n_restore, counts->n_delete, counts->n_left);

  return acknowledge_all (self, store, &preview, error);
}

/* The last run that changed something, or sometimes one before it. */
static gboolean
undo_any (TallySimRegret  *self,
          TallySimDice               *dice,
          TallyStore                 *store,
          GPtrArray                  *runs,
          gboolean                   *done,
          GError                    **error)
{
  for (guint i = 0; i < runs->len && !*done; i++)
    {
      const TallyRunRow *run = runs->pdata[i];
      TallyUndoCounts counts;

      if (g_str_equal (run->status, "running"))
        continue;
      if (!tally_store_count_undo (store, run->id, &counts, error))
        return FALSE;

      *done = counts.n_restore + counts.n_delete > 0 && tally_sim_dice_chance (dice, 60);
      if (*done && !undo (self, store, run->id, &counts, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
tally_sim_regret_act (TallySimRegret  *self,
                  TallySimDice               *dice,
                  TallyStore                 *store,
                  gboolean                   *done,
                  GError                    **error)
{
  g_autoptr (GPtrArray) runs = tally_store_list_runs (store, MAX_RUNS, error);
  g_autoptr (GError) local_error = NULL;

  *done = FALSE;
  if (runs == NULL)
    return FALSE;
  if (undo_any (self, dice, store, runs, done, &local_error))
    return TRUE;
  /* What the store refuses, because something moved, is not a failure. */
  if (local_error->domain == TALLY_STORE_ERROR)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}
