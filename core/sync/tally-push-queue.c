/* tally-push-queue.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-push-queue.h"

/* Records that are read in one go. */
#define PAGE 500

typedef enum
{
  ENTRY_NEW,
  ENTRY_OPEN,   /* what it names is being put before it */
  ENTRY_DONE,
} EntryState;

typedef struct
{
  char       *key;         /* owned */
  gint64      seq;
  int         priority;
  GPtrArray  *parents;     /* owned; element-type utf8 */
  EntryState  state;
  guint       n_seen;      /* of its parents, while it is open */
} Entry;

struct _TallyPushQueue
{
  TallyStore *store;       /* borrowed */
  GPtrArray  *entries;     /* owned; element-type Entry: in the order of the edits */
  GHashTable *by_key;      /* owned; key -> Entry, borrowed */
  GPtrArray  *ordered;     /* owned; borrowed elements */
  guint       next;        /* of them */
  GArray     *taken;       /* owned; element-type guint: what each of the last ones is in ordered */
  GHashTable *stuck;       /* owned; set of keys */
  GHashTable *waiting;     /* owned; key -> key */
  GPtrArray  *rings;       /* owned; element-type utf8, borrowed from the entries */
};

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_free (self->key);
  g_ptr_array_unref (self->parents);
  g_free (self);
}

void
tally_push_queue_free (TallyPushQueue *self)
{
  g_hash_table_unref (self->by_key);
  g_ptr_array_unref (self->ordered);
  g_array_unref (self->taken);
  g_hash_table_unref (self->stuck);
  g_hash_table_unref (self->waiting);
  g_ptr_array_unref (self->rings);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

/* --- making it --- */

static void
add_entry (TallyPushQueue    *self,
           const TallyOrder  *order,
           const TallyRecord *record)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->key = g_strdup (record->key);
  entry->seq = record->outbox->seq;
  entry->priority = tally_order_get_priority (order, record->key);
  entry->parents = g_ptr_array_new_with_free_func (g_free);
  if (!record->local->deleted)
    tally_order_add_parents (order, record->key, record->local->body, entry->parents);
  g_ptr_array_add (self->entries, entry);
  g_hash_table_insert (self->by_key, entry->key, entry);
}

static gboolean
read_entries (TallyPushQueue    *self,
              const TallyOrder  *order,
              gint64             date_us,
              GError           **error)
{
  gint64 after = 0;

  while (TRUE)
    {
      g_autoptr (GPtrArray) records = tally_store_list_outbox (self->store, after, date_us, PAGE,
                                                               error);

      if (records == NULL)
        return FALSE;
      if (records->len == 0)
        return TRUE;

      after = ((TallyRecord *) records->pdata[records->len - 1])->outbox->seq;
      for (guint i = 0; i < records->len; i++)
        add_entry (self, order, records->pdata[i]);
    }
}

/* What is named and cannot leave now, though there is an edit of it that has not arrived. */
static gboolean
find_stuck (TallyPushQueue  *self,
            GError         **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = self->entries->pdata[i];

      for (guint j = 0; j < entry->parents->len; j++)
        {
          const char *parent = entry->parents->pdata[j];
          g_autoptr (GError) local_error = NULL;
          g_autoptr (TallyRecord) record = NULL;

          if (g_hash_table_contains (self->by_key, parent) ||
              !g_hash_table_add (seen, (gpointer) parent))
            continue;
          record = tally_store_get (self->store, parent, &local_error);
          if (local_error != NULL)
            {
              g_propagate_error (error, g_steal_pointer (&local_error));
              return FALSE;
            }
          /* What the server has of it, in whatever version, can be referred to. */
          if (record != NULL && record->outbox != NULL && record->remote == NULL)
            tally_push_queue_note_stuck (self, parent);
        }
    }

  return TRUE;
}

static int
compare_entries (gconstpointer a,
                 gconstpointer b)
{
  const Entry *one = *(const Entry * const *) a;
  const Entry *other = *(const Entry * const *) b;

  if (one->priority != other->priority)
    return one->priority > other->priority ? -1 : 1;

  return (one->seq > other->seq) - (one->seq < other->seq);
}

/* Puts all that @first names, and what that names, before it; with a stack of its own, since chains
 * may be long. */
static void
put (TallyPushQueue *self,
     Entry          *first)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();

  g_ptr_array_add (stack, first);
  while (stack->len > 0)
    {
      Entry *entry = stack->pdata[stack->len - 1];
      Entry *parent = NULL;

      entry->state = ENTRY_OPEN;
      while (parent == NULL && entry->n_seen < entry->parents->len)
        {
          parent = g_hash_table_lookup (self->by_key, entry->parents->pdata[entry->n_seen++]);
          if (parent != NULL && parent->state == ENTRY_OPEN && parent != entry)
            g_ptr_array_add (self->rings, entry->key);
          if (parent != NULL && parent->state != ENTRY_NEW)
            parent = NULL;
        }
      if (parent != NULL)
        {
          g_ptr_array_add (stack, parent);
          continue;
        }

      entry->state = ENTRY_DONE;
      g_ptr_array_add (self->ordered, entry);
      g_ptr_array_set_size (stack, (int) stack->len - 1);
    }
}

TallyPushQueue *
tally_push_queue_new (TallyStore        *store,
                      const TallyOrder  *order,
                      gint64             date_us,
                      GError           **error)
{
  g_autoptr (TallyPushQueue) self = g_new0 (TallyPushQueue, 1);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();

  self->store = store;
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->by_key = g_hash_table_new (g_str_hash, g_str_equal);
  self->ordered = g_ptr_array_new ();
  self->taken = g_array_new (FALSE, FALSE, sizeof (guint));
  self->stuck = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->waiting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->rings = g_ptr_array_new ();
  if (!read_entries (self, order, date_us, error) || !find_stuck (self, error))
    return NULL;

  g_ptr_array_extend (sorted, self->entries, NULL, NULL);
  g_ptr_array_sort (sorted, compare_entries);
  for (guint i = 0; i < sorted->len; i++)
    {
      Entry *entry = sorted->pdata[i];

      if (entry->state == ENTRY_NEW)
        put (self, entry);
    }

  return g_steal_pointer (&self);
}

/* --- using it --- */

static const char *
find_obstacle (TallyPushQueue *self,
               const Entry    *entry)
{
  for (guint i = 0; i < entry->parents->len; i++)
    {
      if (g_hash_table_contains (self->stuck, entry->parents->pdata[i]))
        return entry->parents->pdata[i];
    }

  return NULL;
}

static gboolean
names_any (const Entry *entry,
           GHashTable  *keys)
{
  for (guint i = 0; i < entry->parents->len; i++)
    {
      if (g_hash_table_contains (keys, entry->parents->pdata[i]))
        return TRUE;
    }

  return FALSE;
}

/* FALSE: something is wrong with the store. */
static gboolean
take_entry (TallyPushQueue  *self,
            const Entry     *entry,
            GPtrArray       *records,
            GError         **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TallyRecord) record = tally_store_get (self->store, entry->key, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (record == NULL || !tally_record_is_sendable (record))
    return TRUE;

  g_array_append_val (self->taken, self->next);
  g_ptr_array_add (records, g_steal_pointer (&record));

  return TRUE;
}

GPtrArray *
tally_push_queue_take (TallyPushQueue  *self,
                       guint            limit,
                       GError         **error)
{
  g_autoptr (GPtrArray) records =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_record_unref);
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);

  g_array_set_size (self->taken, 0);
  for (; self->next < self->ordered->len && records->len < limit; self->next++)
    {
      const Entry *entry = self->ordered->pdata[self->next];
      const char *obstacle = find_obstacle (self, entry);

      if (obstacle != NULL)
        {
          g_hash_table_replace (self->waiting, g_strdup (entry->key), g_strdup (obstacle));
          tally_push_queue_note_stuck (self, entry->key);
          continue;
        }
      if (names_any (entry, keys))
        break;
      if (!take_entry (self, entry, records, error))
        return NULL;
      g_hash_table_add (keys, entry->key);
    }

  return g_steal_pointer (&records);
}

void
tally_push_queue_put_back (TallyPushQueue *self,
                           guint           n)
{
  if (n < self->taken->len)
    self->next = g_array_index (self->taken, guint, n);
}

void
tally_push_queue_note_stuck (TallyPushQueue *self,
                             const char     *key)
{
  g_hash_table_add (self->stuck, g_strdup (key));
}

GHashTable *
tally_push_queue_get_waiting (TallyPushQueue *self)
{
  return self->waiting;
}

GPtrArray *
tally_push_queue_get_rings (TallyPushQueue *self)
{
  return self->rings;
}
