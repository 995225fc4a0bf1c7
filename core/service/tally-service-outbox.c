/* tally-service-outbox.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-call.h"

#include "config.h"

#include <glib/gi18n-lib.h>

/* One answer on the bus. */
#define MAX_PAGE 1000

static gboolean
read_lane (const char  *text,
           TallyLane   *lane,
           GError     **error)
{
  if (g_str_equal (text, "send") || g_str_equal (text, "hold") || g_str_equal (text, "quarantine"))
    {
      *lane = tally_lane_from_string (text);
      return TRUE;
    }

  g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
               _("“%s” is no lane: it is send, hold or quarantine."), text);

  return FALSE;
}

GVariant *
tally_service_list_outbox (TallyStore        *store,
                           TallyServiceCall  *call,
                           GError           **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  GVariantBuilder builder;
  const char *text;
  TallyLane lane;
  guint offset;
  guint limit;

  g_variant_get (call->parameters, "(&suu)", &text, &offset, &limit);
  if (!read_lane (text, &lane, error))
    return NULL;
  rows = tally_store_list_outbox_rows (store, lane, offset, MIN (limit, MAX_PAGE), error);
  if (rows == NULL)
    return NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ssbsuxx)"));
  for (guint i = 0; i < rows->len; i++)
    {
      const TallyOutboxRow *row = rows->pdata[i];
      g_autofree char *reason = row->reason != NULL ? tally_reason_to_json (row->reason) : NULL;

      g_variant_builder_add (&builder, "(ssbsuxx)", row->key,
                             tally_service_show_collection (call, row->collection), row->deleted,
                             reason != NULL ? reason : "", row->n_tries, row->created_us,
                             row->next_try_us);
    }

  return g_variant_new ("(a(ssbsuxx))", &builder);
}

GVariant *
tally_service_retry (TallyStore        *store,
                     TallyServiceCall  *call,
                     GError           **error)
{
  const char *key;
  guint n_retried;

  g_variant_get (call->parameters, "(&s)", &key);
  if (!tally_store_retry (store, *key != '\0' ? key : NULL, &n_retried, error))
    return NULL;

  call->changed = n_retried > 0;
  call->key = *key != '\0' ? g_strdup (key) : NULL;

  return g_variant_new ("(u)", n_retried);
}

GVariant *
tally_service_release (TallyStore        *store,
                       TallyServiceCall  *call,
                       GError           **error)
{
  const char *key;
  guint n_released;

  g_variant_get (call->parameters, "(&s)", &key);
  if (!tally_store_release (store, *key != '\0' ? key : NULL, &n_released, error))
    return NULL;

  call->changed = n_released > 0;
  call->key = *key != '\0' ? g_strdup (key) : NULL;

  return g_variant_new ("(u)", n_released);
}

GVariant *
tally_service_discard (TallyStore        *store,
                       TallyServiceCall  *call,
                       GError           **error)
{
  const char *key;

  g_variant_get (call->parameters, "(&s)", &key);
  if (!tally_store_discard (store, key, error))
    return NULL;

  call->changed = TRUE;
  call->key = g_strdup (key);

  return g_variant_new ("()");
}
