/* tally-server-bulk.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-bulk.h"

#include "base/tally-json-text.h"
#include "server/tally-server-error.h"

#include <string.h>

/* The requests that carry many documents or revisions at once. */

/**
 * tally_server_make_uuid:
 * @rand: chance
 *
 * Returns: (transfer full): 32 hex digits
 */
char *
tally_server_make_uuid (GRand *rand)
{
  guint32 a = g_rand_int (rand);
  guint32 b = g_rand_int (rand);
  guint32 c = g_rand_int (rand);
  guint32 d = g_rand_int (rand);

  return g_strdup_printf ("%08x%08x%08x%08x", a, b, c, d);
}

static gboolean
refuse (const char  *reason,
        GError     **error)
{
  g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_BAD_REQUEST, reason);
  return FALSE;
}

/* {"docs": […], "new_edits": false} */
static gboolean
read_docs (const TallyServerRequest  *request,
           GArray                   **docs,
           gboolean                  *new_edits,
           GError                   **error)
{
  gsize length;
  const char *text = tally_server_request_get_text (request, &length);
  g_autoptr (GArray) members = tally_json_text_members (text, (gssize) length, error);
  const TallyJsonMember *list, *flag;

  if (members == NULL)
    return FALSE;

  list = tally_json_members_find (members, "docs");
  if (list == NULL || list->value.text[0] != '[')
    return refuse ("POST body must include `docs` parameter.", error);

  flag = tally_json_members_find (members, "new_edits");
  if (flag != NULL && flag->value.text[0] != 't' && flag->value.text[0] != 'f')
    return refuse ("`new_edits` must be true or false.", error);

  *new_edits = flag == NULL || flag->value.text[0] == 't';
  *docs = tally_json_text_elements (list->value.text, (gssize) list->value.length, error);
  return *docs != NULL;
}

/* A document that could not even be read is named as well as it can be. */
static void
write_id (TallyJsonWriter      *writer,
          const TallyJsonSpan  *span)
{
  g_autoptr (GArray) members = tally_json_text_members (span->text, (gssize) span->length, NULL);
  const TallyJsonMember *id = members != NULL ? tally_json_members_find (members, "_id") : NULL;

  tally_json_writer_name (writer, "id");
  if (id != NULL)
    tally_json_writer_raw (writer, id->value.text, (gssize) id->value.length);
  else
    tally_json_writer_null (writer);
}

/* Stores one document and writes its row. FALSE only when the disk failed: what is wrong with the
 * one document is told in its row and stops no other. */
static gboolean
store (TallyServerDatabase  *database,
       const TallyJsonSpan  *span,
       const char           *spare_key,
       gboolean              new_edits,
       TallyJsonWriter      *rows,
       GError              **error)
{
  g_autoptr (GError) refusal = NULL;
  g_autoptr (TallyRevision) revision = NULL;
  g_autofree char *rev = NULL;

  revision = tally_revision_parse_keyed (span->text, (gssize) span->length, spare_key, &refusal);
  if (revision != NULL &&
      tally_server_database_put (database, revision, new_edits, &rev, &refusal))
    {
      if (!new_edits)
        return TRUE;
      tally_json_writer_begin_object (rows);
      tally_json_writer_member_boolean (rows, "ok", TRUE);
      tally_json_writer_member (rows, "id", revision->key);
      tally_json_writer_member (rows, "rev", rev);
      tally_json_writer_end_object (rows);
      return TRUE;
    }

  if (tally_server_error_get_status (refusal) >= 500)
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return FALSE;
    }

  tally_json_writer_begin_object (rows);
  if (revision != NULL)
    tally_json_writer_member (rows, "id", revision->key);
  else
    write_id (rows, span);
  if (revision != NULL && revision->rev != NULL)
    tally_json_writer_member (rows, "rev", revision->rev);
  tally_server_write_error (rows, refusal);
  tally_json_writer_end_object (rows);
  return TRUE;
}

/**
 * tally_server_bulk_docs:
 * @database: where to
 * @request: the documents
 * @rand: for the ids of those without one
 * @error: %TALLY_SERVER_ERROR when the whole request is wrong, %TALLY_DB_ERROR
 *
 * Stores what can be stored, in one transaction, and answers when it is on the disk. With
 * new_edits=false only the refused ones have a row.
 *
 * Returns: (transfer full): the answer
 */
TallyServerReply *
tally_server_bulk_docs (TallyServerDatabase       *database,
                        const TallyServerRequest  *request,
                        GRand                     *rand,
                        GError                   **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GArray) docs = NULL;
  TallyJsonWriter rows;
  gboolean new_edits;

  if (!read_docs (request, &docs, &new_edits, error) ||
      !tally_server_database_begin (database, error))
    return NULL;

  tally_json_writer_init (&rows, out);
  tally_json_writer_begin_array (&rows);
  for (guint i = 0; i < docs->len; i++)
    {
      g_autofree char *spare_key = tally_server_make_uuid (rand);

      if (!store (database, &g_array_index (docs, TallyJsonSpan, i), spare_key, new_edits, &rows,
                  error))
        {
          tally_server_database_rollback (database);
          return NULL;
        }
    }
  tally_json_writer_end_array (&rows);

  if (!tally_server_database_commit (database, error))
    return NULL;

  return tally_server_reply_new (201, g_string_free (g_steal_pointer (&out), FALSE));
}

/* The revisions of @revs that @entry (nullable) lacks; *generation: the highest of theirs. */
static GPtrArray *
find_missing (const TallyServerEntry  *entry,
              const TallyJsonSpan     *revs,
              guint                   *generation,
              GError                 **error)
{
  g_autoptr (GArray) elements = tally_json_text_elements (revs->text, (gssize) revs->length, error);
  g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);

  if (elements == NULL)
    return NULL;

  *generation = 0;
  for (guint i = 0; i < elements->len; i++)
    {
      g_autofree char *rev = NULL;

      rev = tally_json_span_dup_string (&g_array_index (elements, TallyJsonSpan, i), error);
      if (rev == NULL)
        return NULL;
      if (!tally_rev_is_valid (rev))
        {
          refuse ("Invalid rev format", error);
          return NULL;
        }
      if (entry != NULL && tally_rev_tree_has (entry->tree, rev))
        continue;

      *generation = MAX (*generation, tally_rev_generation (rev));
      g_ptr_array_add (missing, g_steal_pointer (&rev));
    }

  return g_steal_pointer (&missing);
}

static void
write_list (TallyJsonWriter *writer,
            const char      *name,
            GPtrArray       *list)
{
  if (name != NULL)
    tally_json_writer_name (writer, name);
  tally_json_writer_begin_array (writer);
  for (guint i = 0; i < list->len; i++)
    tally_json_writer_string (writer, g_ptr_array_index (list, i));
  tally_json_writer_end_array (writer);
}

/* Leaves older than what is missing: the sender may find its own ancestor among them. */
static void
write_ancestors (TallyJsonWriter         *writer,
                 const TallyServerEntry  *entry,
                 guint                    generation)
{
  g_autoptr (GArray) leaves = tally_rev_tree_leaves (entry->tree);
  g_autoptr (GPtrArray) older = g_ptr_array_new ();

  for (guint i = 0; i < leaves->len; i++)
    {
      const char *rev = g_array_index (leaves, TallyRevTreeLeaf, i).rev;

      if (tally_rev_generation (rev) < generation)
        g_ptr_array_add (older, (gpointer) rev);
    }

  if (older->len > 0)
    write_list (writer, "possible_ancestors", older);
}

static gboolean
write_difference (TallyServerDatabase    *database,
                  const TallyJsonMember  *member,
                  gboolean                with_ancestors,
                  TallyJsonWriter        *writer,
                  GError                **error)
{
  g_autofree char *key = tally_json_span_dup_string (&member->name, error);
  g_autoptr (TallyServerEntry) entry = NULL;
  g_autoptr (GPtrArray) missing = NULL;
  guint generation;

  if (key == NULL || !tally_server_database_find (database, key, &entry, error))
    return FALSE;
  missing = find_missing (entry, &member->value, &generation, error);
  if (missing == NULL)
    return FALSE;
  if (missing->len == 0)
    return TRUE;

  tally_json_writer_name (writer, key);
  if (!with_ancestors)
    {
      write_list (writer, NULL, missing);
      return TRUE;
    }

  tally_json_writer_begin_object (writer);
  write_list (writer, "missing", missing);
  if (entry != NULL)
    write_ancestors (writer, entry, generation);
  tally_json_writer_end_object (writer);
  return TRUE;
}

/* {"id": ["1-a", "2-b"], …} */
static gboolean
write_differences (TallyServerDatabase       *database,
                   const TallyServerRequest  *request,
                   gboolean                   with_ancestors,
                   TallyJsonWriter           *writer,
                   GError                   **error)
{
  gsize length;
  const char *text = tally_server_request_get_text (request, &length);
  g_autoptr (GArray) members = tally_json_text_members (text, (gssize) length, error);

  if (members == NULL)
    return FALSE;

  tally_json_writer_begin_object (writer);
  for (guint i = 0; i < members->len; i++)
    if (!write_difference (database, &g_array_index (members, TallyJsonMember, i), with_ancestors,
                           writer, error))
      return FALSE;
  tally_json_writer_end_object (writer);

  return TRUE;
}

/**
 * tally_server_revs_diff:
 * @database: whose revisions
 * @request: ids and revisions
 * @error: %TALLY_SERVER_ERROR, %TALLY_DB_ERROR
 *
 * Returns: (transfer full): the revisions that are not there
 */
TallyServerReply *
tally_server_revs_diff (TallyServerDatabase       *database,
                        const TallyServerRequest  *request,
                        GError                   **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, out);
  if (!write_differences (database, request, TRUE, &writer, error))
    return NULL;

  return tally_server_reply_new (200, g_string_free (g_steal_pointer (&out), FALSE));
}

/**
 * tally_server_missing_revs:
 * @database: whose revisions
 * @request: ids and revisions
 * @error: %TALLY_SERVER_ERROR, %TALLY_DB_ERROR
 *
 * Returns: (transfer full): the same as `_revs_diff` in its older form
 */
TallyServerReply *
tally_server_missing_revs (TallyServerDatabase       *database,
                           const TallyServerRequest  *request,
                           GError                   **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, out);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_name (&writer, "missing_revs");
  if (!write_differences (database, request, FALSE, &writer, error))
    return NULL;
  tally_json_writer_end_object (&writer);

  return tally_server_reply_new (200, g_string_free (g_steal_pointer (&out), FALSE));
}
