/* tally-service-order.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-call.h"

#include "sync/tally-order.h"
#include "sync/tally-sync.h"

/* In which order edits leave; see TallyOrder. */

GVariant *
tally_service_get_order (TallyStore        *store,
                         TallyServiceCall  *call,
                         GError           **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *order = tally_store_dup_setting (store, TALLY_SYNC_ORDER_SETTING, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  return g_variant_new ("(s)", order != NULL ? order : "");
}

GVariant *
tally_service_set_order (TallyStore        *store,
                         TallyServiceCall  *call,
                         GError           **error)
{
  g_autoptr (TallyOrder) order = NULL;
  g_autoptr (GError) nonsense = NULL;
  const char *json;

  g_variant_get (call->parameters, "(&s)", &json);
  if (*json != '\0')
    order = tally_order_new (json, &nonsense);
  if (nonsense != NULL)
    {
      g_set_error_literal (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT, nonsense->message);
      return NULL;
    }

  return tally_store_set_setting (store, TALLY_SYNC_ORDER_SETTING, *json != '\0' ? json : NULL, error)
         ? g_variant_new ("()") : NULL;
}
