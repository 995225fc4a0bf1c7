/* tally-service-ask.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-ask.h"

#include "client/tally-client-error.h"
#include "config.h"

#include <glib/gi18n-lib.h>

/* Every option and its type. */
static const struct
{
  const char *name;
  const char *type;
} known[] = {
  { "trigger", "s" }, { "full", "b" }, { "adopt", "b" }, { "direction", "s" }, { "proof", "s" },
  { "stop-after", "s" }, { "seconds", "u" }, { "batch-bytes", "u" }, { "tries", "u" },
  { "records", "as" }, { "collections", "as" },
};

static gboolean
check_option (const char  *name,
              GVariant    *value,
              GError     **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      if (g_str_equal (known[i].name, name) &&
          g_variant_is_of_type (value, G_VARIANT_TYPE (known[i].type)))
        return TRUE;
    }

  g_set_error (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_BAD_INPUT,
               _("A run has no option “%s” of the type “%s”. Nothing was started."), name,
               g_variant_get_type_string (value));

  return FALSE;
}

static gboolean
check_options (GVariant  *options,
               GError   **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, options);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (!check_option (name, owned, error))
        return FALSE;
    }

  return TRUE;
}

/* Each word of an option that takes one of a few. */
static gboolean
read_word (GVariant           *options,
           const char         *name,
           const char * const *words,
           guint              *index,
           GError            **error)
{
  g_autofree char *all = NULL;
  const char *word;

  *index = 0;
  if (!g_variant_lookup (options, name, "&s", &word))
    return TRUE;
  for (guint i = 0; words[i] != NULL; i++)
    {
      if (g_str_equal (words[i], word))
        {
          *index = i;
          return TRUE;
        }
    }

  all = g_strjoinv (", ", (char **) words);
  g_set_error (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_BAD_INPUT,
               _("“%s” is not one of: %s."), word, all);

  return FALSE;
}

static gboolean
read_words (GVariant      *options,
            TallySyncAsk  *ask,
            GError       **error)
{
  static const char * const directions[] = { "both", "pull", "none", NULL };
  static const char * const proofs[] = { "checked", "verified", "compared", NULL };
  static const char * const phases[] = { "verify", "validate", "prepare", "execute", NULL };
  guint direction, proof, phase;

  if (!read_word (options, "direction", directions, &direction, error) ||
      !read_word (options, "proof", proofs, &proof, error) ||
      !read_word (options, "stop-after", phases, &phase, error))
    return FALSE;

  ask->pull_only = direction == 1;
  ask->look_only = direction == 2;
  ask->proof = TALLY_PROOF_CHECKED + proof;
  if (phase > 0)
    ask->stop_after = TALLY_PHASE_VALIDATE + phase - 1;

  return TRUE;
}

/* What contradicts itself must not be asked for. */
static gboolean
check_sense (const TallySyncAsk  *ask,
             GError             **error)
{
  const char *message = NULL;

  if (ask->adopt && (ask->pull_only || ask->look_only))
    message = _("Adopting a database gives back what it lacks, and pulling only sends nothing: leave "
                "one of them out.");
  else if (ask->look_only && ask->proof == TALLY_PROOF_CHECKED)
    message = _("A run that takes nothing in and sends nothing can only prove: ask for verified or "
                "compared, too.");
  else if (ask->proof != TALLY_PROOF_CHECKED && ask->stop_after != TALLY_PHASE_IDLE)
    message = _("A run that stops before its last phase proves nothing: leave one of them out.");
  if (message == NULL)
    return TRUE;

  g_set_error_literal (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_BAD_INPUT, message);

  return FALSE;
}

/* Records without a collection of their own are shown under the database's name. */
static void
name_collections (TallySyncAsk *ask,
                  const char   *database)
{
  for (guint i = 0; ask->collections != NULL && ask->collections[i] != NULL; i++)
    {
      if (g_strcmp0 (ask->collections[i], database) == 0)
        ask->collections[i][0] = '\0';
    }
}

gboolean
tally_service_ask_read (GVariant      *options,
                        const char    *database,
                        TallySyncAsk  *ask,
                        const char   **trigger,
                        GError       **error)
{
  *ask = (TallySyncAsk) { 0 };
  *trigger = "manual";
  if (!check_options (options, error) || !read_words (options, ask, error))
    return FALSE;

  g_variant_lookup (options, "trigger", "&s", trigger);
  g_variant_lookup (options, "full", "b", &ask->full);
  g_variant_lookup (options, "adopt", "b", &ask->adopt);
  g_variant_lookup (options, "seconds", "u", &ask->seconds);
  g_variant_lookup (options, "batch-bytes", "u", &ask->batch_bytes);
  g_variant_lookup (options, "tries", "u", &ask->n_tries);
  g_variant_lookup (options, "records", "^as", &ask->records);
  g_variant_lookup (options, "collections", "^as", &ask->collections);
  name_collections (ask, database);
  if (check_sense (ask, error))
    return TRUE;

  tally_sync_ask_clear (ask);

  return FALSE;
}
