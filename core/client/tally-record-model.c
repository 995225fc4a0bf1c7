/* tally-record-model.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-client"

#include "client/tally-record-model.h"

/* Rows a page; a list view realises some 200 rows at once. */
#define PAGE 200

/* Rows kept on either side of the row asked for last when the store moved, and when there are too
 * many. */
#define KEEP (2 * PAGE)
#define MAX_ROWS (20 * PAGE)

/* Pages waited for; what was scrolled past before these is not worth a request. */
#define MAX_WANTED 8

/* The window's rule: updates at most ten times a second. */
#define COALESCE_MS 100

struct _TallyRecordModel
{
  GObject parent_instance;

  TallyClient  *client;          /* owned */
  char         *collection;      /* owned */
  char         *search;          /* owned */
  gboolean      problems_only;

  GHashTable   *rows;            /* owned; position -> TallyRecordItem, only what was looked at */
  guint         n_items;
  guint         last_position;   /* asked for last */
  char         *error;           /* owned, nullable */

  GCancellable *cancellable;     /* owned */
  GArray       *wanted;          /* owned; of guint: pages to fetch, the most wanted last */
  guint         asked_offset;    /* of the request under way */
  guint         generation;      /* counts up with every change of the query */
  guint         asked_generation;
  guint         timer;
  gboolean      reset;           /* the query changed: everything is another list */
  gboolean      reload;          /* the store moved: read again what is looked at */
  gboolean      busy;
  gboolean      loading;         /* the first answer of this query has not come yet */
};

enum
{
  PROP_0,
  PROP_COLLECTION,
  PROP_SEARCH,
  PROP_PROBLEMS_ONLY,
  PROP_ITEM_TYPE,
  PROP_N_ITEMS,
  PROP_LOADING,
  PROP_ERROR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TallyRecordModel, tally_record_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static TallyRecordItem *
row_at (TallyRecordModel *self,
        guint             position)
{
  return g_hash_table_lookup (self->rows, GUINT_TO_POINTER (position));
}

/* A row nobody has read yet may be any record. */
static gboolean
row_may_be (TallyRecordModel *self,
            guint             position,
            const char       *id)
{
  TallyRecordItem *item = row_at (self, position);

  return item == NULL || !tally_record_item_is_loaded (item) ||
         g_str_equal (tally_record_item_get_id (item), id);
}

static void
drop_far_rows (TallyRecordModel *self)
{
  GHashTableIter iter;
  gpointer position;

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &position, NULL))
    if (GPOINTER_TO_UINT (position) + KEEP < self->last_position ||
        GPOINTER_TO_UINT (position) > self->last_position + KEEP)
      g_hash_table_iter_remove (&iter);
}

/* Rows from @start on: @removed of them go, the ones behind move so that @added fit in. */
static void
move_rows (TallyRecordModel *self,
           guint             start,
           guint             removed,
           guint             added)
{
  g_autoptr (GHashTable) rows = g_steal_pointer (&self->rows);
  GHashTableIter iter;
  gpointer key;
  gpointer item;

  self->rows = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  g_hash_table_iter_init (&iter, rows);
  while (g_hash_table_iter_next (&iter, &key, &item))
    {
      guint position = GPOINTER_TO_UINT (key);

      if (position >= start && position < start + removed)
        continue;
      if (position >= start + removed)
        position = position - removed + added;
      g_hash_table_insert (self->rows, GUINT_TO_POINTER (position), g_object_ref (item));
    }
}

static void
fill_rows (TallyRecordModel *self,
           guint             offset,
           GVariant         *records)
{
  gsize n_records = g_variant_n_children (records);

  for (gsize i = 0; i < n_records; i++)
    {
      guint position = offset + (guint) i;
      TallyRecordItem *item = row_at (self, position);
      const char *id;
      const char *collection;
      const char *state;

      g_variant_get_child (records, i, "(&s&s&s)", &id, &collection, &state);
      if (item == NULL)
        {
          item = tally_record_item_new ();
          g_hash_table_insert (self->rows, GUINT_TO_POINTER (position), item);
        }
      tally_record_item_fill (item, id, collection, state);
    }
}

static const char *
record_id (GVariant *records,
           guint     i)
{
  const char *id;

  g_variant_get_child (records, i, "(&s&s&s)", &id, NULL, NULL);

  return id;
}

/* Where an answer and what is known differ: the smallest range that explains it. Rows that were
 * never read match anything. */
static gboolean
find_change (TallyRecordModel *self,
             guint             offset,
             GVariant         *records,
             guint             total,
             guint            *start,
             guint            *removed,
             guint            *added)
{
  gint64 grown = (gint64) total - self->n_items;
  guint end = offset + (guint) g_variant_n_children (records);
  guint first = offset;
  gint64 last;

  while (first < end && first < self->n_items &&
         row_may_be (self, first, record_id (records, first - offset)))
    first++;
  if (first == end && grown == 0)
    return FALSE;

  last = (gint64) end - 1;
  while (last >= first && last - grown >= first && last - grown < self->n_items &&
         row_may_be (self, (guint) (last - grown), record_id (records, (guint) last - offset)))
    last--;

  *start = MIN (first, MIN (self->n_items, total));
  *added = (guint) MAX (MAX (last - *start + 1, grown), 0);
  *removed = (guint) (*added - grown);

  return TRUE;
}

static void
take_page (TallyRecordModel *self,
           guint             offset,
           GVariant         *records,
           guint             total)
{
  guint start = 0;
  guint removed = self->n_items;
  guint added = total;
  gboolean resized = self->n_items != total;

  if (self->reset)
    {
      self->reset = FALSE;
      self->reload = FALSE;
      g_array_set_size (self->wanted, 0);
      g_hash_table_remove_all (self->rows);
    }
  else if (!find_change (self, offset, records, total, &start, &removed, &added))
    {
      fill_rows (self, offset, records);
      return;
    }

  move_rows (self, start, removed, added);
  self->n_items = total;
  fill_rows (self, offset, records);

  g_list_model_items_changed (G_LIST_MODEL (self), start, removed, added);
  if (resized)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ITEMS]);
}

static void
set_error (TallyRecordModel *self,
           const char       *message)
{
  if (g_strcmp0 (self->error, message) == 0)
    return;

  g_free (self->error);
  self->error = g_strdup (message);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

static void
set_loading (TallyRecordModel *self,
             gboolean          loading)
{
  if (self->loading == loading)
    return;

  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

static void ask_next (TallyRecordModel *self);

static void
page_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  TallyRecordModel *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) records = NULL;
  guint total;
  gboolean done;
  g_autoptr (TallyRecordModel) alive = NULL;

  done = tally_bus_sync_call_list_records_finish (TALLY_BUS_SYNC (source), &total, &records,
                                                  result, &error);
  /* Nobody holds the model for an answer's sake: cancelled means that it is gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  alive = g_object_ref (self);
  self->busy = FALSE;
  if (!done)
    {
      /* Not asked again by itself: the next event or look does. */
      g_dbus_error_strip_remote_error (error);
      self->reload = FALSE;
      g_array_set_size (self->wanted, 0);
      set_error (self, error->message);
      set_loading (self, FALSE);
      return;
    }

  if (self->asked_generation == self->generation)
    {
      take_page (self, self->asked_offset, records, total);
      set_error (self, NULL);
      set_loading (self, FALSE);
    }
  ask_next (self);
}

static void
ask (TallyRecordModel *self,
     guint             offset,
     guint             limit)
{
  self->busy = TRUE;
  self->asked_offset = offset;
  self->asked_generation = self->generation;
  tally_bus_sync_call_list_records (tally_client_get_proxy (self->client), self->collection,
                                    self->search, self->problems_only, offset, limit,
                                    self->cancellable, page_cb, self);
}

/* One request at a time: a new query first, then what moved, then what was scrolled to. */
static void
ask_next (TallyRecordModel *self)
{
  if (self->busy)
    return;

  if (self->reset)
    {
      ask (self, 0, PAGE);
    }
  else if (self->reload)
    {
      guint position = MIN (self->last_position, self->n_items);
      guint offset = position > KEEP ? (position - KEEP) / PAGE * PAGE : 0;

      self->reload = FALSE;
      drop_far_rows (self);
      ask (self, offset, 2 * KEEP + PAGE);
    }
  else if (self->wanted->len > 0)
    {
      guint page = g_array_index (self->wanted, guint, self->wanted->len - 1);

      g_array_set_size (self->wanted, self->wanted->len - 1);
      ask (self, page * PAGE, PAGE);
    }
}

static void
want_page (TallyRecordModel *self,
           guint             page)
{
  if (self->reset)
    return;
  if (self->busy && self->asked_offset == page * PAGE)
    return;

  for (guint i = 0; i < self->wanted->len; i++)
    if (g_array_index (self->wanted, guint, i) == page)
      {
        g_array_remove_index (self->wanted, i);
        break;
      }
  g_array_append_val (self->wanted, page);
  if (self->wanted->len > MAX_WANTED)
    g_array_remove_index (self->wanted, 0);
  ask_next (self);
}

static void
change_query (TallyRecordModel *self)
{
  self->generation++;
  self->reset = TRUE;
  self->last_position = 0;
  set_loading (self, TRUE);
  ask_next (self);
}

static void
timer_cb (gpointer data)
{
  TallyRecordModel *self = data;

  self->timer = 0;
  self->reload = TRUE;
  ask_next (self);
}

static void
event_cb (TallyRecordModel *self,
          guint64           seq,
          const char       *type,
          const char       *data)
{
  if (!g_str_equal (type, "record.changed") && !g_str_has_prefix (type, "conflict.") &&
      !g_str_equal (type, "sync.completed") && !g_str_equal (type, "connection.changed"))
    return;

  if (self->timer == 0)
    self->timer = g_timeout_add_once (COALESCE_MS, timer_cb, self);
}

static void
connected_cb (TallyRecordModel *self)
{
  if (!tally_client_is_connected (self->client))
    return;

  self->reload = TRUE;
  ask_next (self);
}

static GType
tally_record_model_get_item_type (GListModel *model)
{
  return TALLY_TYPE_RECORD_ITEM;
}

static guint
tally_record_model_get_n_items (GListModel *model)
{
  return TALLY_RECORD_MODEL (model)->n_items;
}

static gpointer
tally_record_model_get_item (GListModel *model,
                             guint       position)
{
  TallyRecordModel *self = TALLY_RECORD_MODEL (model);
  TallyRecordItem *item;

  if (position >= self->n_items)
    return NULL;

  self->last_position = position;
  item = row_at (self, position);
  if (item == NULL)
    {
      if (g_hash_table_size (self->rows) > MAX_ROWS)
        drop_far_rows (self);
      item = tally_record_item_new ();
      g_hash_table_insert (self->rows, GUINT_TO_POINTER (position), item);
    }
  if (!tally_record_item_is_loaded (item))
    want_page (self, position / PAGE);

  return g_object_ref (item);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = tally_record_model_get_item_type;
  iface->get_n_items = tally_record_model_get_n_items;
  iface->get_item = tally_record_model_get_item;
}

static void
tally_record_model_dispose (GObject *object)
{
  TallyRecordModel *self = TALLY_RECORD_MODEL (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);

  G_OBJECT_CLASS (tally_record_model_parent_class)->dispose (object);
}

static void
tally_record_model_finalize (GObject *object)
{
  TallyRecordModel *self = TALLY_RECORD_MODEL (object);

  g_clear_object (&self->client);
  g_clear_pointer (&self->collection, g_free);
  g_clear_pointer (&self->search, g_free);
  g_clear_pointer (&self->rows, g_hash_table_unref);
  g_clear_pointer (&self->error, g_free);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->wanted, g_array_unref);

  G_OBJECT_CLASS (tally_record_model_parent_class)->finalize (object);
}

static void
tally_record_model_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  TallyRecordModel *self = TALLY_RECORD_MODEL (object);

  switch (prop_id)
    {
    case PROP_COLLECTION:
      g_value_set_string (value, self->collection);
      break;
    case PROP_SEARCH:
      g_value_set_string (value, self->search);
      break;
    case PROP_PROBLEMS_ONLY:
      g_value_set_boolean (value, self->problems_only);
      break;
    case PROP_ITEM_TYPE:
      g_value_set_gtype (value, TALLY_TYPE_RECORD_ITEM);
      break;
    case PROP_N_ITEMS:
      g_value_set_uint (value, self->n_items);
      break;
    case PROP_LOADING:
      g_value_set_boolean (value, self->loading);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_record_model_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  TallyRecordModel *self = TALLY_RECORD_MODEL (object);

  switch (prop_id)
    {
    case PROP_COLLECTION:
      tally_record_model_set_collection (self, g_value_get_string (value));
      break;
    case PROP_SEARCH:
      tally_record_model_set_search (self, g_value_get_string (value));
      break;
    case PROP_PROBLEMS_ONLY:
      tally_record_model_set_problems_only (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_record_model_class_init (TallyRecordModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags read = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GParamFlags write = read | G_PARAM_WRITABLE;

  object_class->dispose = tally_record_model_dispose;
  object_class->finalize = tally_record_model_finalize;
  object_class->get_property = tally_record_model_get_property;
  object_class->set_property = tally_record_model_set_property;

  properties[PROP_COLLECTION] = g_param_spec_string ("collection", NULL, NULL, "", write);
  properties[PROP_SEARCH] = g_param_spec_string ("search", NULL, NULL, "", write);
  properties[PROP_PROBLEMS_ONLY] =
    g_param_spec_boolean ("problems-only", NULL, NULL, FALSE, write);
  properties[PROP_ITEM_TYPE] = g_param_spec_gtype ("item-type", NULL, NULL, G_TYPE_OBJECT, read);
  properties[PROP_N_ITEMS] = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0, read);
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, TRUE, read);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, read);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_record_model_init (TallyRecordModel *self)
{
  self->collection = g_strdup ("");
  self->search = g_strdup ("");
  self->rows = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  self->cancellable = g_cancellable_new ();
  self->wanted = g_array_new (FALSE, FALSE, sizeof (guint));
  self->loading = TRUE;
}

/**
 * tally_record_model_new:
 * @client: where the records are
 *
 * Starts reading the first page at once.
 */
TallyRecordModel *
tally_record_model_new (TallyClient *client)
{
  TallyRecordModel *self;

  g_return_val_if_fail (TALLY_IS_CLIENT (client), NULL);

  self = g_object_new (TALLY_TYPE_RECORD_MODEL, NULL);
  self->client = g_object_ref (client);
  g_signal_connect_object (tally_client_get_proxy (client), "event", G_CALLBACK (event_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "notify::connected", G_CALLBACK (connected_cb), self,
                           G_CONNECT_SWAPPED);
  change_query (self);

  return self;
}

static void
set_query_text (TallyRecordModel  *self,
                char             **text,
                const char        *value,
                guint              prop_id)
{
  if (value == NULL)
    value = "";
  if (g_str_equal (*text, value))
    return;

  g_free (*text);
  *text = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
  change_query (self);
}

void
tally_record_model_set_collection (TallyRecordModel *self,
                                   const char       *collection)
{
  g_return_if_fail (TALLY_IS_RECORD_MODEL (self));

  set_query_text (self, &self->collection, collection, PROP_COLLECTION);
}

void
tally_record_model_set_search (TallyRecordModel *self,
                               const char       *search)
{
  g_return_if_fail (TALLY_IS_RECORD_MODEL (self));

  set_query_text (self, &self->search, search, PROP_SEARCH);
}

void
tally_record_model_set_problems_only (TallyRecordModel *self,
                                      gboolean          problems_only)
{
  g_return_if_fail (TALLY_IS_RECORD_MODEL (self));

  if (self->problems_only == problems_only)
    return;

  self->problems_only = problems_only;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEMS_ONLY]);
  change_query (self);
}
