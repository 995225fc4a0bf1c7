/* tally-wording.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-wording.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

/* A code of the bus and its words. */
typedef struct
{
  const char *code;
  const char *words;   /* marked, translated when asked for */
  const char *icon;    /* nullable */
} Word;

static const Word record_states[] = {
  { "absent", N_("Not here"), "dialog-question-symbolic" },
  { "clean", N_("Up to date"), "object-select-symbolic" },
  { "pending", N_("Waits to be sent"), "document-send-symbolic" },
  { "sent", N_("Sent, not yet proved"), "content-loading-symbolic" },
  { "behind", N_("Newer on the server"), "folder-download-symbolic" },
  { "diverged", N_("Conflict"), "dialog-warning-symbolic" },
  { "forked", N_("Several versions on the server"), "dialog-warning-symbolic" },
  { "deleted-here", N_("Deleted here, waits to be sent"), "user-trash-symbolic" },
  { "deleted-there", N_("Deleted on the server"), "user-trash-symbolic" },
  { "quarantined", N_("Refused by the server"), "action-unavailable-symbolic" },
  { "held", N_("Held back"), "media-playback-pause-symbolic" },
};

static const Word conflict_kinds[] = {
  { "edit", N_("Changed on both sides"), NULL },
  { "delete", N_("Changed on one side, deleted on the other"), NULL },
  { "create", N_("Made twice"), NULL },
  { "attachments", N_("Attachments differ"), NULL },
  { "fork", N_("Several versions on the server"), NULL },
};

static const Word run_statuses[] = {
  { "running", N_("Running"), NULL },
  { "success", N_("Complete"), NULL },
  { "partial", N_("Complete but for some records"), NULL },
  { "failed", N_("Failed"), NULL },
  { "cancelled", N_("Ended early"), NULL },
};

static const Word triggers[] = {
  { "manual", N_("asked for by you"), NULL },
  { "start", N_("at start"), NULL },
  { "edit", N_("after an edit here"), NULL },
  { "interval", N_("by schedule"), NULL },
  { "network", N_("network came back"), NULL },
  { "remote", N_("the server had news"), NULL },
};

static const Word phases[] = {
  { "idle", N_("Idle"), NULL },
  { "validate", N_("Validate"), NULL },
  { "prepare", N_("Prepare"), NULL },
  { "execute", N_("Execute"), NULL },
  { "verify", N_("Verify"), NULL },
};

static const Word grades[] = {
  { "checked", N_("Checked"), NULL },
  { "verified", N_("Verified"), NULL },
  { "compared", N_("Compared"), NULL },
  { "none", N_("Not checked"), NULL },
};

static const Word plan_actions[] = {
  { "send", N_("would be sent"), NULL },
  { "send deletion", N_("would be deleted on the server"), NULL },
  { "fetch", N_("would be fetched"), NULL },
  { "delete", N_("would be deleted"), NULL },
  { "merge", N_("was changed on both sides"), NULL },
  { "set aside", N_("would be set aside: the server changes a value"), NULL },
};

static const Word *
find_word (const Word *words,
           gsize       n_words,
           const char *code)
{
  for (gsize i = 0; i < n_words; i++)
    if (g_strcmp0 (words[i].code, code) == 0)
      return &words[i];

  return NULL;
}

/* A code nobody knows yet speaks for itself. */
static const char *
translate (const Word *words,
           gsize       n_words,
           const char *code)
{
  const Word *word = find_word (words, n_words, code);

  if (word != NULL)
    return _(word->words);

  return code != NULL ? code : "";
}

/**
 * tally_wording_number:
 * @number: a count
 *
 * Returns: (transfer full): @number with the locale's thousands separator
 */
char *
tally_wording_number (guint64 number)
{
  const char *separator = localeconv ()->thousands_sep;
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  g_autoptr (GString) text = g_string_new (NULL);
  gsize n = strlen (digits);

  /* The C locale has none; a thin space is read right in every language. */
  if (separator == NULL || *separator == '\0' || !g_utf8_validate (separator, -1, NULL))
    separator = "\u202f";

  for (gsize i = 0; i < n; i++)
    {
      /* Four digits are read at a glance. */
      if (i > 0 && n > 4 && (n - i) % 3 == 0)
        g_string_append (text, separator);
      g_string_append_c (text, digits[i]);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
tally_wording_bytes (guint64 bytes)
{
  return g_format_size (bytes);
}

/* A span of time in its largest unit; every form is a whole sentence part for translators. */
static char *
describe_span (gint64   seconds,
               gboolean past)
{
  guint n;

  if (seconds < 60)
    return g_strdup (past ? _("just now") : _("within a minute"));

  if (seconds < 60 * 60)
    {
      n = seconds / 60;
      return g_strdup_printf (past ? ngettext ("%u minute ago", "%u minutes ago", n)
                                   : ngettext ("in %u minute", "in %u minutes", n), n);
    }

  if (seconds < 24 * 60 * 60)
    {
      n = seconds / (60 * 60);
      return g_strdup_printf (past ? ngettext ("%u hour ago", "%u hours ago", n)
                                   : ngettext ("in %u hour", "in %u hours", n), n);
    }

  n = seconds / (24 * 60 * 60);
  return g_strdup_printf (past ? ngettext ("%u day ago", "%u days ago", n)
                               : ngettext ("in %u day", "in %u days", n), n);
}

/**
 * tally_wording_ago:
 * @date_us: a date that has passed
 * @now_us: the date now
 *
 * A date in the future, as a clock that was set back makes it, counts as now.
 *
 * Returns: (transfer full): e.g. "12 minutes ago"
 */
char *
tally_wording_ago (gint64 date_us,
                   gint64 now_us)
{
  return describe_span (MAX (now_us - date_us, 0) / G_USEC_PER_SEC, TRUE);
}

/**
 * tally_wording_until:
 * @date_us: a date to come
 * @now_us: the date now
 *
 * Returns: (transfer full): e.g. "in 5 minutes"
 */
char *
tally_wording_until (gint64 date_us,
                     gint64 now_us)
{
  return describe_span (MAX (date_us - now_us, 0) / G_USEC_PER_SEC, FALSE);
}

const char *
tally_wording_record_state (const char *state)
{
  return translate (record_states, G_N_ELEMENTS (record_states), state);
}

const char *
tally_wording_record_icon (const char *state)
{
  const Word *word = find_word (record_states, G_N_ELEMENTS (record_states), state);

  return word != NULL ? word->icon : "dialog-question-symbolic";
}

const char *
tally_wording_conflict (const char *kind)
{
  return translate (conflict_kinds, G_N_ELEMENTS (conflict_kinds), kind);
}

const char *
tally_wording_run_status (const char *status)
{
  return translate (run_statuses, G_N_ELEMENTS (run_statuses), status);
}

const char *
tally_wording_trigger (const char *trigger)
{
  return translate (triggers, G_N_ELEMENTS (triggers), trigger);
}

const char *
tally_wording_phase (const char *phase)
{
  return translate (phases, G_N_ELEMENTS (phases), phase);
}

const char *
tally_wording_grade (const char *grade)
{
  return translate (grades, G_N_ELEMENTS (grades), grade);
}

const char *
tally_wording_plan_action (const char *action)
{
  return translate (plan_actions, G_N_ELEMENTS (plan_actions), action);
}
