/* tally-service-care.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-call.h"

#include "base/tally-json-writer.h"
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

GVariant *
tally_service_get_store (TallyStore        *store,
                         TallyServiceCall  *call,
                         GError           **error)
{
  g_autofree char *json = NULL;
  TallyStoreFacts facts;
  TallyRetention rule;
  TallyJsonWriter writer;

  if (!tally_store_get_facts (store, &facts, error) ||
      !tally_store_get_retention (store, &rule, error))
    return NULL;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "path", tally_store_get_path (store));
  tally_json_writer_member_int (&writer, "bytes", facts.bytes);
  tally_json_writer_member_int (&writer, "free_bytes", facts.free_bytes);
  tally_json_writer_member_int (&writer, "max_bytes", rule.max_bytes);
  tally_json_writer_member_int (&writer, "undo_days", rule.undo_days);
  tally_json_writer_member_int (&writer, "run_days", rule.run_days);
  tally_json_writer_member_int (&writer, "history_days", rule.history_days);
  tally_json_writer_member_int (&writer, "records", facts.n_records);
  tally_json_writer_member_int (&writer, "revisions", facts.n_revisions);
  tally_json_writer_member_int (&writer, "history", facts.n_history);
  tally_json_writer_member_int (&writer, "runs", facts.n_runs);
  if (facts.undo_from > 0)
    {
      tally_json_writer_member_int (&writer, "undo_from", facts.undo_from);
    }
  else
    {
      tally_json_writer_name (&writer, "undo_from");
      tally_json_writer_null (&writer);
    }
  tally_json_writer_end_object (&writer);
  json = tally_json_writer_finish (&writer);

  return g_variant_new ("(s)", json);
}

GVariant *
tally_service_check_store (TallyStore        *store,
                           TallyServiceCall  *call,
                           GError           **error)
{
  g_autoptr (GPtrArray) complaints = tally_store_check (store, error);
  GVariantBuilder builder;

  if (complaints == NULL)
    return NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("as"));
  for (guint i = 0; i < complaints->len; i++)
    g_variant_builder_add (&builder, "s", complaints->pdata[i]);

  return g_variant_new ("(as)", &builder);
}

GVariant *
tally_service_compact_store (TallyStore        *store,
                             TallyServiceCall  *call,
                             GError           **error)
{
  TallyStoreFacts before;
  TallyStoreFacts after;
  TallyRetention rule;

  if (!tally_store_get_facts (store, &before, error) ||
      !tally_store_get_retention (store, &rule, error) || !tally_store_trim (store, &rule, error) ||
      !tally_store_compact (store, error) || !tally_store_get_facts (store, &after, error))
    return NULL;

  return g_variant_new ("(xx)", before.bytes, after.bytes);
}

GVariant *
tally_service_get_retention (TallyStore        *store,
                             TallyServiceCall  *call,
                             GError           **error)
{
  TallyRetention rule;

  return tally_store_get_retention (store, &rule, error)
         ? g_variant_new ("(uuux)", rule.undo_days, rule.run_days, rule.history_days, rule.max_bytes)
         : NULL;
}

GVariant *
tally_service_set_retention (TallyStore        *store,
                             TallyServiceCall  *call,
                             GError           **error)
{
  TallyRetention rule = { 0 };

  g_variant_get (call->parameters, "(uuux)", &rule.undo_days, &rule.run_days, &rule.history_days,
                 &rule.max_bytes);

  return tally_store_set_retention (store, &rule, error) ? g_variant_new ("()") : NULL;
}

/* Beside @path first: what stands there stays until the copy is whole. */
static gboolean
back_up (TallyStore  *store,
         const char  *path,
         GError     **error)
{
  g_autofree char *part = g_strconcat (path, ".part", NULL);

  g_unlink (part);
  if (!tally_store_back_up (store, part, error))
    {
      g_unlink (part);
      return FALSE;
    }
  if (g_rename (part, path) == 0)
    return TRUE;

  g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
               _("“%s” can’t be replaced: %s"), path, g_strerror (errno));
  g_unlink (part);

  return FALSE;
}

GVariant *
tally_service_back_up_store (TallyStore        *store,
                             TallyServiceCall  *call,
                             GError           **error)
{
  const char *path;

  g_variant_get (call->parameters, "(&s)", &path);
  if (!g_path_is_absolute (path))
    {
      g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                   _("“%s” is no absolute path."), path);
      return NULL;
    }

  return back_up (store, path, error) ? g_variant_new ("()") : NULL;
}
