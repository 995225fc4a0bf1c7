/* tally-run-summary.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-run-summary.h"

#include "tally-wording.h"

#include "base/tally-json-node.h"

#include <glib/gi18n.h>

/* A count inside an object inside the run's object, e.g. records.pulled; 0 where there is none. */
static guint
get_count (TallyJsonNode *run,
           const char    *group,
           const char    *name)
{
  g_autoptr (TallyJsonNode) inner = tally_json_node_get_node (run, group);

  return (guint) CLAMP (tally_json_node_get_int (inner, name), 0, G_MAXUINT);
}

/**
 * tally_run_summary_new_from_json:
 * @json: a run's object; "" when there was no run
 *
 * Returns: (transfer full) (nullable): the summary; %NULL when @json is no object
 */
TallyRunSummary *
tally_run_summary_new_from_json (const char *json)
{
  g_autoptr (TallyJsonNode) run = json != NULL ? tally_json_node_new (json, -1, NULL) : NULL;
  g_autoptr (GPtrArray) errors = NULL;
  g_autofree char *ended = NULL;
  TallyRunSummary *self;

  if (run == NULL)
    return NULL;

  self = g_new0 (TallyRunSummary, 1);
  self->status = tally_json_node_dup_string (run, "status");
  self->trigger = tally_json_node_dup_string (run, "trigger");
  self->n_pulled = get_count (run, "records", "pulled");
  self->n_pushed = get_count (run, "records", "pushed");
  self->n_needs_user = get_count (run, "conflicts", "needs_user");
  errors = tally_json_node_list (run, "errors");
  self->n_errors = errors->len;

  ended = tally_json_node_dup_string (run, "ended");
  if (ended != NULL)
    {
      g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (ended, NULL);

      if (date != NULL)
        self->ended_us = g_date_time_to_unix (date) * G_USEC_PER_SEC;
    }

  return self;
}

/**
 * tally_run_summary_describe:
 * @self: a summary
 *
 * Returns: (transfer full): what went where, in one line
 */
char *
tally_run_summary_describe (const TallyRunSummary *self)
{
  g_autofree char *pulled = tally_wording_number (self->n_pulled);
  g_autofree char *pushed = tally_wording_number (self->n_pushed);
  g_autoptr (GString) text = g_string_new (NULL);

  /* Translators: records received, records sent */
  g_string_append_printf (text, _("%s received, %s sent"), pulled, pushed);
  if (self->n_errors > 0)
    {
      g_string_append (text, " · ");
      g_string_append_printf (text, ngettext ("%u error", "%u errors", self->n_errors),
                              self->n_errors);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
tally_run_summary_free (TallyRunSummary *self)
{
  g_free (self->status);
  g_free (self->trigger);
  g_free (self);
}
