/* tally-deletions.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-deletions.h"

#include "tally-wording.h"

#include "base/tally-json-text.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

/* Nobody reads more rows than this before he decides; the sentence says how many there are. */
#define MAX_ROWS 500

/**
 * TallyDeletions:
 *
 * The question whether unusually many deletions were meant: what it says, which records it is
 * about, and the answer. One question after the other. Main thread.
 *
 * Properties: "question" (the heading; "" when nothing is asked), "detail", "keep-label",
 * "confirm-label", "records" (#GListModel of #GtkStringObject), "problem" (of the last answer, "").
 */
struct _TallyDeletions
{
  GObject        parent_instance;

  TallyBusSync  *sync;          /* owned */
  GtkStringList *records;       /* owned */
  char          *collection;    /* owned, nullable: of the question */
  char          *side;          /* owned, nullable */
  guint          n_records;
  guint          n_total;
  char          *problem;       /* owned */
};

enum
{
  PROP_0,
  PROP_QUESTION,
  PROP_DETAIL,
  PROP_KEEP_LABEL,
  PROP_CONFIRM_LABEL,
  PROP_RECORDS,
  PROP_PROBLEM,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyDeletions, tally_deletions, G_TYPE_OBJECT)

static gboolean
is_there (TallyDeletions *self)
{
  return g_strcmp0 (self->side, "server") == 0;
}

static char *
make_question (TallyDeletions *self)
{
  g_autofree char *n_records = tally_wording_number (self->n_records);
  g_autofree char *n_total = tally_wording_number (self->n_total);

  if (self->collection == NULL)
    return g_strdup ("");

  /* Translators: a number, a number, the name of a collection */
  return g_strdup_printf (is_there (self)
                          ? _("%s of %s records of “%s” were deleted on the server")
                          : _("%s of %s records of “%s” were deleted on this computer"),
                          n_records, n_total, self->collection);
}

static const char *
find_detail (TallyDeletions *self)
{
  return is_there (self)
         ? _("Nothing was deleted on this computer. If it was a mistake, keep the records: they "
             "come back on the server. If it was meant, delete them here, too.")
         : _("The server was not told. If it was a mistake, take it back. If it was meant, delete "
             "them on the server, too.");
}

static char *
make_confirm_label (TallyDeletions *self)
{
  g_autofree char *n_records = tally_wording_number (self->n_records);

  return g_strdup_printf (is_there (self)
                          ? ngettext ("_Delete %s Record Here", "_Delete %s Records Here",
                                      self->n_records)
                          : ngettext ("_Delete %s Record There", "_Delete %s Records There",
                                      self->n_records), n_records);
}

static void
notify_question (TallyDeletions *self)
{
  for (guint i = PROP_QUESTION; i <= PROP_CONFIRM_LABEL; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

static void
set_problem (TallyDeletions *self,
             const GError   *error)
{
  g_free (self->problem);
  self->problem = g_strdup (error != NULL ? error->message : "");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

static void
clear_question (TallyDeletions *self)
{
  g_clear_pointer (&self->collection, g_free);
  g_clear_pointer (&self->side, g_free);
  gtk_string_list_splice (self->records, 0, g_list_model_get_n_items (G_LIST_MODEL (self->records)),
                          NULL);
}

/* A row: the id, then what was in the record. */
static char *
make_row (const char *document)
{
  g_autoptr (GArray) members = tally_json_text_members (document, -1, NULL);
  const TallyJsonMember *id = members != NULL ? tally_json_members_find (members, "_id") : NULL;
  g_autofree char *name = id != NULL ? tally_json_span_dup_string (&id->value, NULL) : NULL;
  const char *rest;

  if (name == NULL)
    return g_strdup (document);

  rest = id->value.text + id->value.length;

  return g_strdup_printf ("%s   {%s", name, *rest == ',' ? rest + 1 : rest);
}

/* A call keeps what it is for alive: nobody may be looking any more when it is answered. */
static void
records_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (TallyDeletions) self = user_data;
  g_autoptr (GVariant) rows = NULL;
  g_autoptr (GError) error = NULL;

  tally_bus_sync_call_list_guarded_finish (TALLY_BUS_SYNC (source), &rows, result, &error);
  if (rows == NULL)
    {
      set_problem (self, error);
      return;
    }

  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      const char *document;
      gint64 number;
      g_autofree char *row = NULL;

      g_variant_get_child (rows, i, "(x&s)", &number, &document);
      row = make_row (document);
      gtk_string_list_append (self->records, row);
    }
}

static void
guards_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (TallyDeletions) self = user_data;
  g_autoptr (GVariant) guards = NULL;
  g_autoptr (GError) error = NULL;

  tally_bus_sync_call_list_guards_finish (TALLY_BUS_SYNC (source), &guards, result, &error);
  clear_question (self);
  if (guards == NULL)
    {
      set_problem (self, error);
      return;
    }

  if (g_variant_n_children (guards) > 0)
    {
      gint64 opened_us;

      g_variant_get_child (guards, 0, "(ssuux)", &self->collection, &self->side, &self->n_records,
                           &self->n_total, &opened_us);
      tally_bus_sync_call_list_guarded (self->sync, self->collection, self->side, 0, MAX_ROWS,
                                        NULL, records_cb, g_object_ref (self));
    }
  notify_question (self);
}

static void
answer_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (TallyDeletions) self = user_data;
  g_autoptr (GError) error = NULL;

  tally_bus_sync_call_answer_guard_finish (TALLY_BUS_SYNC (source), result, &error);
  if (error != NULL)
    g_dbus_error_strip_remote_error (error);
  set_problem (self, error);
  tally_deletions_load (self);
}

static void
tally_deletions_finalize (GObject *object)
{
  TallyDeletions *self = TALLY_DELETIONS (object);

  g_object_unref (self->sync);
  g_object_unref (self->records);
  g_free (self->collection);
  g_free (self->side);
  g_free (self->problem);

  G_OBJECT_CLASS (tally_deletions_parent_class)->finalize (object);
}

static void
tally_deletions_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  TallyDeletions *self = TALLY_DELETIONS (object);

  switch (prop_id)
    {
    case PROP_QUESTION:
      g_value_take_string (value, make_question (self));
      break;
    case PROP_DETAIL:
      g_value_set_string (value, find_detail (self));
      break;
    case PROP_KEEP_LABEL:
      g_value_set_string (value, is_there (self) ? _("_Keep the Records") : _("_Take It Back"));
      break;
    case PROP_CONFIRM_LABEL:
      g_value_take_string (value, make_confirm_label (self));
      break;
    case PROP_RECORDS:
      g_value_set_object (value, self->records);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_deletions_class_init (TallyDeletionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  static const struct
  {
    guint       id;
    const char *name;
  } texts[] = {
    { PROP_QUESTION, "question" }, { PROP_DETAIL, "detail" }, { PROP_KEEP_LABEL, "keep-label" },
    { PROP_CONFIRM_LABEL, "confirm-label" }, { PROP_PROBLEM, "problem" },
  };

  object_class->finalize = tally_deletions_finalize;
  object_class->get_property = tally_deletions_get_property;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    properties[texts[i].id] = g_param_spec_string (texts[i].name, NULL, NULL, "", flags);
  properties[PROP_RECORDS] =
    g_param_spec_object ("records", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_deletions_init (TallyDeletions *self)
{
  self->records = gtk_string_list_new (NULL);
  self->problem = g_strdup ("");
}

/**
 * tally_deletions_new:
 * @sync: the store's holder
 *
 * Returns: (transfer full): what it asks; nothing until it was loaded
 */
TallyDeletions *
tally_deletions_new (TallyBusSync *sync)
{
  TallyDeletions *self = g_object_new (TALLY_TYPE_DELETIONS, NULL);

  self->sync = g_object_ref (sync);

  return self;
}

void
tally_deletions_load (TallyDeletions *self)
{
  g_return_if_fail (TALLY_IS_DELETIONS (self));

  tally_bus_sync_call_list_guards (self->sync, NULL, guards_cb, g_object_ref (self));
}

void
tally_deletions_answer (TallyDeletions *self,
                        gboolean        keep)
{
  g_return_if_fail (TALLY_IS_DELETIONS (self));

  if (self->collection == NULL)
    return;

  tally_bus_sync_call_answer_guard (self->sync, self->collection, self->side, keep,
                                    self->n_records, NULL, answer_cb, g_object_ref (self));
}
