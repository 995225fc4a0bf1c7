/* tally-guard-rule.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "config.h"

#include "store/tally-store-private.h"

#include <glib/gi18n-lib.h>

/* The setting: share and least, with a space between. */
#define SETTING "guard"

#define MAX_LEAST 1000000

/* More than a fifth of a collection at once is no day's work; below ten a question would be asked
 * of every small collection. */
static const TallyGuardRule usual = { .share = 20, .least = 10 };

static gboolean
parse (const char     *text,
       TallyGuardRule *rule)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 2);
  guint64 share;
  guint64 least;

  if (g_strv_length (words) != 2 ||
      !g_ascii_string_to_unsigned (words[0], 10, 1, 100, &share, NULL) ||
      !g_ascii_string_to_unsigned (words[1], 10, 1, MAX_LEAST, &least, NULL))
    return FALSE;

  *rule = (TallyGuardRule) { .share = (guint) share, .least = (guint) least };

  return TRUE;
}

/**
 * tally_store_get_guard_rule:
 * @self: a store
 * @rule: (out): how many deletions are too many here
 * @error: %TALLY_DB_ERROR
 *
 * What was set for this store, otherwise the usual one: 20 %, and at least 10 records. What cannot
 * be read counts as not set: then sooner asked than not.
 *
 * Returns: whether it could be read
 */
gboolean
tally_store_get_guard_rule (TallyStore      *self,
                            TallyGuardRule  *rule,
                            GError         **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = tally_store_dup_setting (self, SETTING, &local_error);

  *rule = usual;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (text != NULL && !parse (text, rule))
    g_info ("The guard's setting cannot be read: %s", text);

  return TRUE;
}

/**
 * tally_store_set_guard_rule:
 * @self: a store
 * @rule: @share 1 to 100, where 100 never asks; @least 1 to 1,000,000
 * @error: %TALLY_STORE_ERROR_BAD_INPUT, %TALLY_DB_ERROR
 *
 * From the next look on. A question that is open stays open.
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_set_guard_rule (TallyStore            *self,
                            const TallyGuardRule  *rule,
                            GError               **error)
{
  g_autofree char *text = g_strdup_printf ("%u %u", rule->share, rule->least);
  TallyGuardRule parsed;

  if (!parse (text, &parsed))
    {
      g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                   _("That cannot be set: the share is 1 to 100 percent (100: never ask), the "
                     "least number 1 to %d records."), MAX_LEAST);
      return FALSE;
    }

  return tally_store_set_setting (self, SETTING, text, error);
}
