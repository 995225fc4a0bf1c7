/* sim-record.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-record.h"

#include "base/tally-json-text.h"
#include "model/tally-revision.h"

#include <string.h>

struct _TallySimRecord
{
  TallySimServer *server;   /* unowned */
  TallySimTrace  *trace;    /* unowned */
  char           *path;     /* owned */
  GString        *lines;    /* owned */
};

/* The server's answer to the recorder itself; an empty one where it has none. */
static char *
ask (TallySimRecord *self,
     const char     *method,
     const char     *path,
     const char     *text)
{
  g_autofree char *url = g_strconcat (TALLY_SIM_SERVER_URL, path, NULL);
  g_autoptr (GBytes) body = text != NULL ? g_bytes_new (text, strlen (text)) : NULL;
  TallyRequest request = {
    .method = method, .url = url, .body = body,
    .content_type = text != NULL ? "application/json" : NULL,
  };
  g_autoptr (TallyResponse) response = tally_sim_server_handle (self->server, &request);

  if (response != NULL && response->status == 200)
    return g_strndup (g_bytes_get_data (response->body, NULL), g_bytes_get_size (response->body));

  tally_sim_trace_fail (self->trace, "the recorder gets no answer to %s", path);

  return g_strdup ("{}");
}

/* A member's value as it stands in an object; of length 0 where there is none. */
static TallyJsonSpan
find_member (const TallyJsonSpan *object,
             const char          *name)
{
  g_autoptr (GArray) members = tally_json_text_members (object->text, object->length, NULL);
  const TallyJsonMember *member = members != NULL ? tally_json_members_find (members, name) : NULL;

  return member != NULL ? member->value : (TallyJsonSpan) { 0 };
}

static GArray *
list_elements (const TallyJsonSpan *object,
               const char          *name)
{
  TallyJsonSpan list = find_member (object, name);
  GArray *elements = NULL;

  if (list.length > 0)
    elements = tally_json_text_elements (list.text, list.length, NULL);

  return elements != NULL ? elements : g_array_new (FALSE, FALSE, sizeof (TallyJsonSpan));
}

static TallyJsonSpan
whole (const char *text)
{
  return (TallyJsonSpan) { .text = text, .length = strlen (text) };
}

static char *
dup_rev (const TallyResponse *response)
{
  TallyJsonSpan answer = {
    .text = g_bytes_get_data (response->body, NULL),
    .length = g_bytes_get_size (response->body),
  };
  TallyJsonSpan rev = find_member (&answer, "rev");

  return rev.length > 0 ? tally_json_span_dup_string (&rev, NULL) : NULL;
}

/* One line: between the tokens of JSON a line break is a space, and within one there is none. */
static void
append_line (TallySimRecord *self,
             const char     *before,
             const char     *json,
             const char     *after)
{
  gsize start = self->lines->len;

  g_string_append (self->lines, before);
  g_string_append (self->lines, json);
  g_string_append (self->lines, after);
  g_strdelimit (self->lines->str + start, "\r\n", ' ');
  g_string_append_c (self->lines, '\n');
}

/* --- a write --- */

static void
add_bulk (TallySimRecord *self,
          const char     *text)
{
  TallyJsonSpan body = whole (text);
  TallyJsonSpan flag = find_member (&body, "new_edits");

  /* Somebody else's revision ids would be the replaying server's own. */
  if (flag.length == 0 || flag.text[0] != 'f')
    tally_sim_trace_fail (self->trace, "_bulk_docs with new_edits cannot be recorded");
  else
    append_line (self, "{\"write\":", text, "}");
}

/* What @rev was put on where the client did not say: a tombstone that only the server knew of. */
static char *
dup_parent (TallySimRecord *self,
            const char     *key,
            const char     *rev)
{
  g_autofree char *name = g_uri_escape_string (key, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/%s?revs=true&rev=%s", name, rev);
  g_autofree char *answer = ask (self, "GET", path, NULL);
  g_autoptr (TallyRevision) revision = tally_revision_parse (answer, -1, NULL);

  return revision != NULL ? g_strdup (revision->ancestors[0]) : NULL;
}

static void
add_made (TallySimRecord           *self,
          const TallyServerRequest *request,
          const char               *text,
          const char               *rev)
{
  const char *key = request->path[1];
  gboolean deleted = g_str_equal (request->method, "DELETE");
  g_autoptr (TallyRevision) given = tally_revision_parse_keyed (deleted ? "{}" : text, -1, key,
                                                                NULL);
  g_autoptr (TallyRevision) made = NULL;
  g_autoptr (GString) out = g_string_new ("{\"new_edits\":false,\"docs\":[");
  g_autofree char *parent = g_strdup (tally_server_request_get_query (request, "rev"));
  const char *ancestors[] = { NULL, NULL };

  if (parent == NULL && given->rev != NULL)
    parent = g_strdup (given->rev);
  if (parent == NULL && tally_rev_generation (rev) > 1)
    parent = dup_parent (self, key, rev);

  /* Its own id and its parent's are enough to graft it where it belongs. */
  ancestors[0] = parent;
  made = tally_revision_new (key, rev, ancestors, deleted || given->deleted, given->body,
                             given->attachments);
  tally_revision_write (made, TALLY_REVISION_WRITE_WIRE, out);
  g_string_append (out, "]}");
  append_line (self, "{\"write\":", out->str, "}");
}

static void
add_request (TallySimRecord           *self,
             const TallyServerRequest *request,
             const TallyResponse      *response)
{
  const char *name = request->path[0] != NULL ? request->path[1] : NULL;
  gboolean made = g_str_equal (request->method, "PUT") || g_str_equal (request->method, "DELETE");
  gsize length;
  const char *body = tally_server_request_get_text (request, &length);
  g_autofree char *text = g_strndup (body, length);
  g_autofree char *rev = NULL;

  if (response->status != 200 && response->status != 201)
    return;

  if (name == NULL && g_str_equal (request->method, "DELETE"))
    tally_sim_trace_fail (self->trace, "a database that is deleted cannot be recorded");
  else if (g_strcmp0 (name, "_bulk_docs") == 0)
    add_bulk (self, text);
  else if (made && name != NULL && name[0] != '_')
    {
      rev = dup_rev (response);
      add_made (self, request, text, rev);
    }
}

/* --- the end --- */

/* The question for every leaf that @changes names. */
static char *
make_question (const char *changes)
{
  TallyJsonSpan answer = whole (changes);
  g_autoptr (GArray) rows = list_elements (&answer, "results");
  GString *question = g_string_new ("{\"docs\":[");
  const char *comma = "";

  for (guint i = 0; i < rows->len; i++)
    {
      const TallyJsonSpan *row = &g_array_index (rows, TallyJsonSpan, i);
      TallyJsonSpan key = find_member (row, "id");
      g_autoptr (GArray) leaves = list_elements (row, "changes");

      for (guint j = 0; j < leaves->len; j++)
        {
          TallyJsonSpan rev = find_member (&g_array_index (leaves, TallyJsonSpan, j), "rev");

          g_string_append_printf (question, "%s{\"id\":%.*s,\"rev\":%.*s}", comma,
                                  (int) key.length, key.text, (int) rev.length, rev.text);
          comma = ",";
        }
    }
  g_string_append (question, "]}");

  return g_string_free (question, FALSE);
}

static void
add_tree (TallySimRecord *self)
{
  g_autofree char *changes = ask (self, "GET", "/_changes?style=all_docs", NULL);
  g_autofree char *winners = ask (self, "GET", "/_changes", NULL);
  g_autofree char *question = make_question (changes);
  g_autofree char *leaves = ask (self, "POST", "/_bulk_get?revs=true", question);
  g_autofree char *all = g_strconcat (changes, ",\"winners\":", winners, ",\"leaves\":", leaves,
                                      NULL);

  append_line (self, "{\"changes\":", all, "}");
}

static void
watch (const TallyServerRequest *request,
       const TallyResponse      *response,
       gpointer                  data)
{
  TallySimRecord *self = data;
  g_autoptr (GError) error = NULL;

  if (request != NULL)
    {
      add_request (self, request, response);
      return;
    }

  add_tree (self);
  if (!g_file_set_contents (self->path, self->lines->str, (gssize) self->lines->len, &error))
    tally_sim_trace_fail (self->trace, "not recorded: %s", error->message);
}

TallySimRecord *
tally_sim_record_new (TallySimServer *server,
                      TallySimTrace  *trace,
                      guint32         seed,
                      const char     *path)
{
  TallySimRecord *self = g_new0 (TallySimRecord, 1);

  self->server = server;
  self->trace = trace;
  self->path = g_strdup (path);
  self->lines = g_string_new (NULL);
  g_string_append_printf (self->lines, "{\"seed\":%u}\n", seed);
  tally_sim_server_watch (server, watch, self);

  return self;
}

void
tally_sim_record_free (TallySimRecord *self)
{
  g_string_free (self->lines, TRUE);
  g_free (self->path);
  g_free (self);
}
