/* sim-guard.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-guard.h"

#include "base/tally-json-text.h"

#include <string.h>
#include <sqlite3.h>

struct _TallySimGuard
{
  TallySimTrace  *trace;
  TallySimLedger *ledger;
  guint           actor;
  TallyGuardRule  rule;
  GHashTable     *allowed;   /* owned: collection -> how many, that were not used yet */
  GHashTable     *alike;     /* owned: the same of edits made alike */
  GHashTable     *excused;   /* owned; a set: key and body of what somebody has written back */
  GPtrArray      *edits;     /* owned; of Edit: that waited when the run began */
};

/* One that the server had not been told of. */
typedef struct
{
  char *key;
  char *rev;
  char *collection;
  char *change;       /* the same text for edits made alike; NULL: none of that kind */
} Edit;

static void
edit_free (gpointer data)
{
  Edit *self = data;

  g_free (self->key);
  g_free (self->rev);
  g_free (self->collection);
  g_free (self->change);
  g_free (self);
}

TallySimGuard *
tally_sim_guard_new (TallySimTrace        *trace,
                     TallySimLedger       *ledger,
                     guint                 actor,
                     const TallyGuardRule *rule)
{
  TallySimGuard *self = g_new0 (TallySimGuard, 1);

  self->trace = trace;
  self->ledger = ledger;
  self->actor = actor;
  self->rule = *rule;
  self->allowed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->alike = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->excused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->edits = g_ptr_array_new_with_free_func (edit_free);

  return self;
}

void
tally_sim_guard_free (TallySimGuard *self)
{
  g_hash_table_unref (self->allowed);
  g_hash_table_unref (self->alike);
  g_hash_table_unref (self->excused);
  g_ptr_array_unref (self->edits);
  g_free (self);
}

static guint
get_number (GHashTable *numbers,
            const char *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (numbers, name));
}

static void
set_number (GHashTable *numbers,
            const char *name,
            guint       n)
{
  g_hash_table_insert (numbers, g_strdup (name), GUINT_TO_POINTER (n));
}

void
tally_sim_guard_allow (TallySimGuard    *self,
                       const TallyGuard *guard)
{
  /* An edit that was confirmed may leave, whatever the question was. */
  GHashTable *numbers = guard->side == TALLY_GUARD_SERVER ? self->allowed : self->alike;

  if (guard->side != TALLY_GUARD_LOCAL)
    set_number (numbers, guard->collection,
                get_number (numbers, guard->collection) + guard->n_records);
}

/* @n_all counts what was deleted long ago as well, so the share is never taken for too large. */
static void
judge (TallySimGuard *self,
       const char    *name,
       const char    *collection,
       guint          n,
       guint          n_all)
{
  guint n_allowed = get_number (self->allowed, collection);

  if (n > n_allowed && n >= self->rule.least && n * 100 > self->rule.share * n_all)
    tally_sim_trace_fail (self->trace, "%s deletes %u of %u records of “%s” unasked", name, n,
                          n_all, collection);
  set_number (self->allowed, collection, n_allowed - MIN (n, n_allowed));
}

void
tally_sim_guard_check (TallySimGuard *self,
                       const char    *name,
                       TallySimVfs   *disk,
                       const char    *path,
                       gint64         run)
{
  static const char sql[] =
    "SELECT r.collection, count(*), "
    "(SELECT count(*) FROM record AS q WHERE q.collection = r.collection) "
    "FROM history AS h JOIN record AS r ON r.id = h.record "
    "WHERE h.event = 'deleted' AND h.run = ? GROUP BY r.collection";
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;

  if (self->rule.share == 0)
    return;

  sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, tally_sim_vfs_get_name (disk));
  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) == SQLITE_OK)
    sqlite3_bind_int64 (statement, 1, run);
  while (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    judge (self, name, (const char *) sqlite3_column_text (statement, 0),
           (guint) sqlite3_column_int (statement, 1), (guint) sqlite3_column_int (statement, 2));
  sqlite3_finalize (statement);
  sqlite3_close (db);
}

/* --- edits made alike --- */

static char *
dup_written (const char *key,
             const char *body)
{
  return g_strconcat (key, " ", body, NULL);
}

void
tally_sim_guard_excuse (TallySimGuard *self,
                        const char    *key,
                        const char    *body)
{
  g_hash_table_add (self->excused, dup_written (key, body));
}

static gboolean
is_excused (TallySimGuard     *self,
            const TallyRecord *record)
{
  g_autofree char *written = dup_written (record->key, record->local->body);

  return g_hash_table_contains (self->excused, written);
}

static int
compare_texts (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* The members of @these that @others have not, or not with that value. */
static void
add_difference (GPtrArray *change,
                GArray    *these,
                GArray    *others,
                char       sign)
{
  for (guint i = 0; i < these->len; i++)
    {
      const TallyJsonMember *one = &g_array_index (these, TallyJsonMember, i);
      g_autofree char *name = tally_json_span_dup_string (&one->name, NULL);
      g_autofree char *value = tally_json_span_dup (&one->value);
      const TallyJsonMember *other = tally_json_members_find (others, name);

      if (sign == '-' ? other == NULL
                      : other == NULL || !tally_json_text_equal (value, -1, other->value.text,
                                                                 (gssize) other->value.length))
        g_ptr_array_add (change, g_strdup_printf ("%c%s=%s", sign, name, sign == '-' ? "" : value));
    }
}

static char *
dup_change (const TallyRecord *record)
{
  g_autoptr (GPtrArray) change = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) before = NULL;
  g_autoptr (GArray) after = NULL;

  if (record->base == NULL || record->base->deleted || record->base->body == NULL ||
      record->local->deleted)
    return NULL;

  before = tally_json_text_members (record->base->body, -1, NULL);
  after = tally_json_text_members (record->local->body, -1, NULL);
  add_difference (change, after, before, '+');
  add_difference (change, before, after, '-');
  if (change->len == 0)
    return NULL;
  g_ptr_array_sort (change, compare_texts);
  g_ptr_array_add (change, NULL);

  return g_strjoinv ("\n", (char **) change->pdata);
}

/* What was sent before may be there already, whatever becomes of it now. */
void
tally_sim_guard_begin (TallySimGuard *self,
                       TallyStore    *store)
{
  g_autoptr (GPtrArray) records = NULL;

  g_ptr_array_set_size (self->edits, 0);
  if (self->rule.share == 0)
    return;

  records = tally_store_list_all (store, 0, 100, NULL);
  for (guint i = 0; records != NULL && i < records->len; i++)
    {
      const TallyRecord *record = records->pdata[i];
      Edit *edit;

      if (record->outbox == NULL || record->outbox->sent != NULL || is_excused (self, record))
        continue;

      edit = g_new0 (Edit, 1);
      edit->key = g_strdup (record->key);
      edit->rev = g_strdup (record->local->rev);
      edit->collection = tally_key_dup_collection (record->key, "");
      edit->change = dup_change (record);
      g_ptr_array_add (self->edits, edit);
    }
}

/* Somebody else may have made the same revision. */
static gboolean
has_left (TallySimGuard *self,
          const Edit    *edit,
          TallyStore    *store)
{
  g_autoptr (TallyRecord) record = tally_store_get (store, edit->key, NULL);

  return record != NULL && record->local != NULL && g_strcmp0 (record->local->rev, edit->rev) == 0 &&
         record->remote != NULL && g_strcmp0 (record->remote->rev, edit->rev) == 0 &&
         tally_sim_ledger_has_sent (self->ledger, self->actor, record->local);
}

static guint
count_collection (TallyStore *store,
                  const char *collection)
{
  g_autoptr (GPtrArray) records = tally_store_list_all (store, 0, 100, NULL);
  guint n = 0;

  for (guint i = 0; records != NULL && i < records->len; i++)
    {
      g_autofree char *name =
        tally_key_dup_collection (((TallyRecord *) records->pdata[i])->key, "");

      n += g_str_equal (name, collection);
    }

  return n;
}

/* Those of one change that have left: fewer than there were when the engine looked, of more records
 * than there were then, so the share is never taken for too large. */
static void
judge_change (TallySimGuard *self,
              const char    *name,
              TallyStore    *store,
              guint          first)
{
  const Edit *edit = self->edits->pdata[first];
  guint n_all = count_collection (store, edit->collection);
  guint n_allowed = get_number (self->alike, edit->collection);
  guint n = 0;

  for (guint i = first; i < self->edits->len; i++)
    {
      const Edit *other = self->edits->pdata[i];

      n += g_strcmp0 (other->change, edit->change) == 0 &&
           g_str_equal (other->collection, edit->collection) && has_left (self, other, store);
    }
  if (n > n_allowed && n >= self->rule.least && n * 100 > self->rule.share * n_all)
    tally_sim_trace_fail (self->trace, "%s sends %u edits made alike of %u records of “%s” unasked",
                          name, n, n_all, edit->collection);
}

static void
use_up (TallySimGuard *self,
        const char    *collection,
        guint          n)
{
  guint n_allowed = get_number (self->alike, collection);

  set_number (self->alike, collection, n_allowed - MIN (n, n_allowed));
}

void
tally_sim_guard_end (TallySimGuard *self,
                     const char    *name,
                     TallyStore    *store)
{
  for (guint i = 0; i < self->edits->len; i++)
    {
      if (((Edit *) self->edits->pdata[i])->change != NULL)
        judge_change (self, name, store, i);
    }
  for (guint i = 0; i < self->edits->len; i++)
    {
      const Edit *edit = self->edits->pdata[i];

      if (edit->change != NULL && has_left (self, edit, store))
        use_up (self, edit->collection, 1);
    }
  g_ptr_array_set_size (self->edits, 0);
}
