/* tally-couchdb-changes.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-remote"

#include "config.h"

#include "remote/couchdb/tally-couchdb-changes.h"

#include "base/tally-planted.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* --- reading a page --- */

/* The server's winner to the front: PouchDB Server lists leaves by generation, and so a
 * tombstone may come before the live one. */
static void
put_first (char       **leaves,
           const char  *rev)
{
  for (guint i = 1; leaves[i] != NULL; i++)
    if (g_str_equal (leaves[i], rev))
      {
        char *winner = leaves[i];

        memmove (leaves + 1, leaves, i * sizeof *leaves);
        leaves[0] = winner;
        return;
      }
}

static void
refuse (TallyChange *change,
        const char  *detail)
{
  change->refused = tally_reason_new ("bad-document", "detail", detail, NULL);
}

/* A document that is bad in itself spoils its own row and no other. */
static void
read_document (TallyChange         *change,
               const TallyJsonSpan *document)
{
  g_autoptr (TallyRevision) revision = NULL;
  g_autoptr (GError) error = NULL;

  if (document->length == 4 && memcmp (document->text, "null", 4) == 0)
    return;

  revision = tally_revision_parse (document->text, (gssize) document->length, &error);
  if (revision == NULL)
    refuse (change, error->message);
  else if (!g_str_equal (revision->key, change->key))
    refuse (change, _("the document bears another id than its row"));
  else if (revision->rev == NULL)
    refuse (change, _("the document bears no revision"));
  else
    {
      put_first (change->leaves, revision->rev);
      change->winner = g_steal_pointer (&revision);
    }
}

static char **
read_leaves (const TallyJsonMember  *changes,
             GError                **error)
{
  g_autoptr (GStrvBuilder) leaves = g_strv_builder_new ();
  g_autoptr (GArray) elements = NULL;

  elements = tally_json_text_elements (changes->value.text, (gssize) changes->value.length, error);
  if (elements == NULL)
    return NULL;

  for (guint i = 0; i < elements->len; i++)
    {
      const TallyJsonSpan *element = &g_array_index (elements, TallyJsonSpan, i);
      g_autoptr (GArray) members = NULL;
      g_autofree char *rev = NULL;
      const TallyJsonMember *member;

      members = tally_json_text_members (element->text, (gssize) element->length, error);
      if (members == NULL)
        return NULL;

      member = tally_json_members_find (members, "rev");
      rev = member != NULL ? tally_json_span_dup_string (&member->value, NULL) : NULL;
      if (rev == NULL)
        {
          g_set_error_literal (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX,
                               _("a change without a revision"));
          return NULL;
        }
      g_strv_builder_add (leaves, rev);
    }

  return g_strv_builder_end (leaves);
}

static void
add_unreadable (TallyChangesPage    *page,
                GStrvBuilder        *unreadable,
                const TallyJsonSpan *id)
{
  g_autofree char *text = tally_json_span_dup (id);

  g_strv_builder_add (unreadable, text);
  page->n_unreadable++;
}

static gboolean
read_row (TallyChangesPage     *page,
          GStrvBuilder         *unreadable,
          const TallyJsonSpan  *row,
          GError              **error)
{
  g_autoptr (TallyChange) change = NULL;
  g_autoptr (GArray) members = NULL;
  const TallyJsonMember *id, *changes, *deleted, *document;
  g_autofree char *key = NULL;

  members = tally_json_text_members (row->text, (gssize) row->length, error);
  if (members == NULL)
    return FALSE;

  id = tally_json_members_find (members, "id");
  changes = tally_json_members_find (members, "changes");
  if (id == NULL || changes == NULL)
    {
      g_set_error_literal (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX,
                           _("a row without id or changes"));
      return FALSE;
    }

  key = tally_json_span_dup_string (&id->value, NULL);
  if (key != NULL && g_str_has_prefix (key, "_design/"))
    return TRUE;
  if (key == NULL || !tally_key_check (key, NULL))
    {
      add_unreadable (page, unreadable, &id->value);
      return TRUE;
    }

  change = g_new0 (TallyChange, 1);
  change->key = g_steal_pointer (&key);
  change->leaves = read_leaves (changes, error);
  if (change->leaves == NULL)
    return FALSE;

  deleted = tally_json_members_find (members, "deleted");
  change->deleted = deleted != NULL && deleted->value.text[0] == 't';
  document = tally_json_members_find (members, "doc");
  if (document != NULL)
    read_document (change, &document->value);

  g_ptr_array_add (page->changes, g_steal_pointer (&change));
  return TRUE;
}

/**
 * tally_couchdb_changes_parse:
 * @text: the answer of `_changes`
 * @length: its bytes
 * @limit: the limit it was asked with
 * @error: %TALLY_JSON_ERROR. %TALLY_JSON_ERROR_SYNTAX: the answer as such is no good; any other:
 *   one of its documents cannot even be passed over, so that smaller pages may help
 *
 * Never through a tree of values: bodies are cut from the text as they came, and one that is
 * refused spoils its own row only.
 *
 * Returns: (transfer full): the page
 */
TallyChangesPage *
tally_couchdb_changes_parse (const char  *text,
                             gsize        length,
                             guint        limit,
                             GError     **error)
{
  g_autoptr (TallyChangesPage) page = g_new0 (TallyChangesPage, 1);
  g_autoptr (GStrvBuilder) unreadable = g_strv_builder_new ();
  g_autoptr (GArray) members = NULL;
  g_autoptr (GArray) rows = NULL;
  const TallyJsonMember *results, *last_seq, *pending;

  members = tally_json_text_members (text, (gssize) length, error);
  if (members == NULL)
    return NULL;

  results = tally_json_members_find (members, "results");
  last_seq = tally_json_members_find (members, "last_seq");
  if (results == NULL || last_seq == NULL)
    {
      g_set_error_literal (error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX,
                           _("a list of changes without results or last_seq"));
      return NULL;
    }

  rows = tally_json_text_elements (results->value.text, (gssize) results->value.length, error);
  if (rows == NULL)
    return NULL;

  page->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_change_free);
  for (guint i = 0; i < rows->len; i++)
    if (TALLY_IS_PLANTED (PAGE_SKIP) && i > 0 && i + 1 == limit)
      continue;
    else if (!read_row (page, unreadable, &g_array_index (rows, TallyJsonSpan, i), error))
      return NULL;

  pending = tally_json_members_find (members, "pending");
  if (pending == NULL || !tally_json_span_get_int (&pending->value, &page->pending, NULL))
    page->pending = -1;

  /* PouchDB Server never tells what is pending: a full page may have a successor. CouchDB's
   * number may count rows that will not come: an empty page never has one. */
  page->more = rows->len > 0 && (rows->len >= limit || page->pending > 0);
  page->since = tally_json_span_dup (&last_seq->value);
  page->unreadable = g_strv_builder_end (unreadable);

  return g_steal_pointer (&page);
}

/* --- asking for one --- */

#ifdef TALLY_PLANTED_BUGS
/* What a client makes of an answer it cannot read when nothing has failed, as it thinks. */
static TallyChangesPage *
new_empty_page (const char *since)
{
  TallyChangesPage *page = g_new0 (TallyChangesPage, 1);

  page->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_change_free);
  page->since = g_strdup (since != NULL ? since : "0");
  page->pending = -1;

  return page;
}
#endif

/* A sequence is JSON text to us and a word to the server: a number as it is, a string without
 * its quotes. */
static char *
dup_since_query (const char *since)
{
  g_autofree char *plain = NULL;
  g_autofree char *escaped = NULL;

  if (since == NULL || g_str_equal (since, "null"))
    return g_strdup ("");

  if (since[0] == '"')
    {
      TallyJsonSpan span = { since, strlen (since) };

      plain = tally_json_span_dup_string (&span, NULL);
    }

  escaped = g_uri_escape_string (plain != NULL ? plain : since, NULL, FALSE);
  return g_strconcat ("&since=", escaped, NULL);
}

static TallyChangesPage *
ask_page (TallyCouchdbEndpoint  *endpoint,
          gboolean               seq_interval,
          const char            *since,
          guint                  limit,
          gboolean               bodies,
          gsize                 *length,
          GCancellable          *cancellable,
          GError               **error)
{
  g_autofree char *since_query = dup_since_query (since);
  g_autofree char *interval = seq_interval ? g_strdup_printf ("&seq_interval=%u", limit)
                                           : g_strdup ("");
  g_autofree char *path = g_strdup_printf ("/_changes?style=all_docs&limit=%u%s%s%s", limit,
                                           bodies ? "&include_docs=true" : "",
                                           interval, since_query);
  g_autoptr (TallyResponse) response = NULL;
  g_autoptr (GError) problem = NULL;
  TallyChangesPage *page;
  const char *text;

  response = tally_couchdb_endpoint_ask (endpoint, "GET", path, NULL, cancellable, error);
  if (response == NULL)
    return NULL;

  text = tally_couchdb_endpoint_text (response, length);
  page = tally_couchdb_changes_parse (text, *length, limit, &problem);
#ifdef TALLY_PLANTED_BUGS
  if (page == NULL && TALLY_IS_PLANTED (CUT_IS_EMPTY))
    return new_empty_page (since);
#endif
  if (g_error_matches (problem, TALLY_JSON_ERROR, TALLY_JSON_ERROR_SYNTAX) ||
      (problem != NULL && !bodies))
    tally_couchdb_endpoint_set_protocol (endpoint, problem->message, error);
  else if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));

  return page;
}

/* One document alone is too much: its row is taken without it, and says why. */
static TallyChangesPage *
ask_refused (TallyCouchdbEndpoint  *endpoint,
             const char            *since,
             const GError          *cause,
             GCancellable          *cancellable,
             GError               **error)
{
  gsize length;
  TallyChangesPage *page = ask_page (endpoint, FALSE, since, 1, FALSE, &length,
                                     cancellable, error);

  if (page == NULL)
    return NULL;

  for (guint i = 0; i < page->changes->len; i++)
    {
      TallyChange *change = page->changes->pdata[i];

      if (cause->domain == TALLY_JSON_ERROR)
        refuse (change, cause->message);
      else
        change->refused = tally_reason_new ("too-large", "detail", cause->message, NULL);
    }

  return page;
}

/**
 * tally_couchdb_changes_list:
 * @endpoint: the database
 * @paging: what was learned of its pages
 * @since: (nullable): opaque JSON text
 * @limit: at most so many rows
 * @bodies: whether the winners' documents are wanted
 * @cancellable: (nullable): ends it early
 * @error: as tally_remote_list_changes()
 *
 * A page over the cap, or with a document that cannot be passed over, is asked again in halves
 * down to the single row; what fitted is remembered, and doubled where twice as much would fit.
 *
 * Returns: (transfer full): one page
 */
TallyChangesPage *
tally_couchdb_changes_list (TallyCouchdbEndpoint  *endpoint,
                            TallyCouchdbPaging    *paging,
                            const char            *since,
                            guint                  limit,
                            gboolean               bodies,
                            GCancellable          *cancellable,
                            GError               **error)
{
  /* PouchDB Server answers a limit of 0 with one row. */
  guint wanted = MAX (limit, 1);
  guint n = bodies && paging->room > 0 ? MIN (wanted, paging->room) : wanted;

  for (;;)
    {
      g_autoptr (GError) problem = NULL;
      gsize length = 0;
      TallyChangesPage *page = ask_page (endpoint, paging->seq_interval, since, n, bodies,
                                         &length, cancellable, &problem);

      if (page != NULL)
        {
          if (bodies && n < wanted)
            paging->room = length < TALLY_COUCHDB_ANSWER_MAX / 2 ? n * 2 : n;
          return page;
        }

      if (problem->domain != TALLY_JSON_ERROR &&
          !g_error_matches (problem, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_TOO_LARGE))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
      if (n == 1 && bodies)
        return ask_refused (endpoint, since, problem, cancellable, error);
      if (n == 1)
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }

      n /= 2;
    }
}
