/* tally-retention.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "config.h"

#include "store/tally-store-private.h"

#include <glib/gi18n-lib.h>

/* The setting: days of undo, of runs and of history, and bytes, with spaces between. */
#define SETTING "retention"

#define MAX_DAYS 36500

/* Sooner, what was settled by itself could not be looked at any more when it is noticed. */
#define MIN_HISTORY_DAYS 30

/* An empty store has about 0.3 MB. */
#define MIN_BYTES (1000 * 1000)

/* From this share of what is allowed on it is said so, percent. */
#define NEARLY_FULL 90

const TallyRetention tally_retention_default = { .undo_days = 30, .run_days = 90, .n_kept = 50 };

static gboolean
parse (const char     *text,
       TallyRetention *rule)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 4);
  guint64 undo, runs, history, bytes;

  if (g_strv_length (words) != 4 ||
      !g_ascii_string_to_unsigned (words[0], 10, 0, MAX_DAYS, &undo, NULL) ||
      !g_ascii_string_to_unsigned (words[1], 10, 1, MAX_DAYS, &runs, NULL) ||
      !g_ascii_string_to_unsigned (words[2], 10, 0, MAX_DAYS, &history, NULL) ||
      !g_ascii_string_to_unsigned (words[3], 10, 0, G_MAXINT64, &bytes, NULL) ||
      (history > 0 && history < MIN_HISTORY_DAYS) || (bytes > 0 && bytes < MIN_BYTES))
    return FALSE;

  *rule = tally_retention_default;
  rule->undo_days = (guint) undo;
  rule->run_days = (guint) runs;
  rule->history_days = (guint) history;
  rule->max_bytes = (gint64) bytes;

  return TRUE;
}

/**
 * tally_store_get_retention:
 * @self: a store
 * @rule: (out): what of the past is kept in it, and how large it may become
 * @error: %TALLY_DB_ERROR
 *
 * What was set for this store, otherwise %tally_retention_default. What cannot be read counts as
 * not set: then sooner more is kept than less.
 *
 * Returns: whether it could be read
 */
gboolean
tally_store_get_retention (TallyStore      *self,
                           TallyRetention  *rule,
                           GError         **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = tally_store_dup_setting (self, SETTING, &local_error);

  *rule = tally_retention_default;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (text != NULL && !parse (text, rule))
    g_info ("The setting of what is kept cannot be read: %s", text);

  return TRUE;
}

/**
 * tally_store_set_retention:
 * @self: a store
 * @rule: what is to be kept; @n_kept stays as it is
 * @error: %TALLY_STORE_ERROR_BAD_INPUT, %TALLY_DB_ERROR
 *
 * Holds from the next tally_store_trim() on; the size at once. A file that is larger already does
 * not become smaller, and grows no more.
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_set_retention (TallyStore            *self,
                           const TallyRetention  *rule,
                           GError               **error)
{
  g_autofree char *text = g_strdup_printf ("%u %u %u %" G_GINT64_FORMAT, rule->undo_days,
                                           rule->run_days, rule->history_days, rule->max_bytes);
  TallyRetention parsed;

  if (!parse (text, &parsed))
    {
      g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                   _("That cannot be set: undo takes 0 to %d days, runs 1 to %d, history 0 (for ever) "
                     "or from %d on, the size 0 (no limit) or at least %d bytes."),
                   MAX_DAYS, MAX_DAYS, MIN_HISTORY_DAYS, MIN_BYTES);
      return FALSE;
    }

  return tally_store_set_setting (self, SETTING, text, error) &&
         tally_db_set_limit (self->db, parsed.max_bytes, error);
}

/**
 * tally_store_look_at_size:
 * @self: a store
 * @warning: (out) (transfer full): "store-nearly-full", or %NULL
 * @error: %TALLY_DB_ERROR
 *
 * Sees to it that the size that was set holds on this thread, too, whoever has set it, and says
 * when it is nearly reached.
 *
 * Returns: whether it could be found out
 */
gboolean
tally_store_look_at_size (TallyStore   *self,
                          TallyReason **warning,
                          GError      **error)
{
  g_autofree char *percent = NULL;
  TallyRetention rule;
  gint64 bytes, free_bytes;

  *warning = NULL;
  if (!tally_store_get_retention (self, &rule, error) ||
      !tally_db_set_limit (self->db, rule.max_bytes, error))
    return FALSE;
  if (rule.max_bytes == 0)
    return TRUE;
  if (!tally_db_get_size (self->db, &bytes, &free_bytes, error))
    return FALSE;
  if ((bytes - free_bytes) / 100 * 100 < rule.max_bytes / 100 * NEARLY_FULL)
    return TRUE;

  percent = g_strdup_printf ("%d", (int) ((bytes - free_bytes) * 100 / rule.max_bytes));
  *warning = tally_reason_new ("store-nearly-full", "percent", percent, NULL);

  return TRUE;
}
