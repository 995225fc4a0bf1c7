/* tally-service-undo.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-call.h"

/* One answer on the bus: its rows carry documents. */
#define MAX_PAGE 500

GVariant *
tally_service_plan_undo (TallyStore        *store,
                         TallyServiceCall  *call,
                         GError           **error)
{
  TallyUndoCounts counts;
  gint64 run;

  g_variant_get (call->parameters, "(x)", &run);
  if (!tally_store_count_undo (store, run, &counts, error))
    return NULL;

  return g_variant_new ("(uuu)", counts.n_restore, counts.n_delete, counts.n_left);
}

GVariant *
tally_service_list_undo (TallyStore        *store,
                         TallyServiceCall  *call,
                         GError           **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  GVariantBuilder builder;
  gint64 run;
  gint64 position;
  guint limit;

  g_variant_get (call->parameters, "(xxu)", &run, &position, &limit);
  rows = tally_store_list_undo (store, run, position, MIN (limit, MAX_PAGE), error);
  if (rows == NULL)
    return NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(xssss)"));
  for (guint i = 0; i < rows->len; i++)
    {
      const TallyUndoRow *row = rows->pdata[i];

      g_variant_builder_add (&builder, "(xssss)", row->position, row->key, row->action,
                             row->body != NULL ? row->body : "",
                             row->obstacle != NULL ? row->obstacle : "");
    }

  return g_variant_new ("(a(xssss))", &builder);
}

GVariant *
tally_service_undo_run (TallyStore        *store,
                        TallyServiceCall  *call,
                        GError           **error)
{
  gint64 run;
  guint n_shown;
  gboolean hold;

  g_variant_get (call->parameters, "(xub)", &run, &n_shown, &hold);
  if (!tally_store_undo_run (store, run, n_shown, hold, error))
    return NULL;

  call->changed = n_shown > 0;

  return g_variant_new ("()");
}
