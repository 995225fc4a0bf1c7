/* tally-couchdb-fetch.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-remote"

#include "config.h"

#include "remote/couchdb/tally-couchdb-fetch.h"
#include "base/tally-json-writer.h"

#include <glib/gi18n-lib.h>

/* A thousand ancestors weigh 35 KB: 200 documents with the longest history a server keeps still
 * fit under the cap. */
#define FETCH_MAX 200

/* An answer without its body, for a document that cannot be taken. */
static TallyRevision *
new_bodiless (const char    *key,
              const char    *rev,
              TallyRevision *envelope)
{
  static const char * const none[] = { NULL };

  return tally_revision_new (key, rev, envelope != NULL ? envelope->ancestors : none,
                             envelope != NULL && envelope->deleted, NULL, NULL);
}

/* What a document that was refused says of itself, if its outer members can be read at all: the
 * engine can place it in the tree even where the body is no good. */
static TallyRevision *
salvage (const TallyJsonSpan *document)
{
  static const char * const names[] = { "_id", "_rev", "_deleted", "_revisions" };
  g_autoptr (GArray) members = NULL;
  g_autoptr (TallyRevision) envelope = NULL;
  g_autofree char *json = NULL;
  TallyJsonWriter writer;

  members = tally_json_text_members (document->text, (gssize) document->length, NULL);
  if (members == NULL)
    return NULL;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const TallyJsonMember *member = tally_json_members_find (members, names[i]);

      if (member == NULL)
        continue;
      tally_json_writer_name (&writer, names[i]);
      tally_json_writer_raw (&writer, member->value.text, (gssize) member->value.length);
    }
  tally_json_writer_end_object (&writer);
  json = tally_json_writer_finish (&writer);

  envelope = tally_revision_parse (json, -1, NULL);
  if (envelope == NULL || envelope->rev == NULL)
    return NULL;

  return new_bodiless (envelope->key, envelope->rev, envelope);
}

/* One entry of "docs": {"ok":document}, or {"missing":rev} (PouchDB Server), or {"error":{…}}
 * (CouchDB) for what the server lacks. */
static gboolean
read_entry (const TallyJsonSpan  *entry,
            GPtrArray            *revisions,
            GError              **error)
{
  g_autoptr (GArray) members = NULL;
  g_autoptr (TallyRevision) revision = NULL;
  const TallyJsonMember *ok;

  members = tally_json_text_members (entry->text, (gssize) entry->length, error);
  if (members == NULL)
    return FALSE;

  ok = tally_json_members_find (members, "ok");
  if (ok == NULL)
    return TRUE;

  revision = tally_revision_parse (ok->value.text, (gssize) ok->value.length, NULL);
  if (revision == NULL || revision->rev == NULL)
    {
      g_clear_pointer (&revision, tally_revision_unref);
      revision = salvage (&ok->value);
    }
  if (revision != NULL)
    g_ptr_array_add (revisions, g_steal_pointer (&revision));

  return TRUE;
}

static GArray *
find_elements (GArray      *members,
               const char  *name,
               GError     **error)
{
  const TallyJsonMember *member = tally_json_members_find (members, name);

  if (member == NULL)
    {
      g_set_error (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX, _("no member “%s”"), name);
      return NULL;
    }

  return tally_json_text_elements (member->value.text, (gssize) member->value.length, error);
}

static gboolean
read_answer (const char  *text,
             gsize        length,
             GPtrArray   *revisions,
             GError     **error)
{
  g_autoptr (GArray) members = tally_json_text_members (text, (gssize) length, error);
  g_autoptr (GArray) results = NULL;

  results = members != NULL ? find_elements (members, "results", error) : NULL;
  if (results == NULL)
    return FALSE;

  for (guint i = 0; i < results->len; i++)
    {
      const TallyJsonSpan *result = &g_array_index (results, TallyJsonSpan, i);
      g_autoptr (GArray) inner = NULL;
      g_autoptr (GArray) entries = NULL;

      inner = tally_json_text_members (result->text, (gssize) result->length, error);
      entries = inner != NULL ? find_elements (inner, "docs", error) : NULL;
      if (entries == NULL)
        return FALSE;

      for (guint j = 0; j < entries->len; j++)
        if (!read_entry (&g_array_index (entries, TallyJsonSpan, j), revisions, error))
          return FALSE;
    }

  return TRUE;
}

static char *
write_question (GPtrArray *wanted,
                guint      first,
                guint      n)
{
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_name (&writer, "docs");
  tally_json_writer_begin_array (&writer);
  for (guint i = first; i < first + n; i++)
    {
      TallyWanted *one = wanted->pdata[i];

      tally_json_writer_begin_object (&writer);
      tally_json_writer_member (&writer, "id", one->key);
      tally_json_writer_member (&writer, "rev", one->rev);
      tally_json_writer_end_object (&writer);
    }
  tally_json_writer_end_array (&writer);
  tally_json_writer_end_object (&writer);

  return tally_json_writer_finish (&writer);
}

/* FALSE with TOO_LARGE or TALLY_JSON_ERROR: fewer at once may do. */
static gboolean
fetch_some (TallyCouchdbEndpoint  *endpoint,
            GPtrArray             *wanted,
            guint                  first,
            guint                  n,
            GPtrArray             *revisions,
            GCancellable          *cancellable,
            GError               **error)
{
  g_autofree char *question = write_question (wanted, first, n);
  g_autoptr (TallyResponse) response = NULL;
  g_autoptr (GError) problem = NULL;
  guint had = revisions->len;
  gsize length;
  const char *text;

  /* Without latest=true: it may hand back another leaf, and an unknown revision with it ends
   * PouchDB Server's process. */
  response = tally_couchdb_endpoint_ask (endpoint, "POST", "/_bulk_get?revs=true", question,
                                         cancellable, error);
  if (response == NULL)
    return FALSE;

  text = tally_couchdb_endpoint_text (response, &length);
  if (read_answer (text, length, revisions, &problem))
    return TRUE;

  g_ptr_array_set_size (revisions, (int) had);
  if (g_error_matches (problem, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX))
    tally_couchdb_endpoint_set_protocol (endpoint, problem->message, error);
  else
    g_propagate_error (error, g_steal_pointer (&problem));

  return FALSE;
}

/**
 * tally_couchdb_fetch:
 * @endpoint: the database
 * @wanted: (element-type TallyWanted): revisions by name; may be empty
 * @cancellable: (nullable): ends it early
 * @error: as tally_remote_fetch()
 *
 * Returns: (transfer full) (element-type TallyRevision): those the server has, with ancestors;
 *   without a body where the document cannot be taken
 */
GPtrArray *
tally_couchdb_fetch (TallyCouchdbEndpoint  *endpoint,
                     GPtrArray             *wanted,
                     GCancellable          *cancellable,
                     GError               **error)
{
  g_autoptr (GPtrArray) revisions = NULL;
  guint first = 0;
  guint room = FETCH_MAX;

  revisions = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);

  /* An empty list is never sent: PouchDB Server would not answer it, ever. */
  while (first < wanted->len)
    {
      guint n = MIN (room, wanted->len - first);
      g_autoptr (GError) problem = NULL;

      if (fetch_some (endpoint, wanted, first, n, revisions, cancellable, &problem))
        {
          first += n;
          continue;
        }

      if (problem->domain != TALLY_JSON_ERROR &&
          !g_error_matches (problem, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_TOO_LARGE))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }

      if (n > 1)
        room = n / 2;
      else
        {
          TallyWanted *one = wanted->pdata[first++];

          g_ptr_array_add (revisions, new_bodiless (one->key, one->rev, NULL));
          room = FETCH_MAX;
        }
    }

  return g_steal_pointer (&revisions);
}
