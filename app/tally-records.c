/* tally-records.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-records.h"

#include "tally-collection.h"
#include "tally-why.h"
#include "tally-wording.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

/**
 * TallyRecords:
 *
 * What the Records page shows: a windowed list with its search and filters, and one record read
 * whole with the reason it is where it is. Refuses to know widgets and to change a record. Main
 * thread. What cannot be read is said in "message".
 *
 * Properties: "model", "search", "collections" (names for a drop-down, all of them first),
 * "collection" (index there), "problems-only", "summary", and of the record that is selected "id",
 * "document", "rev", "state-text", "state-icon", "why", "message".
 */
struct _TallyRecords
{
  GObject parent_instance;

  TallyClient      *client;             /* owned */
  GListModel       *source;             /* owned; TallyCollection */
  GCancellable     *cancellable;        /* owned */

  TallyRecordModel *model;              /* owned */
  GtkStringList    *collections;        /* owned */
  char             *search;
  guint             collection;
  gboolean          problems_only;

  char             *id;                 /* nullable: nothing is selected */
  char             *document;           /* nullable */
  char             *rev;                /* nullable */
  char             *state;              /* nullable */
  char             *why;                /* nullable */
  char             *message;            /* nullable */
};

enum
{
  PROP_0,
  PROP_MODEL,
  PROP_SEARCH,
  PROP_COLLECTIONS,
  PROP_COLLECTION,
  PROP_PROBLEMS_ONLY,
  PROP_SUMMARY,
  PROP_EMPTY,
  PROP_ID,
  PROP_DOCUMENT,
  PROP_REV,
  PROP_STATE_TEXT,
  PROP_STATE_ICON,
  PROP_WHY,
  PROP_MESSAGE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyRecords, tally_records, G_TYPE_OBJECT)

/* What was asked about which record; an answer about another one comes too late. */
typedef struct
{
  TallyRecords *self;   /* owned */
  char         *id;
} Question;

static Question *
question_new (TallyRecords *self)
{
  Question *question = g_new0 (Question, 1);

  question->self = g_object_ref (self);
  question->id = g_strdup (self->id);

  return question;
}

static void
question_free (Question *question)
{
  g_object_unref (question->self);
  g_free (question->id);
  g_free (question);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static void
set_text (TallyRecords  *self,
          char         **field,
          const char    *text,
          guint          prop_id)
{
  if (g_strcmp0 (*field, text) == 0)
    return;

  g_free (*field);
  *field = g_strdup (text);
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static void
set_state (TallyRecords *self,
           const char   *state)
{
  set_text (self, &self->state, state, PROP_STATE_TEXT);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE_ICON]);
}

static void
record_ready_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (Question) question = user_data;
  TallyRecords *self = question->self;
  g_autofree char *document = NULL;
  g_autofree char *rev = NULL;
  g_autofree char *state = NULL;
  g_autoptr (GError) error = NULL;
  gboolean read;

  read = tally_bus_sync_call_get_record_finish (TALLY_BUS_SYNC (source), &document, &rev, &state,
                                                result, &error);
  if (g_strcmp0 (self->id, question->id) != 0 ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (!read)
    {
      g_dbus_error_strip_remote_error (error);
      set_text (self, &self->document, NULL, PROP_DOCUMENT);
      set_text (self, &self->message, error->message, PROP_MESSAGE);
      return;
    }

  set_text (self, &self->message, NULL, PROP_MESSAGE);
  set_text (self, &self->document, document, PROP_DOCUMENT);
  set_text (self, &self->rev, rev, PROP_REV);
  set_state (self, state);
}

static void
why_ready_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (Question) question = user_data;
  TallyRecords *self = question->self;
  g_autofree char *json = NULL;
  g_autofree char *why = NULL;
  g_autoptr (GError) error = NULL;

  if (tally_bus_sync_call_why_finish (TALLY_BUS_SYNC (source), &json, result, &error))
    why = tally_why_describe (json);
  if (g_strcmp0 (self->id, question->id) == 0)
    set_text (self, &self->why, why, PROP_WHY);
}

static void
read_record (TallyRecords *self)
{
  TallyBusSync *proxy = tally_client_get_proxy (self->client);

  if (self->id == NULL)
    return;

  tally_bus_sync_call_get_record (proxy, self->id, self->cancellable, record_ready_cb,
                                  question_new (self));
  tally_bus_sync_call_why (proxy, self->id, self->cancellable, why_ready_cb, question_new (self));
}

static void
event_cb (TallyRecords *self,
          guint64       seq,
          const char   *type,
          const char   *data)
{
  if (g_str_has_prefix (type, "record.") || g_str_has_prefix (type, "conflict.") ||
      g_str_equal (type, "sync.completed"))
    read_record (self);
}

static void
model_changed_cb (TallyRecords *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUMMARY]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EMPTY]);
}

/* The names after the first, which stands for all. */
static void
collections_changed_cb (TallyRecords *self,
                        guint         position,
                        guint         removed,
                        guint         added)
{
  g_auto (GStrv) names = g_new0 (char *, added + 1);

  for (guint i = 0; i < added; i++)
    {
      g_autoptr (TallyCollection) collection = g_list_model_get_item (self->source, position + i);

      names[i] = g_strdup (tally_collection_get_name (collection));
    }
  gtk_string_list_splice (self->collections, position + 1, removed,
                          (const char * const *) names);
}

/* The model's word for the drop-down's choice. */
static const char *
get_collection_name (TallyRecords *self)
{
  if (self->collection == 0 || self->collection == GTK_INVALID_LIST_POSITION)
    return "";

  return gtk_string_list_get_string (self->collections, self->collection);
}

static char *
make_summary (TallyRecords *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->model));
  g_autofree char *number = tally_wording_number (n);
  g_autofree char *error = NULL;
  gboolean loading;

  g_object_get (self->model, "error", &error, "loading", &loading, NULL);
  if (error != NULL)
    return g_steal_pointer (&error);
  if (loading && n == 0)
    return g_strdup (_("Reading…"));

  return g_strdup_printf (ngettext ("%s record", "%s records", n), number);
}

static gboolean
is_empty (TallyRecords *self)
{
  gboolean loading;

  g_object_get (self->model, "loading", &loading, NULL);

  return !loading && g_list_model_get_n_items (G_LIST_MODEL (self->model)) == 0;
}

static void
tally_records_dispose (GObject *object)
{
  TallyRecords *self = TALLY_RECORDS (object);

  g_cancellable_cancel (self->cancellable);

  G_OBJECT_CLASS (tally_records_parent_class)->dispose (object);
}

static void
tally_records_finalize (GObject *object)
{
  TallyRecords *self = TALLY_RECORDS (object);

  g_clear_object (&self->client);
  g_clear_object (&self->source);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->model);
  g_clear_object (&self->collections);
  g_clear_pointer (&self->search, g_free);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->document, g_free);
  g_clear_pointer (&self->rev, g_free);
  g_clear_pointer (&self->state, g_free);
  g_clear_pointer (&self->why, g_free);
  g_clear_pointer (&self->message, g_free);

  G_OBJECT_CLASS (tally_records_parent_class)->finalize (object);
}

static void
tally_records_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  TallyRecords *self = TALLY_RECORDS (object);

  switch (prop_id)
    {
    case PROP_MODEL:
      g_value_set_object (value, self->model);
      break;
    case PROP_SEARCH:
      g_value_set_string (value, self->search);
      break;
    case PROP_COLLECTIONS:
      g_value_set_object (value, self->collections);
      break;
    case PROP_COLLECTION:
      g_value_set_uint (value, self->collection);
      break;
    case PROP_PROBLEMS_ONLY:
      g_value_set_boolean (value, self->problems_only);
      break;
    case PROP_SUMMARY:
      g_value_take_string (value, make_summary (self));
      break;
    case PROP_EMPTY:
      g_value_set_boolean (value, is_empty (self));
      break;
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_DOCUMENT:
      g_value_set_string (value, self->document);
      break;
    case PROP_REV:
      g_value_set_string (value, self->rev);
      break;
    case PROP_STATE_TEXT:
      g_value_set_string (value, self->state != NULL ? tally_wording_record_state (self->state)
                                                     : NULL);
      break;
    case PROP_STATE_ICON:
      g_value_set_string (value, self->state != NULL ? tally_wording_record_icon (self->state)
                                                     : NULL);
      break;
    case PROP_WHY:
      g_value_set_string (value, self->why);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_search (TallyRecords *self,
            const char   *search)
{
  if (search == NULL)
    search = "";
  if (g_strcmp0 (self->search, search) == 0)
    return;

  set_text (self, &self->search, search, PROP_SEARCH);
  tally_record_model_set_search (self->model, search);
}

static void
set_collection (TallyRecords *self,
                guint         collection)
{
  if (self->collection == collection)
    return;

  self->collection = collection;
  tally_record_model_set_collection (self->model, get_collection_name (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COLLECTION]);
}

static void
set_problems_only (TallyRecords *self,
                   gboolean      problems_only)
{
  if (self->problems_only == problems_only)
    return;

  self->problems_only = problems_only;
  tally_record_model_set_problems_only (self->model, problems_only);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEMS_ONLY]);
}

static void
tally_records_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  TallyRecords *self = TALLY_RECORDS (object);

  switch (prop_id)
    {
    case PROP_SEARCH:
      set_search (self, g_value_get_string (value));
      break;
    case PROP_COLLECTION:
      set_collection (self, g_value_get_uint (value));
      break;
    case PROP_PROBLEMS_ONLY:
      set_problems_only (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_records_class_init (TallyRecordsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags both = flags | G_PARAM_WRITABLE;

  object_class->dispose = tally_records_dispose;
  object_class->finalize = tally_records_finalize;
  object_class->get_property = tally_records_get_property;
  object_class->set_property = tally_records_set_property;

  properties[PROP_MODEL] = g_param_spec_object ("model", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_SEARCH] = g_param_spec_string ("search", NULL, NULL, "", both);
  properties[PROP_COLLECTIONS] =
    g_param_spec_object ("collections", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_COLLECTION] =
    g_param_spec_uint ("collection", NULL, NULL, 0, G_MAXUINT, 0, both);
  properties[PROP_PROBLEMS_ONLY] = g_param_spec_boolean ("problems-only", NULL, NULL, FALSE, both);
  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL, flags);
  properties[PROP_EMPTY] = g_param_spec_boolean ("empty", NULL, NULL, FALSE, flags);
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_DOCUMENT] = g_param_spec_string ("document", NULL, NULL, NULL, flags);
  properties[PROP_REV] = g_param_spec_string ("rev", NULL, NULL, NULL, flags);
  properties[PROP_STATE_TEXT] = g_param_spec_string ("state-text", NULL, NULL, NULL, flags);
  properties[PROP_STATE_ICON] = g_param_spec_string ("state-icon", NULL, NULL, NULL, flags);
  properties[PROP_WHY] = g_param_spec_string ("why", NULL, NULL, NULL, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_records_init (TallyRecords *self)
{
  const char *all[] = { _("All Collections"), NULL };

  self->cancellable = g_cancellable_new ();
  self->collections = gtk_string_list_new (all);
  self->search = g_strdup ("");
}

/**
 * tally_records_new:
 * @client: the way to the store's holder
 * @collections: (element-type TallyCollection): the collections there are; followed
 *
 * Returns: (transfer full): the records, nothing selected
 */
TallyRecords *
tally_records_new (TallyClient *client,
                   GListModel  *collections)
{
  TallyRecords *self;

  g_return_val_if_fail (TALLY_IS_CLIENT (client), NULL);

  self = g_object_new (TALLY_TYPE_RECORDS, NULL);
  self->client = g_object_ref (client);
  self->source = g_object_ref (collections);
  self->model = tally_record_model_new (client);

  g_signal_connect_object (self->model, "notify", G_CALLBACK (model_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->source, "items-changed", G_CALLBACK (collections_changed_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (tally_client_get_proxy (client), "event", G_CALLBACK (event_cb), self,
                           G_CONNECT_SWAPPED);
  collections_changed_cb (self, 0, 0, g_list_model_get_n_items (self->source));

  return self;
}

GListModel *
tally_records_get_model (TallyRecords *self)
{
  g_return_val_if_fail (TALLY_IS_RECORDS (self), NULL);

  return G_LIST_MODEL (self->model);
}

const char *
tally_records_get_id (TallyRecords *self)
{
  g_return_val_if_fail (TALLY_IS_RECORDS (self), NULL);

  return self->id;
}

/**
 * tally_records_select:
 * @self: the records
 * @id: (nullable): the record to read whole, %NULL for none
 */
void
tally_records_select (TallyRecords *self,
                      const char   *id)
{
  g_return_if_fail (TALLY_IS_RECORDS (self));

  if (g_strcmp0 (self->id, id) == 0)
    return;

  g_object_freeze_notify (G_OBJECT (self));
  set_text (self, &self->id, id, PROP_ID);
  set_text (self, &self->document, NULL, PROP_DOCUMENT);
  set_text (self, &self->rev, NULL, PROP_REV);
  set_state (self, NULL);
  set_text (self, &self->why, NULL, PROP_WHY);
  set_text (self, &self->message, NULL, PROP_MESSAGE);
  g_object_thaw_notify (G_OBJECT (self));
  read_record (self);
}

/**
 * tally_records_show:
 * @self: the records
 * @problems_only: whether only those that wait, conflict or were refused
 * @collection: (nullable): only this one
 */
void
tally_records_show (TallyRecords *self,
                    gboolean      problems_only,
                    const char   *collection)
{
  guint index = 0;

  g_return_if_fail (TALLY_IS_RECORDS (self));

  for (guint i = 1; i < g_list_model_get_n_items (G_LIST_MODEL (self->collections)); i++)
    if (g_strcmp0 (gtk_string_list_get_string (self->collections, i), collection) == 0)
      index = i;

  set_search (self, "");
  set_collection (self, index);
  set_problems_only (self, problems_only);
}
