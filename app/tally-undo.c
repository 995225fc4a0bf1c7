/* tally-undo.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-undo.h"

#include "tally-run-summary.h"
#include "tally-wording.h"

#include "base/tally-json-text.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

/* Runs that are looked at, and rows that anybody reads before he decides. */
#define MAX_RUNS 200
#define MAX_ROWS 500

/**
 * TallyUndo:
 *
 * What undoing a run would do: which run, how many records, which ones, and doing it. It begins
 * with the last run that changed something here and goes back from there. Main thread.
 *
 * Properties: "question" (the heading), "detail", "undo-label", "records" (#GListModel of
 * #GtkStringObject), "problem" (of the last call, ""), "can-undo", "can-go-back".
 */
struct _TallyUndo
{
  GObject        parent_instance;

  TallyBusSync  *sync;          /* owned */
  GtkStringList *records;       /* owned */
  GArray        *runs;          /* owned; of gint64, newest first */
  GArray        *ended;         /* owned; of gint64: their dates */
  guint          shown;         /* which of them; the number of them: none */
  gboolean       known;         /* it was looked for */
  guint          n_restored;
  guint          n_deleted;
  guint          n_left;
  char          *problem;       /* owned */
};

enum
{
  PROP_0,
  PROP_QUESTION,
  PROP_DETAIL,
  PROP_UNDO_LABEL,
  PROP_PROBLEM,
  PROP_CAN_UNDO,
  PROP_CAN_GO_BACK,
  PROP_RECORDS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyUndo, tally_undo, G_TYPE_OBJECT)

static guint
count_changes (TallyUndo *self)
{
  return self->n_restored + self->n_deleted;
}

static char *
make_question (TallyUndo *self)
{
  g_autoptr (GDateTime) utc = NULL;
  g_autoptr (GDateTime) local = NULL;
  g_autofree char *date = NULL;

  if (!self->known)
    return g_strdup ("");
  if (self->shown == self->runs->len)
    return g_strdup (_("No run that is remembered changed anything here"));

  utc = g_date_time_new_from_unix_utc (g_array_index (self->ended, gint64, self->shown) /
                                       G_USEC_PER_SEC);
  local = g_date_time_to_local (utc);
  date = g_date_time_format (local, "%x, %R");

  /* Translators: a date and time */
  return g_strdup_printf (_("What the run of %s changed here"), date);
}

static char *
make_detail (TallyUndo *self)
{
  g_autofree char *restored = tally_wording_number (self->n_restored);
  g_autofree char *deleted = tally_wording_number (self->n_deleted);
  g_autofree char *left = tally_wording_number (self->n_left);
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->shown == self->runs->len)
    return g_strdup (_("Runs can be undone for thirty days."));

  g_string_append_printf (text, ngettext ("%s record would be again what it was before.",
                                          "%s records would be again what they were before.",
                                          self->n_restored), restored);
  if (self->n_deleted > 0)
    {
      g_string_append_c (text, ' ');
      g_string_append_printf (text, ngettext ("%s record that came with it would be deleted.",
                                              "%s records that came with it would be deleted.",
                                              self->n_deleted), deleted);
    }
  if (self->n_left > 0)
    {
      g_string_append_c (text, ' ');
      g_string_append_printf (text, ngettext ("%s record would be left alone: it was edited since, "
                                              "or is in conflict.",
                                              "%s records would be left alone: they were edited "
                                              "since, or are in conflict.", self->n_left), left);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
make_undo_label (TallyUndo *self)
{
  g_autofree char *number = tally_wording_number (count_changes (self));

  return g_strdup_printf (ngettext ("_Undo for %s Record", "_Undo for %s Records",
                                    count_changes (self)), number);
}

static void
notify_all (TallyUndo *self)
{
  for (guint i = PROP_QUESTION; i < PROP_RECORDS; i++)
    if (i != PROP_PROBLEM)
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

static void
set_problem (TallyUndo *self,
             GError    *error)
{
  if (error != NULL)
    g_dbus_error_strip_remote_error (error);
  g_free (self->problem);
  self->problem = g_strdup (error != NULL ? error->message : "");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

/* --- the run that is shown --- */

static char *
make_row (const char *key,
          const char *body,
          const char *obstacle)
{
  if (g_str_equal (obstacle, "conflict"))
    return g_strdup_printf (_("%s   would stay: it is in conflict"), key);
  if (g_str_equal (obstacle, "edited"))
    return g_strdup_printf (_("%s   would stay: it was edited since"), key);
  if (*obstacle != '\0')
    return g_strdup_printf (_("%s   would stay: what it was cannot be had back"), key);
  if (*body == '\0')
    return g_strdup_printf (_("%s   would be deleted"), key);

  return g_strdup_printf ("%s   %s", key, body);
}

static void
show_rows (TallyUndo *self,
           GVariant  *rows)
{
  gtk_string_list_splice (self->records, 0, g_list_model_get_n_items (G_LIST_MODEL (self->records)),
                          NULL);
  for (gsize i = 0; rows != NULL && i < g_variant_n_children (rows); i++)
    {
      const char *key;
      const char *action;
      const char *body;
      const char *obstacle;
      gint64 position;
      g_autofree char *row = NULL;

      g_variant_get_child (rows, i, "(x&s&s&s&s)", &position, &key, &action, &body, &obstacle);
      row = make_row (key, body, obstacle);
      gtk_string_list_append (self->records, row);
    }
}

static void
rows_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (TallyUndo) self = user_data;
  g_autoptr (GVariant) rows = NULL;
  g_autoptr (GError) error = NULL;

  tally_bus_sync_call_list_undo_finish (TALLY_BUS_SYNC (source), &rows, result, &error);
  if (error != NULL)
    set_problem (self, error);
  show_rows (self, rows);
  self->known = TRUE;
  notify_all (self);
}

static void look_at (TallyUndo *self,
                     guint      run);

static void
plan_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (TallyUndo) self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 run = g_array_index (self->runs, gint64, self->shown);

  /* What an older run changed is not kept any more: there the search ends. */
  if (!tally_bus_sync_call_plan_undo_finish (TALLY_BUS_SYNC (source), &self->n_restored,
                                             &self->n_deleted, &self->n_left, result, &error))
    look_at (self, self->runs->len);
  else if (count_changes (self) + self->n_left == 0)
    look_at (self, self->shown + 1);
  else
    tally_bus_sync_call_list_undo (self->sync, run, 0, MAX_ROWS, NULL, rows_cb,
                                   g_object_ref (self));
}

/* @run: the first that may be shown. */
static void
look_at (TallyUndo *self,
         guint      run)
{
  self->known = FALSE;
  self->shown = run;
  if (run < self->runs->len)
    {
      tally_bus_sync_call_plan_undo (self->sync, g_array_index (self->runs, gint64, run), NULL,
                                     plan_cb, g_object_ref (self));
      return;
    }

  self->n_restored = self->n_deleted = self->n_left = 0;
  show_rows (self, NULL);
  self->known = TRUE;
  notify_all (self);
}

/* --- the list of runs --- */

static void
add_run (TallyUndo           *self,
         const TallyJsonSpan *span)
{
  g_autofree char *json = g_strndup (span->text, span->length);
  g_autoptr (TallyRunSummary) summary = tally_run_summary_new_from_json (json);
  g_autoptr (GArray) members = tally_json_text_members (json, -1, NULL);
  const TallyJsonMember *id = members != NULL ? tally_json_members_find (members, "run") : NULL;
  gint64 run;

  if (summary == NULL || id == NULL || !tally_json_span_get_int (&id->value, &run, NULL))
    return;

  g_array_append_val (self->runs, run);
  g_array_append_val (self->ended, summary->ended_us);
}

static void
runs_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (TallyUndo) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;
  g_autoptr (GArray) members = NULL;
  g_autoptr (GArray) elements = NULL;
  const TallyJsonMember *list;

  tally_bus_sync_call_list_runs_finish (TALLY_BUS_SYNC (source), &json, result, &error);
  set_problem (self, error);
  g_array_set_size (self->runs, 0);
  g_array_set_size (self->ended, 0);
  members = json != NULL ? tally_json_text_members (json, -1, NULL) : NULL;
  list = members != NULL ? tally_json_members_find (members, "runs") : NULL;
  if (list != NULL)
    elements = tally_json_text_elements (list->value.text, (gssize) list->value.length, NULL);
  for (guint i = 0; elements != NULL && i < elements->len; i++)
    add_run (self, &g_array_index (elements, TallyJsonSpan, i));

  look_at (self, 0);
}

static void
undo_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (TallyUndo) self = user_data;
  g_autoptr (GError) error = NULL;

  tally_bus_sync_call_undo_run_finish (TALLY_BUS_SYNC (source), result, &error);
  set_problem (self, error);
  look_at (self, self->shown);
}

/* --- the object --- */

static void
tally_undo_finalize (GObject *object)
{
  TallyUndo *self = TALLY_UNDO (object);

  g_object_unref (self->sync);
  g_object_unref (self->records);
  g_array_unref (self->runs);
  g_array_unref (self->ended);
  g_free (self->problem);

  G_OBJECT_CLASS (tally_undo_parent_class)->finalize (object);
}

static void
tally_undo_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  TallyUndo *self = TALLY_UNDO (object);

  switch (prop_id)
    {
    case PROP_QUESTION:
      g_value_take_string (value, make_question (self));
      break;
    case PROP_DETAIL:
      g_value_take_string (value, make_detail (self));
      break;
    case PROP_UNDO_LABEL:
      g_value_take_string (value, make_undo_label (self));
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, count_changes (self) > 0);
      break;
    case PROP_CAN_GO_BACK:
      g_value_set_boolean (value, self->shown < self->runs->len);
      break;
    case PROP_RECORDS:
      g_value_set_object (value, self->records);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_undo_class_init (TallyUndoClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  static const char * const texts[] = {
    [PROP_QUESTION] = "question", [PROP_DETAIL] = "detail", [PROP_UNDO_LABEL] = "undo-label",
    [PROP_PROBLEM] = "problem",
  };

  object_class->finalize = tally_undo_finalize;
  object_class->get_property = tally_undo_get_property;

  for (guint i = PROP_QUESTION; i <= PROP_PROBLEM; i++)
    properties[i] = g_param_spec_string (texts[i], NULL, NULL, "", flags);
  properties[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_GO_BACK] = g_param_spec_boolean ("can-go-back", NULL, NULL, FALSE, flags);
  properties[PROP_RECORDS] = g_param_spec_object ("records", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_undo_init (TallyUndo *self)
{
  self->records = gtk_string_list_new (NULL);
  self->runs = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->ended = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->problem = g_strdup ("");
}

/**
 * tally_undo_new:
 * @sync: the store's holder
 *
 * Returns: (transfer full): what can be undone; nothing until it was loaded
 */
TallyUndo *
tally_undo_new (TallyBusSync *sync)
{
  TallyUndo *self = g_object_new (TALLY_TYPE_UNDO, NULL);

  self->sync = g_object_ref (sync);

  return self;
}

void
tally_undo_load (TallyUndo *self)
{
  g_return_if_fail (TALLY_IS_UNDO (self));

  tally_bus_sync_call_list_runs (self->sync, MAX_RUNS, NULL, runs_cb, g_object_ref (self));
}

void
tally_undo_earlier (TallyUndo *self)
{
  g_return_if_fail (TALLY_IS_UNDO (self));

  if (self->known && self->shown < self->runs->len)
    look_at (self, self->shown + 1);
}

void
tally_undo_undo (TallyUndo *self)
{
  g_return_if_fail (TALLY_IS_UNDO (self));

  if (!self->known || count_changes (self) == 0)
    return;

  tally_bus_sync_call_undo_run (self->sync, g_array_index (self->runs, gint64, self->shown),
                                count_changes (self), NULL, undo_cb, g_object_ref (self));
}
