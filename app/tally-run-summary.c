/* tally-run-summary.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-run-summary.h"

#include "tally-wording.h"

#include "base/tally-json-text.h"

#include <glib/gi18n.h>

static char *
dup_string (GArray     *members,
            const char *name)
{
  const TallyJsonMember *member = tally_json_members_find (members, name);

  return member != NULL ? tally_json_span_dup_string (&member->value, NULL) : NULL;
}

/* A count inside an object inside the run's object, e.g. records.pulled; 0 where there is none. */
static guint
get_count (GArray     *members,
           const char *group,
           const char *name)
{
  const TallyJsonMember *outer = tally_json_members_find (members, group);
  g_autoptr (GArray) inner = NULL;
  const TallyJsonMember *member;
  gint64 count = 0;

  if (outer == NULL)
    return 0;

  inner = tally_json_text_members (outer->value.text, outer->value.length, NULL);
  member = inner != NULL ? tally_json_members_find (inner, name) : NULL;
  if (member == NULL || !tally_json_span_get_int (&member->value, &count, NULL))
    return 0;

  return (guint) CLAMP (count, 0, G_MAXUINT);
}

static guint
count_errors (GArray *members)
{
  const TallyJsonMember *member = tally_json_members_find (members, "errors");
  g_autoptr (GArray) elements = NULL;

  if (member == NULL)
    return 0;

  elements = tally_json_text_elements (member->value.text, member->value.length, NULL);
  return elements != NULL ? elements->len : 0;
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
  g_autoptr (GArray) members = NULL;
  g_autofree char *ended = NULL;
  TallyRunSummary *self;

  if (json == NULL || *json == '\0')
    return NULL;

  members = tally_json_text_members (json, -1, NULL);
  if (members == NULL)
    return NULL;

  self = g_new0 (TallyRunSummary, 1);
  self->status = dup_string (members, "status");
  self->trigger = dup_string (members, "trigger");
  self->n_pulled = get_count (members, "records", "pulled");
  self->n_pushed = get_count (members, "records", "pushed");
  self->n_needs_user = get_count (members, "conflicts", "needs_user");
  self->n_errors = count_errors (members);

  ended = dup_string (members, "ended");
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
