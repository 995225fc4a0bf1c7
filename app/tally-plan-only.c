/* tally-plan-only.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-plan-only.h"

#include "tally-wording.h"

#include "base/tally-json-node.h"

#include <glib/gi18n.h>

/* Nobody reads more rows than this before he decides; the sentence says how many there are. */
#define MAX_ROWS 500

/**
 * TallyPlanOnly:
 *
 * What a run would do now: how much, how long, which records; and starting one. Main thread.
 */
struct _TallyPlanOnly
{
  TallyQuestion  parent_instance;

  TallyBusSync  *sync;          /* owned */
};

G_DEFINE_FINAL_TYPE (TallyPlanOnly, tally_plan_only, TALLY_TYPE_QUESTION)

typedef struct
{
  guint    n_send;
  guint    n_fetch;
  guint    n_delete;
  guint    n_conflicts;
  guint64  bytes_up;
  guint64  bytes_down;
  gint64   seconds;      /* -1: not known */
  gboolean asks;         /* more would be deleted than goes through unasked */
} Plan;

static char *
make_question (const Plan *plan)
{
  g_autofree char *send = tally_wording_number (plan->n_send);
  g_autofree char *fetch = tally_wording_number (plan->n_fetch);

  if (plan->n_send + plan->n_fetch == 0)
    return g_strdup (_("There is nothing to do"));

  /* Translators: two numbers */
  return g_strdup_printf (_("To send: %s. To fetch: %s."), send, fetch);
}

static char *
make_detail (const Plan *plan)
{
  g_autofree char *up = tally_wording_bytes (plan->bytes_up);
  g_autofree char *down = tally_wording_bytes (plan->bytes_down);
  g_autofree char *deletions = tally_wording_number (plan->n_delete);
  g_autofree char *conflicts = tally_wording_number (plan->n_conflicts);
  g_autofree char *seconds = tally_wording_number ((guint64) MAX (plan->seconds, 1));
  g_autoptr (GString) text = g_string_new (NULL);

  if (plan->n_send + plan->n_fetch == 0)
    return g_strdup (_("This computer and the server have told each other everything."));

  /* Translators: two sizes, e.g. “1,2 MB” */
  g_string_append_printf (text, _("About %s up and %s down."), up, down);
  g_string_append_c (text, ' ');
  if (plan->seconds >= 0)
    g_string_append_printf (text, ngettext ("As fast as lately that takes about %s second. ",
                                            "As fast as lately that takes about %s seconds. ",
                                            (gulong) MAX (plan->seconds, 1)), seconds);
  if (plan->n_delete > 0)
    g_string_append_printf (text, ngettext ("%s of the records would be deleted. ",
                                            "%s of the records would be deleted. ",
                                            plan->n_delete), deletions);
  if (plan->asks)
    g_string_append (text, _("That is more than goes through unasked: you will be asked first. "));
  if (plan->n_conflicts > 0)
    g_string_append_printf (text, ngettext ("%s was changed on both sides. ",
                                            "%s were changed on both sides. ",
                                            plan->n_conflicts), conflicts);
  g_string_append (text, _("Nothing was done yet."));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
read_plan (TallyJsonNode *node,
           Plan          *plan)
{
  g_autoptr (TallyJsonNode) bytes = tally_json_node_get_node (node, "bytes");
  g_autofree char *seconds = tally_json_node_dup_raw (node, "seconds");
  g_autofree char *risk = tally_json_node_dup_string (node, "risk");

  *plan = (Plan) {
    .n_send = (guint) tally_json_node_get_int (node, "send"),
    .n_fetch = (guint) tally_json_node_get_int (node, "fetch"),
    .n_delete = (guint) tally_json_node_get_int (node, "delete"),
    .n_conflicts = (guint) tally_json_node_get_int (node, "conflicts"),
    .bytes_up = (guint64) tally_json_node_get_int (bytes, "up"),
    .bytes_down = (guint64) tally_json_node_get_int (bytes, "down"),
    .seconds = seconds == NULL || g_str_equal (seconds, "null")
               ? -1 : tally_json_node_get_int (node, "seconds"),
    .asks = g_strcmp0 (risk, "deletions") == 0,
  };
}

/* A row: the id, then what becomes of the record. */
static void
show_rows (TallyPlanOnly *self,
           TallyJsonNode *node)
{
  g_autoptr (GPtrArray) records = tally_json_node_list (node, "records");

  tally_question_clear_records (TALLY_QUESTION (self));
  for (guint i = 0; i < MIN (records->len, MAX_ROWS); i++)
    {
      g_autofree char *id = tally_json_node_dup_string (records->pdata[i], "id");
      g_autofree char *action = tally_json_node_dup_string (records->pdata[i], "action");
      g_autofree char *row = g_strdup_printf ("%s   %s", id != NULL ? id : "",
                                              tally_wording_plan_action (action));

      tally_question_add_record (TALLY_QUESTION (self), row);
    }
}

static void
plan_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (TallyPlanOnly) self = user_data;
  TallyQuestion *question = TALLY_QUESTION (self);
  g_autoptr (TallyJsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;
  g_autofree char *heading = NULL;
  g_autofree char *detail = NULL;
  Plan plan;

  if (tally_bus_sync_call_plan_finish (TALLY_BUS_SYNC (source), &json, result, &error))
    node = tally_json_node_new (json, -1, &error);
  tally_question_set_problem (question, error);
  tally_question_offer (question, TALLY_ANSWER_FIRST, _("_Look Again"), TALLY_ANSWER_PLAIN);
  if (node == NULL)
    {
      tally_question_ask (question, _("The plan could not be made"), "");
      return;
    }

  read_plan (node, &plan);
  heading = make_question (&plan);
  detail = make_detail (&plan);
  show_rows (self, node);
  tally_question_offer (question, TALLY_ANSWER_SECOND, _("_Sync Now"), TALLY_ANSWER_SUGGESTED);
  tally_question_ask (question, heading, detail);
}

static void
sync_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (TallyPlanOnly) self = user_data;
  g_autoptr (GError) error = NULL;

  tally_bus_sync_call_sync_finish (TALLY_BUS_SYNC (source), NULL, result, &error);
  tally_question_set_problem (TALLY_QUESTION (self), error);
  tally_question_load (TALLY_QUESTION (self));
}

/* Shown at once: a run that is under way is waited for. */
static void
tally_plan_only_load (TallyQuestion *question)
{
  TallyPlanOnly *self = TALLY_PLAN_ONLY (question);

  tally_question_offer (question, TALLY_ANSWER_FIRST, NULL, TALLY_ANSWER_PLAIN);
  tally_question_offer (question, TALLY_ANSWER_SECOND, NULL, TALLY_ANSWER_SUGGESTED);
  tally_question_ask (question, _("Looking at what there is to do…"),
                      _("A run that is under way ends first."));
  tally_bus_sync_call_plan (self->sync, TRUE, NULL, plan_cb, g_object_ref (self));
}

static void
tally_plan_only_answer (TallyQuestion *question,
                        TallyAnswer    answer)
{
  TallyPlanOnly *self = TALLY_PLAN_ONLY (question);
  GVariantDict options;

  if (answer == TALLY_ANSWER_FIRST)
    {
      tally_question_load (question);
      return;
    }

  tally_question_offer (question, TALLY_ANSWER_FIRST, NULL, TALLY_ANSWER_PLAIN);
  tally_question_offer (question, TALLY_ANSWER_SECOND, NULL, TALLY_ANSWER_SUGGESTED);
  tally_question_ask (question, _("Synchronizing…"), "");
  g_variant_dict_init (&options, NULL);
  tally_bus_sync_call_sync (self->sync, g_variant_dict_end (&options), NULL, sync_cb,
                            g_object_ref (self));
}

static void
tally_plan_only_finalize (GObject *object)
{
  g_object_unref (TALLY_PLAN_ONLY (object)->sync);

  G_OBJECT_CLASS (tally_plan_only_parent_class)->finalize (object);
}

static void
tally_plan_only_class_init (TallyPlanOnlyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tally_plan_only_finalize;
  TALLY_QUESTION_CLASS (klass)->load = tally_plan_only_load;
  TALLY_QUESTION_CLASS (klass)->answer = tally_plan_only_answer;
}

static void
tally_plan_only_init (TallyPlanOnly *self)
{
  tally_question_offer (TALLY_QUESTION (self), TALLY_ANSWER_FIRST, _("_Look Again"),
                        TALLY_ANSWER_PLAIN);
  tally_question_offer (TALLY_QUESTION (self), TALLY_ANSWER_SECOND, _("_Sync Now"),
                        TALLY_ANSWER_SUGGESTED);
}

/**
 * tally_plan_only_new:
 * @sync: the store's holder
 *
 * Returns: (transfer full): the plan; none until it was loaded
 */
TallyQuestion *
tally_plan_only_new (TallyBusSync *sync)
{
  TallyPlanOnly *self = g_object_new (TALLY_TYPE_PLAN_ONLY, NULL);

  self->sync = g_object_ref (sync);

  return TALLY_QUESTION (self);
}
