/* tally-store-guard-edits.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "base/tally-json-text.h"
#include "base/tally-planted.h"
#include "store/tally-store-private.h"

#include <string.h>

/* Edits that are unusual in their number: one and the same change to a large part of a collection,
 * as a script makes it that went wrong, or merges of a large part of it. They wait until a person
 * has said that they were meant; everything else goes on. */

/* Records that are read in one go. */
#define PAGE 500

/* What one kind of question looks at. */
typedef struct
{
  TallyGuardSide  side;
  const char     *collections;   /* statements */
  const char     *records;
  gboolean        alike;         /* only those with the same change are counted together */
} Kind;

static const Kind kinds[] = {
  { TALLY_GUARD_ALIKE, "guard-changed", "guard-changed-records", TRUE },
  { TALLY_GUARD_MERGED, "guard-merged", "guard-merged-records", FALSE },
};

static int
compare_texts (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* The members that differ from @others, with the values they have here, if they are to be said. */
static void
add_changes (GPtrArray *changes,
             GArray    *members,
             GArray    *others,
             gboolean   values)
{
  for (guint i = 0; i < members->len; i++)
    {
      const TallyJsonMember *member = &g_array_index (members, TallyJsonMember, i);
      g_autofree char *name = tally_json_span_dup_string (&member->name, NULL);
      const TallyJsonMember *other = name != NULL ? tally_json_members_find (others, name) : NULL;
      g_autofree char *value = NULL;

      if (other != NULL && (!values || tally_json_text_equal (member->value.text,
                                                              (gssize) member->value.length,
                                                              other->value.text,
                                                              (gssize) other->value.length)))
        continue;
      value = values ? tally_json_span_dup (&member->value) : NULL;
      g_ptr_array_add (changes, g_strconcat (name != NULL ? name : "", values ? "=" : "-", value,
                                             NULL));
    }
}

/* What an edit changed, as a text: two records with the same one were edited alike. */
static char *
describe_change (const TallyRecord *record)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) before = NULL;
  g_autoptr (GArray) after = NULL;

  if (record->base != NULL && record->base->body != NULL)
    before = tally_json_text_members (record->base->body, -1, NULL);
  if (record->local != NULL && record->local->body != NULL)
    after = tally_json_text_members (record->local->body, -1, NULL);
  if (before == NULL || after == NULL)
    return NULL;

  add_changes (changes, after, before, TRUE);
  add_changes (changes, before, after, FALSE);
  if (changes->len == 0)
    return NULL;
  g_ptr_array_sort (changes, compare_texts);
  g_ptr_array_add (changes, NULL);

  return g_strjoinv ("\n", (char **) changes->pdata);
}

static GPtrArray *
list_page (TallyStore  *self,
           const Kind  *kind,
           const char  *collection,
           gint64       after,
           GError     **error)
{
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, kind->records);

  tally_statement_bind_text (list, ":collection", collection);
  tally_statement_bind_int (list, ":after", after);
  tally_statement_bind_int (list, ":limit", PAGE);

  return tally_store_load_listed (self, list, error);
}

/* Somebody has looked at it, and said that it was meant. */
static gboolean
is_allowed (const TallyRecord *record)
{
  return record->outbox != NULL && record->outbox->reason != NULL &&
         g_str_equal (record->outbox->reason->code, TALLY_GUARD_REASON_ALLOWED);
}

/* Records that were changed alike. */
typedef struct
{
  guint      n;
  GPtrArray *keys;   /* owned; element-type utf8: of those that can leave */
} Group;

static void
group_free (gpointer data)
{
  Group *self = data;

  g_ptr_array_unref (self->keys);
  g_free (self);
}

static void
add_to_group (GHashTable        *groups,
              const Kind        *kind,
              const TallyRecord *record)
{
  g_autofree char *change = kind->alike ? describe_change (record) : g_strdup ("");
  Group *group;

  if (change == NULL || is_allowed (record))
    return;

  group = g_hash_table_lookup (groups, change);
  if (group == NULL)
    {
      group = g_new0 (Group, 1);
      group->keys = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (groups, g_steal_pointer (&change), group);
    }
  group->n++;
  if (tally_record_is_sendable (record))
    g_ptr_array_add (group->keys, g_strdup (record->key));
}

/* What was changed -> Group. */
static GHashTable *
group_edits (TallyStore  *self,
             const Kind  *kind,
             const char  *collection,
             GError     **error)
{
  g_autoptr (GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, group_free);
  gint64 after = 0;

  while (TRUE)
    {
      g_autoptr (GPtrArray) records = list_page (self, kind, collection, after, error);

      if (records == NULL)
        return NULL;
      if (records->len == 0)
        return g_steal_pointer (&groups);

      after = ((TallyRecord *) records->pdata[records->len - 1])->id;
      for (guint i = 0; i < records->len; i++)
        add_to_group (groups, kind, records->pdata[i]);
    }
}

/* How one collection stands. */
typedef struct
{
  char  *collection;
  guint  n_live;
} Standing;

static void
standing_free (gpointer data)
{
  Standing *self = data;

  g_free (self->collection);
  g_free (self);
}

static gboolean
is_much (const TallyGuardRule *rule,
         guint                 n,
         guint                 n_live)
{
  return n >= rule->least && (guint64) n * 100 > (guint64) rule->share * n_live;
}

/* Those of which so many edits can leave that it is worth looking at them. */
static GPtrArray *
list_standings (TallyStore            *self,
                const TallyGuardRule  *rule,
                const Kind            *kind,
                GError               **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (standing_free);
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, kind->collections);
  TallyDbStep step;

  while ((step = tally_statement_step (statement, error)) == TALLY_DB_ROW)
    {
      guint n_edits = (guint) tally_statement_get_int (statement, 1);
      guint n_live = (guint) tally_statement_get_int (statement, 2);
      Standing *standing;

      if (!is_much (rule, n_edits, n_live))
        continue;
      standing = g_new0 (Standing, 1);
      standing->collection = g_strdup (tally_statement_get_text (statement, 0));
      standing->n_live = n_live;
      g_ptr_array_add (list, standing);
    }

  return step == TALLY_DB_DONE ? g_steal_pointer (&list) : NULL;
}

static gboolean
ask_about (TallyStore      *self,
           const Kind      *kind,
           const Standing  *standing,
           GPtrArray       *keys,
           GError         **error)
{
  const TallyGuard guard = { .collection = standing->collection, .side = kind->side };

  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (!tally_store_open_guard (self, &guard, standing->n_live, error) ||
      !tally_store_hold_keys (self, kind->side, keys, error) || !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  return TRUE;
}

/* Two scripts may have gone wrong: each group that is too large is held. */
static GPtrArray *
list_suspect (const TallyGuardRule *rule,
              const Standing       *standing,
              GHashTable           *groups)
{
  GPtrArray *keys = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Group *group = value;

      for (guint i = 0; is_much (rule, group->n, standing->n_live) && i < group->keys->len; i++)
        g_ptr_array_add (keys, group->keys->pdata[i]);
    }
  g_ptr_array_sort (keys, compare_texts);

  return keys;
}

static gboolean
look_at (TallyStore            *self,
         const TallyGuardRule  *rule,
         const Kind            *kind,
         const Standing        *standing,
         GError               **error)
{
  g_autoptr (GHashTable) groups = group_edits (self, kind, standing->collection, error);
  g_autoptr (GPtrArray) keys = groups != NULL ? list_suspect (rule, standing, groups) : NULL;

  return keys != NULL && (keys->len == 0 || ask_about (self, kind, standing, keys, error));
}

/**
 * tally_store_guard_edits:
 * @self: a store
 * @rule: how much of a collection is too much
 * @error: %TALLY_DB_ERROR
 *
 * Opens what must be asked about the edits that can leave, and holds those back. Reads them where
 * they are many, so it is called once for a round of sending.
 *
 * Returns: whether it could be found out and stored
 */
gboolean
tally_store_guard_edits (TallyStore            *self,
                         const TallyGuardRule  *rule,
                         GError               **error)
{
  if (TALLY_IS_PLANTED (NO_EDIT_GUARD))
    return TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GPtrArray) standings = list_standings (self, rule, &kinds[i], error);

      if (standings == NULL)
        return FALSE;
      for (guint j = 0; j < standings->len; j++)
        {
          if (!look_at (self, rule, &kinds[i], standings->pdata[j], error))
            return FALSE;
        }
    }

  return TRUE;
}
