/* tally-undo.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-undo.h"

#include "tally-run-summary.h"
#include "tally-wording.h"

#include "base/tally-json-node.h"

#include <glib/gi18n.h>

/* Runs that are looked at, and rows that anybody reads before he decides. */
#define MAX_RUNS 200
#define MAX_ROWS 500

/**
 * TallyUndo:
 *
 * What undoing a run would do: which run, how many records, which ones, and doing it. It begins
 * with the last run that changed something here and goes back from there. Main thread.
 */
struct _TallyUndo
{
  TallyQuestion  parent_instance;

  TallyBusSync  *sync;          /* owned */
  GArray        *runs;          /* owned; of gint64, newest first */
  GArray        *ended;         /* owned; of gint64: their dates */
  guint          shown;         /* which of them; the number of them: none */
  guint          n_restored;
  guint          n_deleted;
  guint          n_left;
};

G_DEFINE_FINAL_TYPE (TallyUndo, tally_undo, TALLY_TYPE_QUESTION)

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
ask (TallyUndo *self)
{
  TallyQuestion *question = TALLY_QUESTION (self);
  g_autofree char *heading = make_question (self);
  g_autofree char *detail = make_detail (self);
  g_autofree char *undo = make_undo_label (self);

  tally_question_offer (question, TALLY_ANSWER_FIRST,
                        self->shown < self->runs->len ? _("An _Earlier Run") : NULL,
                        TALLY_ANSWER_PLAIN);
  tally_question_offer (question, TALLY_ANSWER_SECOND, count_changes (self) > 0 ? undo : NULL,
                        TALLY_ANSWER_DESTRUCTIVE);
  tally_question_offer_option (question, count_changes (self) > 0
                                         ? _("_Keep the edits here for now") : NULL);
  tally_question_ask (question, heading, detail);
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
  tally_question_clear_records (TALLY_QUESTION (self));
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
      tally_question_add_record (TALLY_QUESTION (self), row);
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
    tally_question_set_problem (TALLY_QUESTION (self), error);
  show_rows (self, rows);
  ask (self);
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
  self->shown = run;
  if (run < self->runs->len)
    {
      tally_bus_sync_call_plan_undo (self->sync, g_array_index (self->runs, gint64, run), NULL,
                                     plan_cb, g_object_ref (self));
      return;
    }

  self->n_restored = self->n_deleted = self->n_left = 0;
  show_rows (self, NULL);
  ask (self);
}

/* --- the list of runs --- */

static void
add_run (TallyUndo     *self,
         TallyJsonNode *node)
{
  g_autoptr (TallyRunSummary) summary = NULL;
  gint64 run = tally_json_node_get_int (node, "run");

  summary = tally_run_summary_new_from_json (tally_json_node_get_text (node));
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
  g_autoptr (TallyJsonNode) answer = NULL;
  g_autoptr (GPtrArray) runs = NULL;

  tally_bus_sync_call_list_runs_finish (TALLY_BUS_SYNC (source), &json, result, &error);
  tally_question_set_problem (TALLY_QUESTION (self), error);
  g_array_set_size (self->runs, 0);
  g_array_set_size (self->ended, 0);
  answer = json != NULL ? tally_json_node_new (json, -1, NULL) : NULL;
  runs = answer != NULL ? tally_json_node_list (answer, "runs") : NULL;
  for (guint i = 0; runs != NULL && i < runs->len; i++)
    add_run (self, runs->pdata[i]);

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
  tally_question_set_problem (TALLY_QUESTION (self), error);
  look_at (self, self->shown);
}

/* --- the object --- */

static void
tally_undo_load (TallyQuestion *question)
{
  TallyUndo *self = TALLY_UNDO (question);

  tally_bus_sync_call_list_runs (self->sync, MAX_RUNS, NULL, runs_cb, g_object_ref (self));
}

static void
tally_undo_answer (TallyQuestion *question,
                   TallyAnswer    answer)
{
  TallyUndo *self = TALLY_UNDO (question);

  if (answer == TALLY_ANSWER_FIRST)
    look_at (self, self->shown + 1);
  else
    tally_bus_sync_call_undo_run (self->sync, g_array_index (self->runs, gint64, self->shown),
                                  count_changes (self), tally_question_is_ticked (question), NULL,
                                  undo_cb, g_object_ref (self));
}

static void
tally_undo_finalize (GObject *object)
{
  TallyUndo *self = TALLY_UNDO (object);

  g_object_unref (self->sync);
  g_array_unref (self->runs);
  g_array_unref (self->ended);

  G_OBJECT_CLASS (tally_undo_parent_class)->finalize (object);
}

static void
tally_undo_class_init (TallyUndoClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tally_undo_finalize;
  TALLY_QUESTION_CLASS (klass)->load = tally_undo_load;
  TALLY_QUESTION_CLASS (klass)->answer = tally_undo_answer;
}

static void
tally_undo_init (TallyUndo *self)
{
  self->runs = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->ended = g_array_new (FALSE, FALSE, sizeof (gint64));
}

/**
 * tally_undo_new:
 * @sync: the store's holder
 *
 * Returns: (transfer full): what can be undone; nothing until it was loaded
 */
TallyQuestion *
tally_undo_new (TallyBusSync *sync)
{
  TallyUndo *self = g_object_new (TALLY_TYPE_UNDO, NULL);

  self->sync = g_object_ref (sync);

  return TALLY_QUESTION (self);
}
