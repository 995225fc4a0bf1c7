/* tally-state-line.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-state-line.h"

#include "model/tally-reason.h"

#include <glib/gi18n.h>
#include <string.h>

/* How a code looks and what helps; the words themselves are the reason's. */
typedef struct
{
  const char *code;
  const char *icon;
  const char *style;
  const char *action;        /* nullable, marked */
  const char *action_name;   /* nullable */
} Look;

static const Look looks[] = {
  { "up-to-date", "object-select-symbolic", "success", NULL, NULL },
  { "checked", "object-select-symbolic", "success", NULL, NULL },
  { "running", "emblem-synchronizing-symbolic", "accent", NULL, NULL },
  { "syncing", "emblem-synchronizing-symbolic", "accent", NULL, NULL },
  { "pending", "document-send-symbolic", "accent", N_("_Sync Now"), "win.sync-now" },
  { "behind", "folder-download-symbolic", "accent", N_("_Sync Now"), "win.sync-now" },
  { "never-synced", "dialog-information-symbolic", "accent", N_("_Sync Now"), "win.sync-now" },
  { "interrupted", "dialog-warning-symbolic", "warning", N_("_Sync Now"), "win.sync-now" },
  { "cancelled", "dialog-information-symbolic", "accent", N_("_Sync Now"), "win.sync-now" },
  { "conflict", "dialog-warning-symbolic", "warning", N_("_Review Conflicts"),
    "win.show-page::conflicts" },
  { "conflicts", "dialog-warning-symbolic", "warning", N_("_Review Conflicts"),
    "win.show-page::conflicts" },
  { "problems", "dialog-warning-symbolic", "warning", N_("_Show Records"), "win.show-problems" },
  { "quarantined", "dialog-warning-symbolic", "warning", N_("_Show Records"),
    "win.show-problems" },
  { "held", "dialog-warning-symbolic", "warning", N_("_Show Records"), "win.show-problems" },
  { "guard-server", "dialog-warning-symbolic", "warning", N_("_Review Deletions"),
    "win.review-deletions" },
  { "guard-local", "dialog-warning-symbolic", "warning", N_("_Review Deletions"),
    "win.review-deletions" },
  { "guard-edits", "dialog-warning-symbolic", "warning", N_("_Review Changes"),
    "win.review-deletions" },
  { "paused", "media-playback-pause-symbolic", "dim-label", N_("_Resume"), "win.pause" },
  { "paused-by-user", "media-playback-pause-symbolic", "dim-label", N_("_Resume"), "win.pause" },
  { "offline", "network-offline-symbolic", "dim-label", NULL, NULL },
  { "metered", "network-cellular-symbolic", "dim-label", N_("_Sync Now"), "win.sync-now" },
  { "no-server", "network-server-symbolic", "dim-label", NULL, NULL },
};

/* What is not listed went wrong, and trying again is what a person can do from here. */
static const Look other = {
  NULL, "dialog-error-symbolic", "error", N_("_Try Again"), "win.sync-now"
};

static const Look *
find_look (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (looks); i++)
    if (g_str_equal (looks[i].code, code))
      return &looks[i];

  return &other;
}

/* The first sentence ends at a full stop before a space and a capital, so that dots in host names,
 * figures and abbreviations do not end it. */
static const char *
find_sentence_end (const char *text)
{
  for (const char *dot = strstr (text, ". "); dot != NULL; dot = strstr (dot + 1, ". "))
    if (g_unichar_isupper (g_utf8_get_char (dot + 2)))
      return dot;

  return NULL;
}

/**
 * tally_state_line_new:
 * @reason_json: the bus property Reason
 *
 * Returns: (transfer full): how to say it
 */
TallyStateLine *
tally_state_line_new (const char *reason_json)
{
  TallyStateLine *self = g_new0 (TallyStateLine, 1);
  g_autoptr (TallyReason) reason = NULL;
  g_autofree char *words = NULL;
  const char *end;
  const Look *look;

  if (reason_json != NULL && *reason_json != '\0')
    reason = tally_reason_from_json (reason_json);
  if (reason == NULL)
    reason = tally_reason_new ("never-synced", NULL);

  words = tally_reason_describe (reason);
  end = find_sentence_end (words);
  self->headline = end != NULL ? g_strndup (words, end - words) : g_strdup (words);
  self->detail = g_strdup (end != NULL ? end + 2 : "");
  /* A headline has no full stop. */
  if (end == NULL && g_str_has_suffix (self->headline, "."))
    self->headline[strlen (self->headline) - 1] = '\0';

  look = find_look (reason->code);
  self->icon = look->icon;
  self->style = look->style;
  self->action = look->action != NULL ? _(look->action) : "";
  self->action_name = look->action_name != NULL ? look->action_name : "";

  return self;
}

void
tally_state_line_free (TallyStateLine *self)
{
  g_free (self->headline);
  g_free (self->detail);
  g_free (self);
}
