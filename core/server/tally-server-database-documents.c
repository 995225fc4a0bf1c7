/* tally-server-database-documents.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "server/tally-server-database-private.h"

#include "base/tally-json-text.h"
#include "server/tally-server-error.h"

#include <string.h>

/* Bodies of inner revisions that are kept beside those of the leaves, per document: whoever was
 * away for a few edits still finds the common ancestor it needs for a merge. */
#define KEPT_INNER_BODIES 10

/* CouchDB's _revs_limit: ancestors further back than this are forgotten. */
#define REVS_LIMIT 1000

/* CouchDB's max_document_size, bytes. */
#define MAX_BODY_LENGTH 8000000

void
tally_server_entry_free (TallyServerEntry *self)
{
  g_clear_pointer (&self->tree, tally_rev_tree_free);
  g_free (self->winner);
  g_free (self);
}

/**
 * tally_server_database_find:
 * @self: a database
 * @key: a document's id
 * @entry: (out) (transfer full) (nullable): what is known of it
 * @error: %TALLY_DB_ERROR
 *
 * Returns: %FALSE on error; a document that is not there is none
 */
gboolean
tally_server_database_find (TallyServerDatabase  *self,
                            const char           *key,
                            TallyServerEntry    **entry,
                            GError              **error)
{
  g_autoptr (TallyStatement) find = tally_db_statement (self->db, "find-document");
  g_autoptr (TallyServerEntry) found = NULL;
  TallyDbStep step;

  *entry = NULL;
  tally_statement_bind_text (find, ":key", key);
  step = tally_statement_step (find, error);
  if (step != TALLY_DB_ROW)
    return step == TALLY_DB_DONE;

  found = g_new0 (TallyServerEntry, 1);
  found->id = tally_statement_get_int (find, 0);
  found->seq = tally_statement_get_int (find, 1);
  found->winner = g_strdup (tally_statement_get_text (find, 2));
  found->deleted = tally_statement_get_int (find, 3) != 0;
  found->tree = tally_rev_tree_parse (tally_statement_get_text (find, 4), error);
  if (found->tree == NULL)
    return FALSE;

  *entry = g_steal_pointer (&found);
  return TRUE;
}

/**
 * tally_server_database_load_body:
 * @self: a database
 * @document: the entry's id
 * @rev: one of its revisions
 * @body: (out) (transfer full) (nullable): the text form
 * @deleted: (out): whether the revision is a tombstone
 * @error: %TALLY_DB_ERROR
 *
 * Returns: %FALSE on error; a body that is not kept is none
 */
gboolean
tally_server_database_load_body (TallyServerDatabase  *self,
                                 gint64                document,
                                 const char           *rev,
                                 char                **body,
                                 gboolean             *deleted,
                                 GError              **error)
{
  g_autoptr (TallyStatement) get = tally_db_statement (self->db, "get-body");
  TallyDbStep step;

  *body = NULL;
  *deleted = FALSE;
  tally_statement_bind_int (get, ":doc", document);
  tally_statement_bind_text (get, ":rev", rev);
  step = tally_statement_step (get, error);
  if (step == TALLY_DB_ROW)
    {
      *body = g_strdup (tally_statement_get_text (get, 0));
      *deleted = tally_statement_get_int (get, 1) != 0;
    }

  return step != TALLY_DB_FAILED;
}

static gboolean
refuse_conflict (GError **error)
{
  g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_CONFLICT,
                       "Document update conflict.");
  return FALSE;
}

/* Our ids do not hash a tombstone's body, which for our own is always empty. Where a client keeps
 * a reason in it, the flag goes into the text instead: no body can have that member. */
static TallyRevision *
new_child (const TallyRevision *parent,
           const TallyRevision *edit)
{
  g_autofree char *marked = NULL;

  if (!edit->deleted || g_str_equal (edit->body, "{}"))
    return tally_revision_new_child (parent, edit->key, edit->deleted, edit->body, NULL);

  marked = g_strconcat ("{\"_deleted\":true,", edit->body + 1, NULL);
  return tally_revision_new_child (parent, edit->key, FALSE, marked, NULL);
}

/* An edit made here, new_edits=true: it must name the leaf it replaces. */
static gboolean
make_path (const TallyServerEntry  *entry,
           const TallyRevision     *edit,
           char                  ***path,
           GError                 **error)
{
  const char *parent_rev = edit->rev;
  g_autoptr (TallyRevision) parent = NULL;
  g_autoptr (TallyRevision) child = NULL;

  if (entry == NULL && parent_rev != NULL)
    return refuse_conflict (error);

  if (entry != NULL)
    {
      if (parent_rev == NULL && entry->deleted)
        parent_rev = entry->winner;
      if (parent_rev == NULL || !tally_rev_tree_is_leaf (entry->tree, parent_rev))
        return refuse_conflict (error);
    }

  if (parent_rev != NULL)
    parent = tally_revision_new (edit->key, parent_rev, NULL, FALSE, NULL, NULL);
  child = new_child (parent, edit);

  *path = g_new0 (char *, 3);
  (*path)[0] = g_strdup (child->rev);
  (*path)[1] = g_strdup (parent_rev);
  return TRUE;
}

/* An edit made elsewhere, new_edits=false: it comes with its history. */
static gboolean
take_path (const TallyRevision   *edit,
           char                ***path,
           GError               **error)
{
  guint n_ancestors = g_strv_length ((char **) edit->ancestors);

  if (edit->rev == NULL)
    {
      g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_BAD_REQUEST,
                           "A document stored with new_edits=false needs a _rev.");
      return FALSE;
    }

  *path = g_new0 (char *, n_ancestors + 2);
  (*path)[0] = g_strdup (edit->rev);
  for (guint i = 0; i < n_ancestors; i++)
    (*path)[i + 1] = g_strdup (edit->ancestors[i]);

  return TRUE;
}

static char *
list_leaves (TallyRevTree *tree)
{
  g_autoptr (GArray) leaves = tally_rev_tree_leaves (tree);
  GString *list = g_string_sized_new (48);

  for (guint i = 0; i < leaves->len; i++)
    {
      g_string_append (list, i > 0 ? ",{\"rev\":" : "{\"rev\":");
      tally_json_append_string (list, g_array_index (leaves, TallyRevTreeLeaf, i).rev);
      g_string_append_c (list, '}');
    }

  return g_string_free (list, FALSE);
}

/* Writes the grown tree; a document that is new gets its row. */
static gboolean
write_tree (TallyServerDatabase     *self,
            const char              *key,
            const TallyServerEntry  *entry,
            TallyRevTree            *tree,
            gint64                  *document,
            GError                 **error)
{
  g_autoptr (TallyStatement) write = tally_db_statement (self->db, entry != NULL ? "update-document"
                                                                                 : "add-document");
  g_autofree char *leaves = list_leaves (tree);
  g_autofree char *text = tally_rev_tree_serialize (tree);
  gboolean deleted;

  tally_statement_bind_text (write, ":winner", tally_rev_tree_winner (tree, &deleted));
  tally_statement_bind_int (write, ":deleted", deleted);
  tally_statement_bind_text (write, ":leaves", leaves);
  tally_statement_bind_text (write, ":tree", text);
  tally_statement_bind_int (write, ":seq", self->counts.seq + 1);
  if (entry != NULL)
    tally_statement_bind_int (write, ":id", entry->id);
  else
    tally_statement_bind_text (write, ":key", key);

  if (!tally_statement_run (write, error))
    return FALSE;

  *document = entry != NULL ? entry->id : tally_db_last_insert_id (self->db);
  self->counts.seq++;
  if (entry != NULL)
    *(entry->deleted ? &self->counts.n_deleted : &self->counts.n_live) -= 1;
  *(deleted ? &self->counts.n_deleted : &self->counts.n_live) += 1;
  return TRUE;
}

static gboolean
write_body (TallyServerDatabase  *self,
            gint64                document,
            const TallyRevision  *edit,
            const char           *rev,
            GError              **error)
{
  g_autoptr (TallyStatement) add = tally_db_statement (self->db, "add-body");

  tally_statement_bind_int (add, ":doc", document);
  tally_statement_bind_text (add, ":rev", rev);
  tally_statement_bind_int (add, ":deleted", edit->deleted);
  tally_statement_bind_text (add, ":body", edit->body);

  return tally_statement_run (add, error);
}

static gboolean
forget_bodies (TallyServerDatabase  *self,
               gint64                document,
               TallyRevTree         *tree,
               GError              **error)
{
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "list-bodies");
  g_autoptr (TallyStatement) forget = tally_db_statement (self->db, "delete-body");
  g_autoptr (GArray) old = g_array_new (FALSE, FALSE, sizeof (gint64));
  TallyDbStep step;
  guint n_inner = 0;

  tally_statement_bind_int (list, ":doc", document);
  while ((step = tally_statement_step (list, error)) == TALLY_DB_ROW)
    {
      gint64 id = tally_statement_get_int (list, 0);

      if (!tally_rev_tree_is_leaf (tree, tally_statement_get_text (list, 1)) &&
          ++n_inner > KEPT_INNER_BODIES)
        g_array_append_val (old, id);
    }
  if (step == TALLY_DB_FAILED)
    return FALSE;

  for (guint i = 0; i < old->len; i++)
    {
      tally_statement_bind_int (forget, ":id", g_array_index (old, gint64, i));
      if (!tally_statement_run (forget, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_edit (const TallyRevision  *edit,
            GError              **error)
{
  if (edit->attachments != NULL)
    {
      g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_ATTACHMENTS,
                           "This server stores no attachments, and would not store a document "
                           "without the ones it has.");
      return FALSE;
    }

  if (strlen (edit->body) > MAX_BODY_LENGTH)
    {
      g_set_error (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_DOCUMENT_TOO_LARGE,
                   "The document is larger than %d bytes.", MAX_BODY_LENGTH);
      return FALSE;
    }

  if (edit->key[0] == '_' && !g_str_has_prefix (edit->key, "_design/"))
    {
      g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_BAD_REQUEST,
                           "Only reserved document ids may start with underscore.");
      return FALSE;
    }

  return TRUE;
}

/**
 * tally_server_database_put:
 * @self: a database inside a transaction
 * @revision: what to store; with @new_edits its `rev` is the parent's
 * @new_edits: %TRUE: an edit made here, which gets its revision here; %FALSE: one made elsewhere,
 *   taken with its history; it may fork the document, and knowing it already is no error
 * @rev: (out) (transfer full) (nullable): the revision it has
 * @error: %TALLY_SERVER_ERROR_CONFLICT and other refusals of this one document, after which the
 *   transaction can go on; %TALLY_DB_ERROR, after which it cannot
 *
 * Returns: whether the database has the revision now
 */
gboolean
tally_server_database_put (TallyServerDatabase  *self,
                           const TallyRevision  *revision,
                           gboolean              new_edits,
                           char                **rev,
                           GError              **error)
{
  g_autoptr (TallyServerEntry) entry = NULL;
  g_autoptr (TallyRevTree) new_tree = NULL;
  g_auto (GStrv) path = NULL;
  g_auto (GStrv) dropped = NULL;
  TallyRevTree *tree;
  gboolean known;
  gint64 document;

  if (!check_edit (revision, error) ||
      !tally_server_database_find (self, revision->key, &entry, error) ||
      !(new_edits ? make_path (entry, revision, &path, error) : take_path (revision, &path, error)))
    return FALSE;

  if (entry == NULL)
    new_tree = tally_rev_tree_new ();
  tree = entry != NULL ? entry->tree : new_tree;

  if (rev != NULL)
    *rev = g_strdup (path[0]);

  /* A known one may still bring ancestors that nobody had told of. If it is a leaf its body is
   * here already; an inner one's is not asked for. */
  known = tally_rev_tree_has (tree, path[0]);
  if (tally_rev_tree_insert (tree, (const char * const *) path, revision->deleted) ==
      TALLY_REV_TREE_KNOWN)
    return TRUE;
  dropped = tally_rev_tree_stem (tree, REVS_LIMIT);

  return write_tree (self, revision->key, entry, tree, &document, error) &&
         (known || write_body (self, document, revision, path[0], error)) &&
         (entry == NULL || forget_bodies (self, document, tree, error));
}

/**
 * tally_server_database_get_local:
 * @self: a database
 * @key: the id with its `_local/`
 * @number: (out): the N of its revision 0-N, 0 when there is none
 * @body: (out) (transfer full) (nullable): its text form
 * @error: %TALLY_DB_ERROR
 *
 * Returns: %FALSE on error
 */
gboolean
tally_server_database_get_local (TallyServerDatabase  *self,
                                 const char           *key,
                                 gint64               *number,
                                 char                **body,
                                 GError              **error)
{
  g_autoptr (TallyStatement) get = tally_db_statement (self->db, "get-local");
  TallyDbStep step;

  *body = NULL;
  *number = 0;
  tally_statement_bind_text (get, ":key", key);
  step = tally_statement_step (get, error);
  if (step == TALLY_DB_ROW)
    {
      *number = tally_statement_get_int (get, 0);
      *body = g_strdup (tally_statement_get_text (get, 1));
    }

  return step != TALLY_DB_FAILED;
}

/**
 * tally_server_database_put_local:
 * @self: a database inside a transaction
 * @key: the id with its `_local/`
 * @body: (nullable): its text form; %NULL takes the document away
 * @given_number: the N the client has seen, 0 for none
 * @number: (out): the new one
 * @error: %TALLY_SERVER_ERROR_CONFLICT, %TALLY_DB_ERROR
 *
 * Local documents have no tree, but no writer overwrites another unseen: a checkpoint two devices
 * share by mistake is found out.
 *
 * Returns: whether it was written
 */
gboolean
tally_server_database_put_local (TallyServerDatabase  *self,
                                 const char           *key,
                                 const char           *body,
                                 gint64                given_number,
                                 gint64               *number,
                                 GError              **error)
{
  g_autoptr (TallyStatement) write = NULL;
  g_autofree char *old_body = NULL;
  gint64 old_number;

  if (!tally_server_database_get_local (self, key, &old_number, &old_body, error))
    return FALSE;
  if (body == NULL && old_body == NULL)
    {
      g_set_error_literal (error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_NOT_FOUND, "missing");
      return FALSE;
    }
  if (old_number != given_number)
    return refuse_conflict (error);

  *number = body != NULL ? old_number + 1 : 0;
  write = tally_db_statement (self->db, body != NULL ? "set-local" : "delete-local");
  tally_statement_bind_text (write, ":key", key);
  if (body != NULL)
    {
      tally_statement_bind_int (write, ":number", *number);
      tally_statement_bind_text (write, ":body", body);
    }

  return tally_statement_run (write, error);
}
