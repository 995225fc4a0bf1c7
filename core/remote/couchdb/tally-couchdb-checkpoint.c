/* tally-couchdb-checkpoint.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-remote"

#include "config.h"

#include "remote/couchdb/tally-couchdb-checkpoint.h"
#include "base/tally-decimal.h"
#include "base/tally-json-writer.h"

#include <string.h>

/* Numbers that no double holds go with every mark, and are looked at when it comes back. Two of a
 * kind: one that was changed on the way does not look as if it had been kept. */
static const struct
{
  TallyBend   kind;
  const char *number;
} probes[] = {
  { TALLY_BEND_WHOLE,   "9007199254740993" },
  { TALLY_BEND_WHOLE,   "9007199254740995" },
  { TALLY_BEND_DECIMAL, "0.10000000000000000000001" },
  { TALLY_BEND_DECIMAL, "12.340000000000000000000056" },
};

static char *
dup_path (const char *id)
{
  g_autofree char *escaped = g_uri_escape_string (id, NULL, FALSE);

  return g_strconcat ("/_local/", escaped, NULL);
}

/* A 404 says that the mark is not there, or that the whole database is not. CouchDB and PouchDB
 * Server both say "missing" or "deleted" of a document. */
static gboolean
is_document_missing (TallyResponse *response)
{
  g_autoptr (GArray) members = NULL;
  const TallyJsonMember *reason;
  gsize length;
  const char *text = tally_couchdb_endpoint_text (response, &length);

  members = tally_json_text_members (text, (gssize) length, NULL);
  reason = members != NULL ? tally_json_members_find (members, "reason") : NULL;

  return reason != NULL && (tally_json_span_equals (&reason->value, "missing") ||
                            tally_json_span_equals (&reason->value, "deleted"));
}

static gboolean
is_number (const TallyJsonSpan *span,
           const char          *number)
{
  return (span->text[0] == '-' || g_ascii_isdigit (span->text[0])) &&
         tally_decimal_compare (span->text, span->length, number, strlen (number)) == 0;
}

/* The kinds that all came back. The mark of an older version has none of them. */
static TallyBend
read_kept (GArray *members)
{
  const TallyJsonMember *numbers = tally_json_members_find (members, "numbers");
  g_autoptr (GArray) elements = NULL;
  TallyBend kept = TALLY_BEND_WHOLE | TALLY_BEND_DECIMAL;

  if (numbers != NULL)
    elements = tally_json_text_elements (numbers->value.text, (gssize) numbers->value.length, NULL);
  if (elements == NULL || elements->len != G_N_ELEMENTS (probes))
    return TALLY_BEND_NOTHING;

  for (guint i = 0; i < elements->len; i++)
    {
      if (!is_number (&g_array_index (elements, TallyJsonSpan, i), probes[i].number))
        kept &= ~probes[i].kind;
    }

  return kept;
}

/* A mark that is not of our making counts as none: what it says cannot be relied on. */
static TallyRemoteCheckpoint *
read_checkpoint (GArray *members)
{
  const TallyJsonMember *session = tally_json_members_find (members, "session");
  const TallyJsonMember *since = tally_json_members_find (members, "since");
  const TallyJsonMember *rev = tally_json_members_find (members, "_rev");
  g_autoptr (TallyRemoteCheckpoint) checkpoint = g_new0 (TallyRemoteCheckpoint, 1);

  checkpoint->rev = rev != NULL ? tally_json_span_dup_string (&rev->value, NULL) : NULL;
  if (session == NULL || since == NULL ||
      !tally_json_span_get_int (&session->value, &checkpoint->session, NULL))
    return NULL;

  if (since->value.text[0] != 'n')
    checkpoint->since = tally_json_span_dup (&since->value);
  checkpoint->kept = read_kept (members);

  return g_steal_pointer (&checkpoint);
}

/* *members NULL when there is no such document. */
static gboolean
ask (TallyCouchdbEndpoint  *endpoint,
     const char            *id,
     TallyResponse        **response,
     GArray               **members,
     GCancellable          *cancellable,
     GError               **error)
{
  g_autofree char *path = dup_path (id);

  *members = NULL;
  *response = tally_couchdb_endpoint_send (endpoint, "GET", path, NULL, cancellable, error);
  if (*response == NULL)
    return FALSE;
  if ((*response)->status == 404 && is_document_missing (*response))
    return TRUE;
  if (!tally_couchdb_endpoint_check (endpoint, *response, error))
    return FALSE;

  *members = tally_couchdb_endpoint_members (endpoint, *response, error);

  return *members != NULL;
}

/**
 * tally_couchdb_checkpoint_load:
 * @endpoint: the database
 * @id: the mark's name
 * @checkpoint: (out) (nullable): the mark; %NULL when there is none
 * @cancellable: (nullable): ends it early
 * @error: as tally_remote_load_checkpoint()
 *
 * Returns: whether the server could be asked
 */
gboolean
tally_couchdb_checkpoint_load (TallyCouchdbEndpoint   *endpoint,
                               const char             *id,
                               TallyRemoteCheckpoint **checkpoint,
                               GCancellable           *cancellable,
                               GError                **error)
{
  g_autoptr (TallyResponse) response = NULL;
  g_autoptr (GArray) members = NULL;

  *checkpoint = NULL;
  if (!ask (endpoint, id, &response, &members, cancellable, error))
    return FALSE;
  if (members != NULL)
    *checkpoint = read_checkpoint (members);

  return TRUE;
}

static char *
write_checkpoint (const char                  *id,
                  const TallyRemoteCheckpoint *checkpoint)
{
  g_autofree char *full_id = g_strconcat ("_local/", id, NULL);
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "_id", full_id);
  if (checkpoint->rev != NULL)
    tally_json_writer_member (&writer, "_rev", checkpoint->rev);
  tally_json_writer_member_int (&writer, "session", checkpoint->session);
  tally_json_writer_name (&writer, "since");
  tally_json_writer_raw (&writer, checkpoint->since != NULL ? checkpoint->since : "null", -1);
  tally_json_writer_member (&writer, "client", "tallystick");
  tally_json_writer_name (&writer, "numbers");
  tally_json_writer_begin_array (&writer);
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    tally_json_writer_raw (&writer, probes[i].number, -1);
  tally_json_writer_end_array (&writer);
  tally_json_writer_end_object (&writer);

  return tally_json_writer_finish (&writer);
}

/* The rev that a write was answered with; NULL where none is told: the mark is then to be read. */
static char *
dup_new_rev (TallyResponse *response)
{
  gsize length;
  const char *text = tally_couchdb_endpoint_text (response, &length);
  g_autoptr (GArray) members = tally_json_text_members (text, (gssize) length, NULL);
  const TallyJsonMember *rev = members != NULL ? tally_json_members_find (members, "rev") : NULL;

  return rev != NULL ? tally_json_span_dup_string (&rev->value, NULL) : NULL;
}

/**
 * tally_couchdb_checkpoint_save:
 * @endpoint: the database
 * @id: the mark's name
 * @checkpoint: (inout): what to write
 * @stale: (out): as tally_remote_save_checkpoint()
 * @cancellable: (nullable): ends it early
 * @error: as tally_remote_save_checkpoint()
 *
 * The name belongs to this device alone, so a 409 means that an answer was lost, or that the
 * database is not the one it was a moment ago: which of them, only the mark itself can tell. A
 * CouchDB cluster does not even say 409.
 *
 * Returns: whether the server could be asked
 */
gboolean
tally_couchdb_checkpoint_save (TallyCouchdbEndpoint   *endpoint,
                               const char             *id,
                               TallyRemoteCheckpoint  *checkpoint,
                               gboolean               *stale,
                               GCancellable           *cancellable,
                               GError                **error)
{
  g_autofree char *path = dup_path (id);
  g_autofree char *json = write_checkpoint (id, checkpoint);
  g_autoptr (TallyResponse) response = NULL;

  response = tally_couchdb_endpoint_send (endpoint, "PUT", path, json, cancellable, error);
  if (response == NULL)
    return FALSE;

  *stale = response->status == 409;
  if (*stale)
    return TRUE;
  if (!tally_couchdb_endpoint_check (endpoint, response, error))
    return FALSE;

  g_free (checkpoint->rev);
  checkpoint->rev = dup_new_rev (response);

  return TRUE;
}
