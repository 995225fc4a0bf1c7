/* tally-couchdb-missing.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-remote"

#include "remote/couchdb/tally-couchdb-missing.h"
#include "base/tally-json-writer.h"

/* A name for one revision of one record; a rev id has no space, so it cannot be mistaken. */
static char *
dup_name (const char *key,
          const char *rev)
{
  return g_strconcat (rev, " ", key, NULL);
}

/* {key: [rev, …], …}: the revisions of one record have to stand under one name. */
static char *
write_question (GPtrArray *revisions)
{
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) by_key = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                                         (GDestroyNotify) g_ptr_array_unref);
  TallyJsonWriter writer;

  for (guint i = 0; i < revisions->len; i++)
    {
      TallyRevision *revision = revisions->pdata[i];
      GPtrArray *revs = g_hash_table_lookup (by_key, revision->key);

      if (revs == NULL)
        {
          revs = g_ptr_array_new ();
          g_hash_table_insert (by_key, (gpointer) revision->key, revs);
        }
      g_ptr_array_add (revs, (gpointer) revision->rev);
    }

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  for (guint i = 0; i < revisions->len; i++)
    {
      TallyRevision *revision = revisions->pdata[i];
      GPtrArray *revs = g_hash_table_lookup (by_key, revision->key);

      /* in the order given, not in the table's: a run can be repeated to the byte */
      if (!g_hash_table_add (done, (gpointer) revision->key))
        continue;
      tally_json_writer_name (&writer, revision->key);
      tally_json_writer_begin_array (&writer);
      for (guint j = 0; j < revs->len; j++)
        tally_json_writer_string (&writer, revs->pdata[j]);
      tally_json_writer_end_array (&writer);
    }
  tally_json_writer_end_object (&writer);

  return tally_json_writer_finish (&writer);
}

static gboolean
read_missing (const TallyJsonMember  *record,
              GHashTable             *names,
              GError                **error)
{
  g_autofree char *key = tally_json_span_dup_string (&record->name, error);
  g_autoptr (GArray) members = NULL;
  g_autoptr (GArray) revs = NULL;
  const TallyJsonMember *missing;

  if (key == NULL)
    return FALSE;

  members = tally_json_text_members (record->value.text, (gssize) record->value.length, error);
  if (members == NULL)
    return FALSE;

  missing = tally_json_members_find (members, "missing");
  if (missing == NULL)
    return TRUE;

  revs = tally_json_text_elements (missing->value.text, (gssize) missing->value.length, error);
  if (revs == NULL)
    return FALSE;

  for (guint i = 0; i < revs->len; i++)
    {
      g_autofree char *rev = NULL;

      rev = tally_json_span_dup_string (&g_array_index (revs, TallyJsonSpan, i), error);
      if (rev == NULL)
        return FALSE;
      g_hash_table_add (names, dup_name (key, rev));
    }

  return TRUE;
}

/**
 * tally_couchdb_missing:
 * @endpoint: the database
 * @revisions: (element-type TallyRevision): at least one
 * @cancellable: (nullable): ends it early
 * @error: %TALLY_HTTP_ERROR, %TALLY_REMOTE_ERROR_MISSING
 *
 * Asks `_revs_diff`. Nothing is written on the server.
 *
 * Returns: (transfer full) (element-type TallyRevision): those the server lacks, order kept
 */
GPtrArray *
tally_couchdb_missing (TallyCouchdbEndpoint  *endpoint,
                       GPtrArray             *revisions,
                       GCancellable          *cancellable,
                       GError               **error)
{
  g_autofree char *question = write_question (revisions);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) lacking = NULL;
  g_autoptr (TallyResponse) response = NULL;
  g_autoptr (GArray) members = NULL;

  response = tally_couchdb_endpoint_ask (endpoint, "POST", "/_revs_diff", question,
                                         cancellable, error);
  members = response != NULL ? tally_couchdb_endpoint_members (endpoint, response, error) : NULL;
  if (members == NULL)
    return NULL;

  for (guint i = 0; i < members->len; i++)
    {
      g_autoptr (GError) cause = NULL;

      if (!read_missing (&g_array_index (members, TallyJsonMember, i), names, &cause))
        {
          tally_couchdb_endpoint_set_protocol (endpoint, cause->message, error);
          return NULL;
        }
    }

  lacking = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
  for (guint i = 0; i < revisions->len; i++)
    {
      TallyRevision *revision = revisions->pdata[i];
      g_autofree char *name = dup_name (revision->key, revision->rev);

      if (g_hash_table_contains (names, name))
        g_ptr_array_add (lacking, tally_revision_ref (revision));
    }

  return g_steal_pointer (&lacking);
}
