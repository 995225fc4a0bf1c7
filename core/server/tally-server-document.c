/* tally-server-document.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-document.h"

#include "base/tally-json-text.h"

#include <string.h>

/* Documents on their way out. Nothing here parses a body: it is spliced behind the envelope. */

/**
 * tally_server_document_write:
 * @out: appended to
 * @key: `_id`
 * @rev: `_rev`
 * @deleted: whether it is a tombstone
 * @body: the text form
 * @extra: (nullable): further members of the envelope, a comma in front of each
 */
void
tally_server_document_write (GString    *out,
                             const char *key,
                             const char *rev,
                             gboolean    deleted,
                             const char *body,
                             const char *extra)
{
  gsize length = strlen (body);

  g_string_append (out, "{\"_id\":");
  tally_json_append_string (out, key);
  g_string_append (out, ",\"_rev\":");
  tally_json_append_string (out, rev);
  if (deleted)
    g_string_append (out, ",\"_deleted\":true");
  if (extra != NULL)
    g_string_append (out, extra);
  if (length > 2)
    {
      g_string_append_c (out, ',');
      g_string_append_len (out, body + 1, length - 2);
    }
  g_string_append_c (out, '}');
}

static void
add_losers (GString    *extra,
            GArray     *leaves,
            gboolean    deleted,
            const char *name)
{
  gboolean any = FALSE;

  for (guint i = 1; i < leaves->len; i++)
    {
      const TallyRevTreeLeaf *leaf = &g_array_index (leaves, TallyRevTreeLeaf, i);

      if (!leaf->deleted != !deleted)
        continue;

      if (any)
        g_string_append_c (extra, ',');
      else
        g_string_append_printf (extra, ",\"%s\":[", name);
      tally_json_append_string (extra, leaf->rev);
      any = TRUE;
    }

  if (any)
    g_string_append_c (extra, ']');
}

/**
 * tally_server_document_add_conflicts:
 * @extra: appended to
 * @tree: the document's
 * @flags: which of the two lists
 */
void
tally_server_document_add_conflicts (GString                  *extra,
                                     TallyRevTree             *tree,
                                     TallyServerDocumentFlags  flags)
{
  g_autoptr (GArray) leaves = tally_rev_tree_leaves (tree);

  if ((flags & TALLY_SERVER_DOCUMENT_CONFLICTS) != 0)
    add_losers (extra, leaves, FALSE, "_conflicts");
  if ((flags & TALLY_SERVER_DOCUMENT_DELETED_CONFLICTS) != 0)
    add_losers (extra, leaves, TRUE, "_deleted_conflicts");
}

static void
add_revisions (GString *extra,
               char   **path)
{
  g_string_append_printf (extra, ",\"_revisions\":{\"start\":%u,\"ids\":[",
                          tally_rev_generation (path[0]));
  for (guint i = 0; path[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (extra, ',');
      tally_json_append_string (extra, strchr (path[i], '-') + 1);
    }
  g_string_append (extra, "]}");
}

static gboolean
add_revs_info (GString               *extra,
               TallyServerDatabase   *database,
               gint64                 document,
               char                 **path,
               GError               **error)
{
  g_string_append (extra, ",\"_revs_info\":[");
  for (guint i = 0; path[i] != NULL; i++)
    {
      g_autofree char *body = NULL;
      gboolean deleted;

      if (!tally_server_database_load_body (database, document, path[i], &body, &deleted, error))
        return FALSE;

      g_string_append (extra, i > 0 ? ",{\"rev\":" : "{\"rev\":");
      tally_json_append_string (extra, path[i]);
      g_string_append_printf (extra, ",\"status\":\"%s\"}",
                              body == NULL ? "missing" : deleted ? "deleted" : "available");
    }
  g_string_append_c (extra, ']');

  return TRUE;
}

/**
 * tally_server_document_append:
 * @database: where it is
 * @key: the document's id
 * @entry: the document
 * @rev: one of its revisions
 * @flags: what to add
 * @out: appended to
 * @found: (out): whether the revision's body is kept
 * @error: %TALLY_DB_ERROR
 *
 * Returns: %FALSE on error
 */
gboolean
tally_server_document_append (TallyServerDatabase       *database,
                              const char                *key,
                              const TallyServerEntry    *entry,
                              const char                *rev,
                              TallyServerDocumentFlags   flags,
                              GString                   *out,
                              gboolean                  *found,
                              GError                   **error)
{
  g_autoptr (GString) extra = g_string_new (NULL);
  g_auto (GStrv) path = NULL;
  g_autofree char *body = NULL;
  gboolean deleted;

  if (!tally_server_database_load_body (database, entry->id, rev, &body, &deleted, error))
    return FALSE;

  path = body != NULL ? tally_rev_tree_path (entry->tree, rev) : NULL;
  *found = path != NULL;
  if (path == NULL)
    return TRUE;

  if ((flags & TALLY_SERVER_DOCUMENT_REVS) != 0)
    add_revisions (extra, path);
  if ((flags & TALLY_SERVER_DOCUMENT_REVS_INFO) != 0 &&
      !add_revs_info (extra, database, entry->id, path, error))
    return FALSE;
  tally_server_document_add_conflicts (extra, entry->tree, flags);
  if ((flags & TALLY_SERVER_DOCUMENT_LOCAL_SEQ) != 0)
    {
      g_autofree char *seq = tally_server_database_dup_seq (database, entry->seq);

      g_string_append_printf (extra, ",\"_local_seq\":\"%s\"", seq);
    }

  tally_server_document_write (out, key, rev, deleted, body, extra->str);
  return TRUE;
}

/**
 * tally_server_document_dup_latest:
 * @entry: a document
 * @rev: a revision
 *
 * Returns: (transfer full): the first leaf, the winner before others, that descends from @rev;
 *   @rev when none does
 */
char *
tally_server_document_dup_latest (const TallyServerEntry *entry,
                                  const char             *rev)
{
  g_autoptr (GArray) leaves = NULL;

  if (!tally_rev_tree_has (entry->tree, rev) || tally_rev_tree_is_leaf (entry->tree, rev))
    return g_strdup (rev);

  leaves = tally_rev_tree_leaves (entry->tree);
  for (guint i = 0; i < leaves->len; i++)
    {
      const char *leaf = g_array_index (leaves, TallyRevTreeLeaf, i).rev;
      g_auto (GStrv) path = tally_rev_tree_path (entry->tree, leaf);

      if (g_strv_contains ((const char * const *) path, rev))
        return g_strdup (leaf);
    }

  return g_strdup (rev);
}
