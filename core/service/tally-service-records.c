/* tally-service-records.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-call.h"

#include "config.h"

#include <glib/gi18n-lib.h>

/* One answer on the bus; a page larger than this would hold up everything behind it. */
#define MAX_PAGE 5000

const char *
tally_service_show_collection (const TallyServiceCall *call,
                               const char             *collection)
{
  return *collection == '\0' && call->database != NULL ? call->database : collection;
}

const char *
tally_service_stored_collection (const TallyServiceCall *call,
                                 const char             *shown)
{
  if (*shown == '\0')
    return NULL;

  return g_strcmp0 (shown, call->database) == 0 ? "" : shown;
}

GVariant *
tally_service_list_collections (TallyStore        *store,
                                TallyServiceCall  *call,
                                GError           **error)
{
  g_autoptr (GPtrArray) collections = tally_store_list_collections (store, error);
  GVariantBuilder builder;

  if (collections == NULL)
    return NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(suuu)"));
  for (guint i = 0; i < collections->len; i++)
    {
      const TallyCollectionCount *count = collections->pdata[i];

      g_variant_builder_add (&builder, "(suuu)",
                             tally_service_show_collection (call, count->collection),
                             count->n_records, count->n_pending, count->n_conflicts);
    }

  return g_variant_new ("(a(suuu))", &builder);
}

GVariant *
tally_service_list_records (TallyStore        *store,
                            TallyServiceCall  *call,
                            GError           **error)
{
  TallyRecordQuery query = { 0 };
  g_autoptr (GPtrArray) rows = NULL;
  GVariantBuilder builder;
  const char *collection;
  guint offset;
  guint limit;
  guint total = 0;

  g_variant_get (call->parameters, "(&s&sbuu)", &collection, &query.search, &query.problems_only,
                 &offset, &limit);
  query.collection = tally_service_stored_collection (call, collection);
  if (*query.search == '\0')
    query.search = NULL;

  rows = tally_store_list_records (store, &query, offset, MIN (limit, MAX_PAGE), &total, error);
  if (rows == NULL)
    return NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sss)"));
  for (guint i = 0; i < rows->len; i++)
    {
      const TallyRecordRow *row = rows->pdata[i];

      g_variant_builder_add (&builder, "(sss)", row->key,
                             tally_service_show_collection (call, row->collection),
                             tally_record_state_to_string (row->state));
    }

  return g_variant_new ("(ua(sss))", total, &builder);
}

/* NULL with NOT_FOUND where it is not shown on this computer. */
static TallyRecord *
get_live (TallyStore  *store,
          const char  *key,
          GError     **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TallyRecord) record = tally_store_get (store, key, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (!tally_record_is_live (record))
    {
      g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_NOT_FOUND,
                   _("There is no record “%s”."), key);
      return NULL;
    }

  return g_steal_pointer (&record);
}

GVariant *
tally_service_get_record (TallyStore        *store,
                          TallyServiceCall  *call,
                          GError           **error)
{
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (GString) document = g_string_new (NULL);
  const char *key;

  g_variant_get (call->parameters, "(&s)", &key);
  record = get_live (store, key, error);
  if (record == NULL)
    return NULL;

  tally_revision_write (record->local, TALLY_REVISION_WRITE_ID_ONLY, document);

  return g_variant_new ("(sss)", document->str, record->local->rev,
                        tally_record_state_to_string (tally_record_get_state (record)));
}

/* What a document says besides its body must fit what it is put as. */
static gboolean
check_envelope (const TallyRevision  *document,
                const char           *key,
                GError              **error)
{
  if (!g_str_equal (document->key, key))
    {
      g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                   _("The document’s _id “%s” is not “%s”."), document->key, key);
      return FALSE;
    }
  if (document->deleted)
    {
      g_set_error_literal (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                           _("A document with _deleted is not put: delete the record."));
      return FALSE;
    }
  if (document->attachments != NULL)
    {
      g_set_error_literal (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                           _("Attachments stay as they are: leave _attachments out."));
      return FALSE;
    }

  return TRUE;
}

GVariant *
tally_service_put_record (TallyStore        *store,
                          TallyServiceCall  *call,
                          GError           **error)
{
  g_autoptr (TallyRevision) document = NULL;
  g_autoptr (TallyRevision) revision = NULL;
  const char *key;
  const char *text;

  g_variant_get (call->parameters, "(&s&s)", &key, &text);
  if (!tally_key_check (key, error))
    return NULL;

  document = tally_revision_parse_keyed (text, -1, key, error);
  if (document == NULL || !check_envelope (document, key, error) ||
      !tally_store_put (store, key, document->body, document->rev, &revision, error))
    return NULL;

  call->changed = TRUE;
  call->key = g_strdup (key);

  return g_variant_new ("(s)", revision->rev);
}

GVariant *
tally_service_delete_record (TallyStore        *store,
                             TallyServiceCall  *call,
                             GError           **error)
{
  g_autoptr (TallyRecord) record = NULL;
  const char *key;
  const char *expected_rev;

  g_variant_get (call->parameters, "(&s&s)", &key, &expected_rev);
  record = get_live (store, key, error);
  if (record == NULL ||
      !tally_store_delete (store, key, *expected_rev == '\0' ? NULL : expected_rev, error))
    return NULL;

  call->changed = TRUE;
  call->key = g_strdup (key);

  return g_variant_new ("()");
}
