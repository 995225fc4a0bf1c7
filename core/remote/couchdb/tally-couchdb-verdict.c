/* tally-couchdb-verdict.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-remote"

#include "remote/couchdb/tally-couchdb-verdict.h"
#include "base/tally-json-text.h"

static char *
dup_member (GArray     *members,
            const char *name)
{
  const TallyJsonMember *member = tally_json_members_find (members, name);

  return member != NULL ? tally_json_span_dup_string (&member->value, NULL) : NULL;
}

/* The first of two names that holds a string; "" for none. */
static char *
dup_either (GArray     *members,
            const char *first,
            const char *second)
{
  char *value = dup_member (members, first);

  if (value == NULL)
    value = dup_member (members, second);

  return value != NULL ? value : g_strdup ("");
}

/**
 * tally_couchdb_verdict_read:
 * @self: (out): what it says, set with %TRUE; clear it
 * @json: an object
 * @length: its bytes
 *
 * CouchDB writes {"error":"forbidden","reason":…}, PouchDB Server
 * {"error":true,"name":"forbidden","status":403,"message":…,"reason":…}.
 *
 * Returns: %TRUE when it is a complaint
 */
gboolean
tally_couchdb_verdict_read (TallyCouchdbVerdict *self,
                            const char          *json,
                            gsize                length)
{
  g_autoptr (GArray) members = tally_json_text_members (json, (gssize) length, NULL);
  const TallyJsonMember *status;

  if (members == NULL || tally_json_members_find (members, "error") == NULL)
    return FALSE;

  self->id = dup_member (members, "id");
  self->rev = dup_member (members, "rev");
  self->error = dup_either (members, "error", "name");
  self->detail = dup_either (members, "reason", "message");
  status = tally_json_members_find (members, "status");
  if (status == NULL || !tally_json_span_get_int (&status->value, &self->status, NULL))
    self->status = 0;

  return TRUE;
}

void
tally_couchdb_verdict_clear (TallyCouchdbVerdict *self)
{
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->rev, g_free);
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->detail, g_free);
}

gboolean
tally_couchdb_verdict_is_passing (const TallyCouchdbVerdict *self)
{
  static const char * const words[] = {
    "timeout", "internal_server_error", "nodedown", "enospc", "emfile",
    "too_many_requests", "service_unavailable", NULL
  };

  return (self->error != NULL && g_strv_contains (words, self->error)) ||
         (self->status >= 500 && !tally_couchdb_verdict_is_choke (self));
}

/* CouchDB's names for an exception in its own code (seen: function_clause on a bad attachment
 * stub). Erlang has no others for "this value does not fit". */
gboolean
tally_couchdb_verdict_is_choke (const TallyCouchdbVerdict *self)
{
  static const char * const words[] = {
    "function_clause", "badarg", "badmatch", "case_clause", "badarith", "if_clause", NULL
  };

  return self->error != NULL && g_strv_contains (words, self->error);
}

/**
 * tally_couchdb_verdict_dup_reason:
 * @self: what the server said
 *
 * Returns: (transfer full): "refused", with status and detail as far as they were told
 */
TallyReason *
tally_couchdb_verdict_dup_reason (const TallyCouchdbVerdict *self)
{
  g_autofree char *status = g_strdup_printf ("%" G_GINT64_FORMAT, self->status);
  gboolean named = self->error != NULL && *self->error != '\0';
  g_autofree char *detail = g_strconcat (named ? self->error : "", named ? ": " : "",
                                         self->detail, NULL);

  if (self->status == 0)
    return tally_reason_new ("refused", "detail", detail, NULL);

  return tally_reason_new ("refused", "status", status, "detail", detail, NULL);
}
