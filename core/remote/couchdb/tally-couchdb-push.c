/* tally-couchdb-push.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-remote"

#include "config.h"

#include "remote/couchdb/tally-couchdb-push.h"
#include "http/tally-http-policy.h"
#include "remote/couchdb/tally-couchdb-missing.h"
#include "remote/couchdb/tally-couchdb-verdict.h"
#include "remote/tally-remote-reason.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Proxies cut requests long before CouchDB does; nginx takes 1 MB unless told otherwise. */
#define BATCH_BYTES (1000 * 1000)

/* What one lost answer leaves unknown. */
#define BATCH_MAX 500

/* One bad stub refuses the whole batch (412, or 500 on CouchDB). */
#define BATCH_MAX_ATTACHMENTS 8

/* Records asked for with one _revs_diff. */
#define DIFF_MAX 1000

/* A server that answers 500 to so many single documents and takes none is ill, not picky. */
#define CHOKES_MAX 3

/* One call of push(), on its stack. */
typedef struct
{
  TallyCouchdbEndpoint *endpoint;
  GCancellable         *cancellable;

  GPtrArray            *outcomes;    /* element-type TallyPushOutcome */
  GPtrArray            *chokes;      /* borrowed from outcomes: 500 on a document alone */
  guint                 n_stored;    /* taken by _bulk_docs, not those known before */

  gboolean              sent;        /* a batch may have reached the server */
  GError               *stop;        /* owned: why no more is sent */
} Push;

static TallyPushOutcome *
add_outcome (Push                *push,
             const TallyRevision *revision,
             TallyPushStatus      status,
             TallyReason         *reason)
{
  TallyPushOutcome *outcome = g_new0 (TallyPushOutcome, 1);

  outcome->key = g_strdup (revision->key);
  outcome->rev = g_strdup (revision->rev);
  outcome->status = status;
  outcome->reason = reason;
  g_ptr_array_add (push->outcomes, outcome);

  return outcome;
}

/* What was sent and not answered for, or not sent any more: the reason is what stopped us. */
static void
add_unknown (Push           *push,
             TallyRevision **revisions,
             guint           n)
{
  for (guint i = 0; i < n; i++)
    {
      TallyReason *reason = tally_remote_reason_for_error (push->stop);

      if (reason == NULL)
        reason = tally_reason_new_for_error (push->stop);
      add_outcome (push, revisions[i], TALLY_PUSH_UNKNOWN, reason);
    }
}

static char *
write_batch (TallyRevision **revisions,
             guint           n)
{
  GString *json = g_string_new ("{\"new_edits\":false,\"docs\":[");

  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      tally_revision_write (revisions[i], TALLY_REVISION_WRITE_WIRE, json);
    }
  g_string_append (json, "]}");

  return g_string_free (json, FALSE);
}

/* A row complains of a revision by id and rev, whatever its place in the list; where it names no
 * rev, of all of that id. */
static void
apply_verdict (TallyPushOutcome          **outcomes,
               guint                       n,
               const TallyCouchdbVerdict  *verdict)
{
  for (guint i = 0; i < n; i++)
    {
      TallyPushOutcome *outcome = outcomes[i];

      if (!g_str_equal (outcome->key, verdict->id) ||
          (verdict->rev != NULL && !g_str_equal (outcome->rev, verdict->rev)))
        continue;

      outcome->status = tally_couchdb_verdict_is_passing (verdict) ? TALLY_PUSH_UNKNOWN
                                                                   : TALLY_PUSH_REFUSED;
      g_clear_pointer (&outcome->reason, tally_reason_unref);
      outcome->reason = tally_couchdb_verdict_dup_reason (verdict);
    }
}

/* The rows of an answer to `_bulk_docs`: with new_edits=false only failures are listed. Returns
 * FALSE where it says of a failure and not whose. */
static gboolean
read_rows (Push           *push,
           GArray         *rows,
           TallyRevision **revisions,
           guint           n)
{
  guint had = push->outcomes->len;
  gboolean told = TRUE;

  for (guint i = 0; i < n; i++)
    add_outcome (push, revisions[i], TALLY_PUSH_STORED, NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      const TallyJsonSpan *row = &g_array_index (rows, TallyJsonSpan, i);
      g_auto (TallyCouchdbVerdict) verdict = { 0 };

      if (!tally_couchdb_verdict_read (&verdict, row->text, row->length))
        continue;
      if (verdict.id == NULL && n == 1)
        verdict.id = g_strdup (revisions[0]->key);

      if (verdict.id == NULL)
        told = FALSE;
      else
        apply_verdict ((TallyPushOutcome **) push->outcomes->pdata + had, n, &verdict);
    }

  if (!told)
    g_ptr_array_set_size (push->outcomes, (int) had);
  else
    for (guint i = had; i < push->outcomes->len; i++)
      {
        TallyPushOutcome *outcome = push->outcomes->pdata[i];

        push->n_stored += outcome->status == TALLY_PUSH_STORED;
      }

  return told;
}

/* One document alone, and the server refuses the request. */
static void
refuse_single (Push          *push,
               TallyRevision *revision,
               TallyResponse *response)
{
  g_auto (TallyCouchdbVerdict) verdict = { 0 };
  TallyPushOutcome *outcome;
  gsize length;
  const char *text = tally_couchdb_endpoint_text (response, &length);

  if (!tally_couchdb_verdict_read (&verdict, text, length))
    verdict.detail = g_strndup (g_utf8_validate (text, (gssize) MIN (length, 200), NULL) ? text : "",
                                MIN (length, 200));
  verdict.status = response->status;

  outcome = add_outcome (push, revision, TALLY_PUSH_REFUSED,
                         tally_couchdb_verdict_dup_reason (&verdict));

  if (response->status == 500 && !tally_couchdb_verdict_is_choke (&verdict))
    g_ptr_array_add (push->chokes, outcome);
  if (push->chokes->len >= CHOKES_MAX && push->n_stored == 0)
    tally_couchdb_endpoint_check (push->endpoint, response, &push->stop);
}

static void send_batch (Push           *push,
                        TallyRevision **revisions,
                        guint           n);

/* A request may be refused for one document in it: the halves are sent apart. */
static void
split_batch (Push           *push,
             TallyRevision **revisions,
             guint           n,
             TallyResponse  *response)
{
  if (n == 1)
    {
      refuse_single (push, revisions[0], response);
      return;
    }

  send_batch (push, revisions, n / 2);
  send_batch (push, revisions + n / 2, n - n / 2);
}

/* The statuses that may be about a document and not about us or the database. */
static gboolean
is_refusal (guint status)
{
  TallyHttpError code;

  return status == 500 ||
         (!tally_http_policy_classify (status, &code) &&
          (code == TALLY_HTTP_ERROR_REJECTED || code == TALLY_HTTP_ERROR_TOO_LARGE));
}

static void
read_answer (Push           *push,
             TallyRevision **revisions,
             guint           n,
             TallyResponse  *response)
{
  g_autoptr (GArray) rows = NULL;
  g_autoptr (GError) cause = NULL;
  gsize length;
  const char *text;

  if (is_refusal (response->status))
    {
      split_batch (push, revisions, n, response);
      return;
    }
  if (!tally_couchdb_endpoint_check (push->endpoint, response, &push->stop))
    {
      add_unknown (push, revisions, n);
      return;
    }

  text = tally_couchdb_endpoint_text (response, &length);
  rows = tally_json_text_elements (text, (gssize) length, &cause);
  if (rows == NULL)
    {
      tally_couchdb_endpoint_set_protocol (push->endpoint, cause->message, &push->stop);
      add_unknown (push, revisions, n);
    }
  else if (!read_rows (push, rows, revisions, n))
    split_batch (push, revisions, n, response);
}

static void
send_batch (Push           *push,
            TallyRevision **revisions,
            guint           n)
{
  g_autofree char *json = NULL;
  g_autoptr (TallyResponse) response = NULL;

  if (push->stop != NULL)
    {
      add_unknown (push, revisions, n);
      return;
    }

  json = write_batch (revisions, n);
  response = tally_couchdb_endpoint_send (push->endpoint, "POST", "/_bulk_docs", json,
                                          push->cancellable, &push->stop);

  if (response != NULL)
    {
      push->sent = push->sent || response->status < 400;
      read_answer (push, revisions, n, response);
      return;
    }

  push->sent = push->sent ||
               !g_error_matches (push->stop, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_UNREACHABLE);
  add_unknown (push, revisions, n);
}

/* About what the document takes on the wire: writing it twice to know would cost more. */
static gsize
estimate_bytes (const TallyRevision *revision)
{
  return strlen (revision->key) + strlen (revision->body) +
         (revision->attachments != NULL ? strlen (revision->attachments) : 0) +
         40 * (g_strv_length ((char **) revision->ancestors) + 3);
}

/* Cuts into batches by bytes and number. Records with attachments go by themselves. */
static void
send_all (Push      *push,
          GPtrArray *revisions,
          gboolean   attachments)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();
  gsize n_bytes = 0;

  for (guint i = 0; i < revisions->len; i++)
    {
      TallyRevision *revision = revisions->pdata[i];
      gsize weight;

      if ((revision->attachments != NULL) != attachments)
        continue;

      weight = estimate_bytes (revision);
      if (batch->len > 0 && (n_bytes + weight > BATCH_BYTES ||
                             batch->len >= (attachments ? BATCH_MAX_ATTACHMENTS : BATCH_MAX)))
        {
          send_batch (push, (TallyRevision **) batch->pdata, batch->len);
          g_ptr_array_set_size (batch, 0);
          n_bytes = 0;
        }
      g_ptr_array_add (batch, revision);
      n_bytes += weight;
    }

  if (batch->len > 0)
    send_batch (push, (TallyRevision **) batch->pdata, batch->len);
}

/* Asks what is missing, marks the rest as stored, sends. A tombstone is sent all the same: where it
 * is known without its line, as an inner revision of another branch, only its line ends the leaf
 * that it is for. */
static void
push_some (Push      *push,
           GPtrArray *revisions)
{
  g_autoptr (GPtrArray) lacking = NULL;
  g_autoptr (GPtrArray) sent = g_ptr_array_new ();

  if (push->stop == NULL)
    lacking = tally_couchdb_missing (push->endpoint, revisions, push->cancellable, &push->stop);
  if (lacking == NULL)
    {
      add_unknown (push, (TallyRevision **) revisions->pdata, revisions->len);
      return;
    }

  for (guint i = 0, j = 0; i < revisions->len; i++)
    {
      TallyRevision *revision = revisions->pdata[i];
      gboolean lacks = j < lacking->len && lacking->pdata[j] == revision;

      j += lacks;
      if (lacks || revision->deleted)
        g_ptr_array_add (sent, revision);
      else
        add_outcome (push, revision, TALLY_PUSH_STORED, NULL);
    }

  send_all (push, sent, FALSE);
  send_all (push, sent, TRUE);
}

/* 500 on single documents was about them if others went through, and about the server if not. */
static void
judge_chokes (Push *push)
{
  if (push->n_stored > 0)
    return;

  for (guint i = 0; i < push->chokes->len; i++)
    {
      TallyPushOutcome *outcome = push->chokes->pdata[i];
      g_autoptr (TallyReason) refusal = g_steal_pointer (&outcome->reason);

      outcome->status = TALLY_PUSH_UNKNOWN;
      outcome->reason = tally_reason_new ("server-error",
                                          "status", tally_reason_get (refusal, "status"),
                                          "detail", tally_reason_get (refusal, "detail"), NULL);
    }
}

/**
 * tally_couchdb_push:
 * @endpoint: the database
 * @revisions: (element-type TallyRevision): with rev, body and ancestors
 * @cancellable: (nullable): ends it early
 * @error: as tally_remote_push()
 *
 * `_revs_diff`, then `_bulk_docs` with new_edits=false, so that revisions keep their names and
 * sending one twice is no harm. The server says nothing of what it took: whatever it does not
 * complain of is stored as far as it is concerned, and the engine's look proves it.
 *
 * Returns: (transfer full) (element-type TallyPushOutcome): one for each revision
 */
GPtrArray *
tally_couchdb_push (TallyCouchdbEndpoint  *endpoint,
                    GPtrArray             *revisions,
                    GCancellable          *cancellable,
                    GError               **error)
{
  g_autoptr (GPtrArray) outcomes = NULL;
  g_autoptr (GPtrArray) chokes = g_ptr_array_new ();
  g_autoptr (GPtrArray) some = g_ptr_array_new ();
  Push push = { .endpoint = endpoint, .cancellable = cancellable, .chokes = chokes };

  outcomes = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_push_outcome_free);
  push.outcomes = outcomes;

  for (guint i = 0; i < revisions->len; i++)
    {
      TallyRevision *revision = revisions->pdata[i];

      if (revision->body == NULL || revision->rev == NULL)
        add_outcome (&push, revision, TALLY_PUSH_REFUSED,
                     tally_reason_new ("bad-document",
                                       "detail", _("its content is not on this computer"), NULL));
      else
        g_ptr_array_add (some, revision);

      if (some->len == DIFF_MAX || (i + 1 == revisions->len && some->len > 0))
        {
          push_some (&push, some);
          g_ptr_array_set_size (some, 0);
        }
    }

  judge_chokes (&push);

  /* A refused login ends the run at once, whatever was sent before: the look shows that later. */
  if (push.stop != NULL &&
      (!push.sent || g_error_matches (push.stop, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_AUTH) ||
       g_error_matches (push.stop, TALLY_HTTP_ERROR, TALLY_HTTP_ERROR_FORBIDDEN)))
    {
      g_propagate_error (error, push.stop);
      return NULL;
    }
  g_clear_error (&push.stop);

  return g_steal_pointer (&outcomes);
}
