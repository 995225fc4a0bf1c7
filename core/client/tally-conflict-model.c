/* tally-conflict-model.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-client"

#include "config.h"

#include "client/tally-conflict-model.h"

#include "base/tally-json-text.h"

#include <glib/gi18n-lib.h>

/* Bodies of all sides come along, so a page is smaller than one of records. */
#define PAGE 100

/* The window's rule: updates at most ten times a second. */
#define COALESCE_MS 100

struct _TallyConflictModel
{
  GObject parent_instance;

  TallyClient  *client;        /* owned */

  GPtrArray    *items;         /* owned; of TallyConflictItem, by id */
  char         *error;         /* owned, nullable */

  GPtrArray    *incoming;      /* owned, nullable: pages of the reading under way */
  GCancellable *cancellable;   /* owned */
  guint         timer;
  gboolean      again;         /* something moved while reading */
  gboolean      loading;
};

enum
{
  PROP_0,
  PROP_ITEM_TYPE,
  PROP_N_ITEMS,
  PROP_LOADING,
  PROP_ERROR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TallyConflictModel, tally_conflict_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static gboolean
same_conflict (gconstpointer a,
               gconstpointer b)
{
  TallyConflictItem *one = (TallyConflictItem *) a;
  TallyConflictItem *other = (TallyConflictItem *) b;

  return g_strcmp0 (tally_conflict_item_get_id (one), tally_conflict_item_get_id (other)) == 0 &&
         g_strcmp0 (tally_conflict_item_get_shown (one), tally_conflict_item_get_shown (other)) == 0;
}

/* Puts the new list in place of the old one, keeping the items at both ends that did not move. */
static void
take_items (TallyConflictModel *self,
            GPtrArray          *fresh)
{
  guint n_old = self->items->len;
  guint n_new = fresh->len;
  guint head = 0;
  guint tail = 0;

  while (head < MIN (n_old, n_new) &&
         same_conflict (self->items->pdata[head], fresh->pdata[head]))
    head++;
  while (tail < MIN (n_old, n_new) - head &&
         same_conflict (self->items->pdata[n_old - 1 - tail], fresh->pdata[n_new - 1 - tail]))
    tail++;
  if (head == n_old && head == n_new)
    return;

  g_ptr_array_remove_range (self->items, head, n_old - head - tail);
  for (guint i = head; i < n_new - tail; i++)
    g_ptr_array_insert (self->items, (int) i, g_object_ref (fresh->pdata[i]));

  g_list_model_items_changed (G_LIST_MODEL (self), head, n_old - head - tail, n_new - head - tail);
  if (n_old != n_new)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ITEMS]);
}

static void
set_error (TallyConflictModel *self,
           const char         *message)
{
  if (g_strcmp0 (self->error, message) == 0)
    return;

  g_free (self->error);
  self->error = g_strdup (message);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

/* Adds a page to what came before; *total is what the whole list holds. */
static gboolean
read_page (TallyConflictModel  *self,
           const char          *json,
           gint64              *total,
           GError             **error)
{
  g_autoptr (GArray) members = tally_json_text_members (json, -1, error);
  g_autoptr (GArray) elements = NULL;
  const TallyJsonMember *conflicts;
  const TallyJsonMember *count;

  if (members == NULL)
    return FALSE;

  conflicts = tally_json_members_find (members, "conflicts");
  count = tally_json_members_find (members, "total");
  if (conflicts == NULL || count == NULL)
    {
      g_set_error_literal (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_PROTOCOL,
                           _("The answer lists no conflicts."));
      return FALSE;
    }
  if (!tally_json_span_get_int (&count->value, total, error))
    return FALSE;

  elements = tally_json_text_elements (conflicts->value.text, (gssize) conflicts->value.length,
                                       error);
  for (guint i = 0; elements != NULL && i < elements->len; i++)
    {
      const TallyJsonSpan *span = &g_array_index (elements, TallyJsonSpan, i);
      TallyConflictItem *item;

      item = tally_conflict_item_new_from_json (span->text, (gssize) span->length, error);
      if (item == NULL)
        return FALSE;
      g_ptr_array_add (self->incoming, item);
    }

  return elements != NULL;
}

static void
end_reading (TallyConflictModel *self,
             const GError       *error)
{
  g_autoptr (GPtrArray) fresh = g_steal_pointer (&self->incoming);

  if (error == NULL)
    take_items (self, fresh);
  set_error (self, error == NULL ? NULL : error->message);

  if (self->loading)
    {
      self->loading = FALSE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
    }
  if (self->again)
    {
      self->again = FALSE;
      tally_conflict_model_refresh (self);
    }
}

static void ask_page (TallyConflictModel *self);

static void
page_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  TallyConflictModel *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;
  gint64 total = 0;
  guint before;
  gboolean done;
  g_autoptr (TallyConflictModel) alive = NULL;

  done = tally_bus_sync_call_list_conflicts_finish (TALLY_BUS_SYNC (source), &json, result, &error);
  /* Nobody holds the model for an answer's sake: cancelled means that it is gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  alive = g_object_ref (self);
  before = self->incoming->len;
  if (!done)
    {
      g_dbus_error_strip_remote_error (error);
      end_reading (self, error);
    }
  else if (!read_page (self, json, &total, &error))
    end_reading (self, error);
  else if (self->incoming->len < total && self->incoming->len > before)
    ask_page (self);
  else
    end_reading (self, NULL);
}

static void
ask_page (TallyConflictModel *self)
{
  tally_bus_sync_call_list_conflicts (tally_client_get_proxy (self->client), "",
                                      self->incoming->len, PAGE, self->cancellable, page_cb, self);
}

static void
timer_cb (gpointer data)
{
  TallyConflictModel *self = data;

  self->timer = 0;
  tally_conflict_model_refresh (self);
}

static void
event_cb (TallyConflictModel *self,
          guint64             seq,
          const char         *type,
          const char         *data)
{
  if (!g_str_has_prefix (type, "conflict.") && !g_str_equal (type, "record.changed") &&
      !g_str_equal (type, "sync.completed") && !g_str_equal (type, "connection.changed"))
    return;

  if (self->timer == 0)
    self->timer = g_timeout_add_once (COALESCE_MS, timer_cb, self);
}

static void
connected_cb (TallyConflictModel *self)
{
  if (tally_client_is_connected (self->client))
    tally_conflict_model_refresh (self);
}

static GType
tally_conflict_model_get_item_type (GListModel *model)
{
  return TALLY_TYPE_CONFLICT_ITEM;
}

static guint
tally_conflict_model_get_n_items (GListModel *model)
{
  return TALLY_CONFLICT_MODEL (model)->items->len;
}

static gpointer
tally_conflict_model_get_item (GListModel *model,
                               guint       position)
{
  TallyConflictModel *self = TALLY_CONFLICT_MODEL (model);

  return position < self->items->len ? g_object_ref (self->items->pdata[position]) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = tally_conflict_model_get_item_type;
  iface->get_n_items = tally_conflict_model_get_n_items;
  iface->get_item = tally_conflict_model_get_item;
}

static void
tally_conflict_model_dispose (GObject *object)
{
  TallyConflictModel *self = TALLY_CONFLICT_MODEL (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);

  G_OBJECT_CLASS (tally_conflict_model_parent_class)->dispose (object);
}

static void
tally_conflict_model_finalize (GObject *object)
{
  TallyConflictModel *self = TALLY_CONFLICT_MODEL (object);

  g_clear_object (&self->client);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->incoming, g_ptr_array_unref);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (tally_conflict_model_parent_class)->finalize (object);
}

static void
tally_conflict_model_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  TallyConflictModel *self = TALLY_CONFLICT_MODEL (object);

  switch (prop_id)
    {
    case PROP_ITEM_TYPE:
      g_value_set_gtype (value, TALLY_TYPE_CONFLICT_ITEM);
      break;
    case PROP_N_ITEMS:
      g_value_set_uint (value, self->items->len);
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
tally_conflict_model_class_init (TallyConflictModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = tally_conflict_model_dispose;
  object_class->finalize = tally_conflict_model_finalize;
  object_class->get_property = tally_conflict_model_get_property;

  properties[PROP_ITEM_TYPE] =
    g_param_spec_gtype ("item-type", NULL, NULL, G_TYPE_OBJECT, flags);
  properties[PROP_N_ITEMS] =
    g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, TRUE, flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_conflict_model_init (TallyConflictModel *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->cancellable = g_cancellable_new ();
  self->loading = TRUE;
}

/**
 * tally_conflict_model_new:
 * @client: where the conflicts are
 *
 * Starts reading at once.
 */
TallyConflictModel *
tally_conflict_model_new (TallyClient *client)
{
  TallyConflictModel *self;

  g_return_val_if_fail (TALLY_IS_CLIENT (client), NULL);

  self = g_object_new (TALLY_TYPE_CONFLICT_MODEL, NULL);
  self->client = g_object_ref (client);
  g_signal_connect_object (tally_client_get_proxy (client), "event", G_CALLBACK (event_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "notify::connected", G_CALLBACK (connected_cb), self,
                           G_CONNECT_SWAPPED);
  tally_conflict_model_refresh (self);

  return self;
}

void
tally_conflict_model_refresh (TallyConflictModel *self)
{
  g_return_if_fail (TALLY_IS_CONFLICT_MODEL (self));

  if (self->incoming != NULL)
    {
      self->again = TRUE;
      return;
    }

  self->incoming = g_ptr_array_new_with_free_func (g_object_unref);
  ask_page (self);
}
