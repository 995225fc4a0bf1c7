/* tally-service-guard.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-call.h"

#include "base/tally-json-writer.h"
#include "config.h"

#include <glib/gi18n-lib.h>

/* One answer on the bus. */
#define MAX_PAGE 1000

GVariant *
tally_service_list_guards (TallyStore        *store,
                           TallyServiceCall  *call,
                           GError           **error)
{
  g_autoptr (GPtrArray) guards = tally_store_list_guards (store, error);
  GVariantBuilder builder;

  if (guards == NULL)
    return NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ssuuxu)"));
  for (guint i = 0; i < guards->len; i++)
    {
      const TallyGuard *guard = guards->pdata[i];

      g_variant_builder_add (&builder, "(ssuuxu)",
                             tally_service_show_collection (call, guard->collection),
                             tally_guard_side_to_string (guard->side), guard->n_records,
                             guard->n_total, guard->opened_us, guard->mark);
    }

  return g_variant_new ("(a(ssuuxu))", &builder);
}

static gboolean
read_side (const char      *text,
           TallyGuardSide  *side,
           GError         **error)
{
  if (tally_guard_side_from_string (text, side))
    return TRUE;

  g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
               _("“%s” is no side: it is server or local."), text);

  return FALSE;
}

static const char *
stored_collection (const TallyServiceCall *call,
                   const char             *shown)
{
  const char *stored = tally_service_stored_collection (call, shown);

  return stored != NULL ? stored : "";
}

/* The record as it was before somebody deleted it. */
static const TallyRevision *
find_last (const TallyRecord *record)
{
  if (record->local != NULL && !record->local->deleted)
    return record->local;

  return record->base;
}

GVariant *
tally_service_list_guarded (TallyStore        *store,
                            TallyServiceCall  *call,
                            GError           **error)
{
  g_autoptr (GPtrArray) records = NULL;
  GVariantBuilder builder;
  TallyGuardSide side;
  const char *collection;
  const char *side_text;
  gint64 after;
  guint limit;

  g_variant_get (call->parameters, "(&s&sxu)", &collection, &side_text, &after, &limit);
  if (!read_side (side_text, &side, error))
    return NULL;
  records = tally_store_list_guarded (store, stored_collection (call, collection), side, after,
                                      MIN (limit, MAX_PAGE), error);
  if (records == NULL)
    return NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(xs)"));
  for (guint i = 0; i < records->len; i++)
    {
      const TallyRecord *record = records->pdata[i];
      const TallyRevision *last = find_last (record);
      g_autoptr (GString) document = g_string_new (NULL);

      if (last != NULL && last->body != NULL)
        tally_revision_write (last, TALLY_REVISION_WRITE_ID_ONLY, document);
      g_variant_builder_add (&builder, "(xs)", record->id, document->str);
    }

  return g_variant_new ("(a(xs))", &builder);
}

GVariant *
tally_service_get_guard_rule (TallyStore        *store,
                              TallyServiceCall  *call,
                              GError           **error)
{
  TallyGuardRule rule;

  if (!tally_store_get_guard_rule (store, &rule, error))
    return NULL;

  return g_variant_new ("(uu)", rule.share, rule.least);
}

GVariant *
tally_service_set_guard_rule (TallyStore        *store,
                              TallyServiceCall  *call,
                              GError           **error)
{
  TallyGuardRule rule;

  g_variant_get (call->parameters, "(uu)", &rule.share, &rule.least);

  return tally_store_set_guard_rule (store, &rule, error) ? g_variant_new ("()") : NULL;
}

GVariant *
tally_service_answer_guard (TallyStore        *store,
                            TallyServiceCall  *call,
                            GError           **error)
{
  TallyGuardSide side;
  const char *collection;
  const char *side_text;
  gboolean keep;
  guint n_shown;
  guint mark;

  g_variant_get (call->parameters, "(&s&sbuu)", &collection, &side_text, &keep, &n_shown,
                 &mark);
  if (!read_side (side_text, &side, error) ||
      !tally_store_answer_guard (store, stored_collection (call, collection), side, keep, n_shown,
                                 mark, error))
    return NULL;

  call->changed = TRUE;

  return g_variant_new ("()");
}
