/* tally-long-poll.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-live"

#include "live/tally-long-poll.h"

#include "base/tally-backoff.h"
#include "base/tally-json-text.h"

#include <libsoup/soup.h>

/* Often enough to pass under the idle limits of proxies (60 s is common), seldom enough to cost
 * nothing: 6 bytes a minute. */
#define HEARTBEAT_MS 10000

/* A connection that said nothing for two and a half heartbeats is dead: one may be late, two
 * are not. */
#define WATCHDOG_BEATS 2.5

/* Asked of the server. CouchDB's own limit is 60 s; PouchDB Server takes no notice of it and
 * sends heartbeats for ever, which does no harm here. */
#define TIMEOUT_MS 60000

/* The answer is not read for its rows: more than this is a sign that something moved. */
#define MAX_BYTES (1024 * 1024)

#define CHUNK_BYTES 4096

/* A server that went away is asked again after 0 … 1 s, doubled to a minute. */
static const TallyBackoffRule patience = { G_USEC_PER_SEC, 60 * G_USEC_PER_SEC, 0, 0 };

struct _TallyLongPoll
{
  GObject parent_instance;

  GRand            *rand;           /* owned */
  guint             heartbeat_ms;

  SoupSession      *session;        /* owned */
  char             *url;            /* owned, nullable: not listening */
  TallyCredentials *credentials;    /* owned, nullable */
  char             *since;          /* owned, nullable */

  GCancellable     *cancellable;    /* owned, nullable; of the request under way */
  SoupMessage      *message;        /* owned, nullable */
  GInputStream     *stream;         /* owned, nullable */
  GByteArray       *answer;         /* owned */
  guint             watchdog;
  guint             retry;
  guint             n_failures;
  gboolean          healthy;
};

enum
{
  PROP_0,
  PROP_HEALTHY,
  N_PROPS
};

enum
{
  POKED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TallyLongPoll, tally_long_poll, G_TYPE_OBJECT)

/* Callbacks hold the poll and the request they belong to: an answer to a request that was given
 * up is read over. */
typedef struct
{
  TallyLongPoll *self;          /* owned */
  GCancellable  *cancellable;   /* owned */
} Request;

static void open_request (TallyLongPoll *self);

static void
request_free (Request *request)
{
  g_object_unref (request->self);
  g_object_unref (request->cancellable);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static void
set_healthy (TallyLongPoll *self,
             gboolean       healthy)
{
  if (self->healthy == healthy)
    return;

  self->healthy = healthy;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HEALTHY]);
}

static void
drop_request (TallyLongPoll *self)
{
  g_clear_handle_id (&self->watchdog, g_source_remove);
  g_clear_handle_id (&self->retry, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->message);
  g_clear_object (&self->stream);
  g_byte_array_set_size (self->answer, 0);
}

static void
retry_cb (gpointer data)
{
  TallyLongPoll *self = data;

  self->retry = 0;
  open_request (self);
}

static void
retry_later (TallyLongPoll *self)
{
  TallyBackoff backoff;
  gint64 wait_us = 0;

  drop_request (self);
  set_healthy (self, FALSE);
  tally_backoff_start (&backoff, 0);
  backoff.n_waits = self->n_failures++;
  tally_backoff_next (&backoff, &patience, 0, 0, self->rand, &wait_us);
  self->retry = g_timeout_add_once ((guint) (wait_us / 1000), retry_cb, self);
}

static void
watchdog_cb (gpointer data)
{
  TallyLongPoll *self = data;

  self->watchdog = 0;
  g_debug ("The feed was silent for too long");
  retry_later (self);
}

static void
feed_watchdog (TallyLongPoll *self)
{
  g_clear_handle_id (&self->watchdog, g_source_remove);
  self->watchdog = g_timeout_add_once ((guint) (self->heartbeat_ms * WATCHDOG_BEATS), watchdog_cb,
                                       self);
}

/* Whether a whole answer names a change. CouchDB answers a database that was deleted meanwhile
 * like one that did not move; that is for the next run to find. */
static gboolean
names_change (TallyLongPoll *self,
              gboolean      *understood)
{
  g_autoptr (GArray) members = NULL;
  g_autoptr (GArray) rows = NULL;
  const TallyJsonMember *results;

  members = tally_json_text_members ((const char *) self->answer->data, self->answer->len, NULL);
  results = members != NULL ? tally_json_members_find (members, "results") : NULL;
  if (results != NULL)
    rows = tally_json_text_elements (results->value.text, (gssize) results->value.length, NULL);
  *understood = rows != NULL;

  return rows != NULL && rows->len > 0;
}

static void
poke (TallyLongPoll *self)
{
  drop_request (self);
  self->n_failures = 0;
  g_signal_emit (self, signals[POKED], 0);
}

static void
take_answer (TallyLongPoll *self)
{
  gboolean understood;

  if (names_change (self, &understood))
    {
      poke (self);
    }
  else if (understood)
    {
      /* The time asked for is over and nothing moved. */
      drop_request (self);
      self->n_failures = 0;
      open_request (self);
    }
  else
    retry_later (self);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (Request) request = user_data;
  TallyLongPoll *self = request->self;
  g_autoptr (GBytes) chunk = NULL;

  chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  if (request->cancellable != self->cancellable)
    return;

  if (chunk == NULL)
    {
      retry_later (self);
      return;
    }
  if (g_bytes_get_size (chunk) == 0)
    {
      take_answer (self);
      return;
    }

  feed_watchdog (self);
  g_byte_array_append (self->answer, g_bytes_get_data (chunk, NULL),
                       (guint) g_bytes_get_size (chunk));
  if (self->answer->len > MAX_BYTES)
    poke (self);
  else
    g_input_stream_read_bytes_async (self->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT,
                                     self->cancellable, read_cb, g_steal_pointer (&request));
}

static void
send_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (Request) request = user_data;
  TallyLongPoll *self = request->self;
  g_autoptr (GInputStream) stream = NULL;
  guint status;

  stream = soup_session_send_finish (SOUP_SESSION (source), result, NULL);
  if (request->cancellable != self->cancellable)
    return;

  if (stream == NULL)
    {
      retry_later (self);
      return;
    }

  status = soup_message_get_status (self->message);
  if (status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN)
    {
      tally_long_poll_stop (self);
      return;
    }
  if (status != SOUP_STATUS_OK)
    {
      retry_later (self);
      return;
    }

  self->stream = g_steal_pointer (&stream);
  feed_watchdog (self);
  set_healthy (self, TRUE);
  g_input_stream_read_bytes_async (self->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT,
                                   self->cancellable, read_cb, g_steal_pointer (&request));
}

/* A sequence is opaque JSON text: a string goes as it reads, anything else as it stands. */
static char *
dup_since_parameter (const char *since)
{
  TallyJsonSpan span = { since, since != NULL ? strlen (since) : 0 };
  g_autofree char *plain = NULL;

  if (since == NULL)
    return g_strdup ("0");
  plain = tally_json_span_dup_string (&span, NULL);

  return g_uri_escape_string (plain != NULL ? plain : since, NULL, FALSE);
}

static SoupMessage *
make_message (TallyLongPoll *self)
{
  g_autofree char *since = dup_since_parameter (self->since);
  g_autofree char *uri = NULL;
  SoupMessage *message;

  uri = g_strdup_printf ("%s/_changes?feed=longpoll&heartbeat=%u&timeout=%d&since=%s", self->url,
                         self->heartbeat_ms, TIMEOUT_MS, since);
  message = soup_message_new (SOUP_METHOD_GET, uri);
  if (message != NULL && self->credentials != NULL)
    {
      char *basic = tally_credentials_dup_basic (self->credentials);

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                    basic);
      tally_credentials_free_basic (basic);
    }
  if (message != NULL)
    soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);

  return message;
}

static void
open_request (TallyLongPoll *self)
{
  Request *request;

  drop_request (self);
  self->message = make_message (self);
  if (self->message == NULL)
    {
      tally_long_poll_stop (self);
      return;
    }

  self->cancellable = g_cancellable_new ();
  request = g_new (Request, 1);
  request->self = g_object_ref (self);
  request->cancellable = g_object_ref (self->cancellable);
  feed_watchdog (self);
  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, self->cancellable,
                           send_cb, request);
}

static void
tally_long_poll_dispose (GObject *object)
{
  TallyLongPoll *self = TALLY_LONG_POLL (object);

  drop_request (self);

  G_OBJECT_CLASS (tally_long_poll_parent_class)->dispose (object);
}

static void
tally_long_poll_finalize (GObject *object)
{
  TallyLongPoll *self = TALLY_LONG_POLL (object);

  g_clear_pointer (&self->rand, g_rand_free);
  g_clear_object (&self->session);
  g_clear_pointer (&self->url, g_free);
  g_clear_pointer (&self->credentials, tally_credentials_unref);
  g_clear_pointer (&self->since, g_free);
  g_clear_pointer (&self->answer, g_byte_array_unref);

  G_OBJECT_CLASS (tally_long_poll_parent_class)->finalize (object);
}

static void
tally_long_poll_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  TallyLongPoll *self = TALLY_LONG_POLL (object);

  switch (prop_id)
    {
    case PROP_HEALTHY:
      g_value_set_boolean (value, self->healthy);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_long_poll_class_init (TallyLongPollClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tally_long_poll_dispose;
  object_class->finalize = tally_long_poll_finalize;
  object_class->get_property = tally_long_poll_get_property;

  properties[PROP_HEALTHY] =
    g_param_spec_boolean ("healthy", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[POKED] = g_signal_new ("poked", TALLY_TYPE_LONG_POLL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
tally_long_poll_init (TallyLongPoll *self)
{
  /* The watchdog is the limit; the session's own would end a quiet feed. */
  /* One connection: see TallySoupTransport. */
  self->session = soup_session_new_with_options ("timeout", 0, "idle-timeout", 0,
                                                 "max-conns", 1, "max-conns-per-host", 1, NULL);
  self->answer = g_byte_array_new ();
  self->heartbeat_ms = HEARTBEAT_MS;
}

/**
 * tally_long_poll_new:
 * @rand: chance for the waits; copied
 */
TallyLongPoll *
tally_long_poll_new (GRand *rand)
{
  TallyLongPoll *self = g_object_new (TALLY_TYPE_LONG_POLL, NULL);

  self->rand = g_rand_copy (rand);

  return self;
}

void
tally_long_poll_set_heartbeat (TallyLongPoll *self,
                               guint          heartbeat_ms)
{
  g_return_if_fail (TALLY_IS_LONG_POLL (self));

  self->heartbeat_ms = heartbeat_ms;
}

/**
 * tally_long_poll_listen:
 * @self: a long poll
 * @url: the database, without user or password
 * @credentials: (nullable): sent as Basic auth
 * @since: (nullable): the pull's checkpoint, opaque JSON text
 *
 * Listens from @since on, in place of what it listened to before. A request that is open for the
 * same question stays open.
 */
void
tally_long_poll_listen (TallyLongPoll    *self,
                        const char       *url,
                        TallyCredentials *credentials,
                        const char       *since)
{
  g_return_if_fail (TALLY_IS_LONG_POLL (self));

  if (self->cancellable != NULL && g_strcmp0 (self->url, url) == 0 &&
      g_strcmp0 (self->since, since) == 0 && self->credentials == credentials)
    return;

  g_free (self->url);
  self->url = g_strdup (url);
  g_free (self->since);
  self->since = g_strdup (since);
  g_clear_pointer (&self->credentials, tally_credentials_unref);
  if (credentials != NULL)
    self->credentials = tally_credentials_ref (credentials);
  open_request (self);
}

void
tally_long_poll_stop (TallyLongPoll *self)
{
  g_return_if_fail (TALLY_IS_LONG_POLL (self));

  drop_request (self);
  set_healthy (self, FALSE);
}

gboolean
tally_long_poll_is_healthy (TallyLongPoll *self)
{
  g_return_val_if_fail (TALLY_IS_LONG_POLL (self), FALSE);

  return self->healthy;
}
