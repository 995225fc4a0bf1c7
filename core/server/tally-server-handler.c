/* tally-server-handler.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-server"

#include "config.h"

#include "server/tally-server-handler-private.h"

#include "server/tally-server-bulk-get.h"
#include "server/tally-server-bulk.h"
#include "server/tally-server-changes.h"
#include "server/tally-server-error.h"
#include "server/tally-server-guard.h"
#include "server/tally-server-listing.h"

#include <string.h>

/**
 * TallyServerHandler:
 *
 * The server without a network: takes a request as a value, gives an answer as a value or a
 * producer. It speaks CouchDB's protocol as far as replicators need it. It knows no sockets, no
 * main loop and no time but the clock it was given; behind a simulated transport it is the very
 * same code. Confined to the thread of its first request. Whatever goes wrong is an answer; what
 * goes wrong with the disk is also logged.
 *
 * TallyServerHandler::changed says after a request that a database has changed, or is gone: the
 * producers that wait want to be asked again.
 */
struct _TallyServerHandler
{
  GObject             parent_instance;

  TallyClock         *clock;     /* owned */
  GRand              *rand;      /* owned */
  char               *uuid;      /* owned */
  guint16             port;      /* 0: who asks is not checked */

  TallyServerCatalog *catalog;   /* owned */
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TallyServerHandler, tally_server_handler, G_TYPE_OBJECT)

/* A request on its way to its endpoint. */
typedef struct
{
  TallyServerHandler       *handler;
  const TallyServerRequest *request;
  TallyServerDatabase      *database;   /* nullable, borrowed */
  const char               *name;       /* nullable: the database's */
} Call;

typedef TallyServerReply *(* Endpoint) (Call *call, GError **error);

/* One name below "/" or "/db", and what each method does with it. */
typedef struct
{
  const char *name;
  Endpoint    get;
  Endpoint    post;
  Endpoint    put;
  Endpoint    delete;
} Route;

static TallyServerReply *
refuse (TallyServerError   code,
        const char        *reason,
        GError           **error)
{
  g_set_error_literal (error, TALLY_SERVER_ERROR, (gint) code, reason);
  return NULL;
}

/* --- the server --- */

static TallyServerReply *
get_welcome (Call    *call,
             GError **error)
{
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "couchdb", "Welcome");
  tally_json_writer_member (&writer, "version", TALLY_VERSION);
  tally_json_writer_member (&writer, "uuid", call->handler->uuid);
  tally_json_writer_name (&writer, "features");
  tally_json_writer_raw (&writer, "[]", -1);
  tally_json_writer_name (&writer, "vendor");
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "name", "Tallystick");
  tally_json_writer_member (&writer, "version", TALLY_VERSION);
  tally_json_writer_end_object (&writer);
  tally_json_writer_end_object (&writer);

  return tally_server_reply_new (200, tally_json_writer_finish (&writer));
}

/* Nobody logs in here: everybody who can reach the port is the administrator. */
static TallyServerReply *
get_session (Call    *call,
             GError **error)
{
  static const char session[] =
    "{\"ok\":true,\"userCtx\":{\"name\":null,\"roles\":[\"_admin\"]},\"info\":{}}\n";

  return tally_server_reply_new (200, g_strdup (session));
}

static TallyServerReply *
post_session (Call    *call,
              GError **error)
{
  static const char session[] = "{\"ok\":true,\"name\":null,\"roles\":[\"_admin\"]}\n";

  return tally_server_reply_new (200, g_strdup (session));
}

static TallyServerReply *
delete_session (Call    *call,
                GError **error)
{
  return tally_server_reply_new_ok (200);
}

static TallyServerReply *
get_up (Call    *call,
        GError **error)
{
  return tally_server_reply_new (200, g_strdup ("{\"status\":\"ok\"}\n"));
}

static TallyServerReply *
get_all_dbs (Call    *call,
             GError **error)
{
  g_auto (GStrv) names = tally_server_catalog_list (call->handler->catalog, error);
  TallyJsonWriter writer;

  if (names == NULL)
    return NULL;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_array (&writer);
  for (guint i = 0; names[i] != NULL; i++)
    tally_json_writer_string (&writer, names[i]);
  tally_json_writer_end_array (&writer);

  return tally_server_reply_new (200, tally_json_writer_finish (&writer));
}

static TallyServerReply *
get_uuids (Call    *call,
           GError **error)
{
  TallyJsonWriter writer;
  gint64 count = 1;

  if (!tally_server_request_read_int (call->request, "count", &count, error))
    return NULL;
  if (count > 1000)
    return refuse (TALLY_SERVER_ERROR_BAD_REQUEST, "count parameter too large", error);

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_name (&writer, "uuids");
  tally_json_writer_begin_array (&writer);
  for (gint64 i = 0; i < count; i++)
    {
      g_autofree char *uuid = tally_server_make_uuid (call->handler->rand);

      tally_json_writer_string (&writer, uuid);
    }
  tally_json_writer_end_array (&writer);
  tally_json_writer_end_object (&writer);

  return tally_server_reply_new (200, tally_json_writer_finish (&writer));
}

/* --- a database --- */

static TallyServerReply *
get_info (Call    *call,
          GError **error)
{
  TallyServerDatabase *database = call->database;
  g_autofree char *seq = NULL;
  TallyJsonWriter writer;

  seq = tally_server_database_dup_seq (database, tally_server_database_get_seq (database));
  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "db_name", call->name);
  tally_json_writer_member (&writer, "update_seq", seq);
  tally_json_writer_member_int (&writer, "doc_count", tally_server_database_get_n_live (database));
  tally_json_writer_member_int (&writer, "doc_del_count",
                                tally_server_database_get_n_deleted (database));
  tally_json_writer_member (&writer, "purge_seq", "0");
  tally_json_writer_member_boolean (&writer, "compact_running", FALSE);
  tally_json_writer_member (&writer, "instance_start_time",
                            tally_server_database_get_start_time (database));
  tally_json_writer_member_int (&writer, "disk_format_version", 8);
  tally_json_writer_name (&writer, "props");
  tally_json_writer_raw (&writer, "{}", -1);
  tally_json_writer_name (&writer, "cluster");
  tally_json_writer_raw (&writer, "{\"q\":1,\"n\":1,\"w\":1,\"r\":1}", -1);
  tally_json_writer_end_object (&writer);

  return tally_server_reply_new (200, tally_json_writer_finish (&writer));
}

static TallyServerReply *
put_database (Call    *call,
              GError **error)
{
  TallyServerHandler *self = call->handler;
  gint64 now = tally_clock_date_us (self->clock) / G_USEC_PER_SEC;
  g_autofree char *uuid = tally_server_make_uuid (self->rand);
  TallyServerReply *reply;

  if (!tally_server_catalog_create (self->catalog, call->name, uuid, now, error))
    return NULL;

  reply = tally_server_reply_new_ok (201);
  reply->location = g_strconcat ("/", call->name, NULL);
  return reply;
}

static TallyServerReply *
delete_database (Call    *call,
                 GError **error)
{
  if (!tally_server_catalog_delete (call->handler->catalog, call->name, error))
    return NULL;

  call->database = NULL;
  g_signal_emit (call->handler, signals[CHANGED], 0, call->name);
  return tally_server_reply_new_ok (200);
}

static TallyServerReply *
post_document (Call    *call,
               GError **error)
{
  g_autofree char *spare_key = tally_server_make_uuid (call->handler->rand);

  return tally_server_document_post (call->database, spare_key, call->request, error);
}

static TallyServerReply *
list_documents (Call    *call,
                GError **error)
{
  return tally_server_listing_reply (call->database, call->request, error);
}

static TallyServerReply *
list_changes (Call    *call,
              GError **error)
{
  return tally_server_changes_reply (call->database, call->request, call->handler->clock, error);
}

static TallyServerReply *
post_bulk_docs (Call    *call,
                GError **error)
{
  return tally_server_bulk_docs (call->database, call->request, call->handler->rand, error);
}

static TallyServerReply *
post_bulk_get (Call    *call,
               GError **error)
{
  return tally_server_bulk_get_reply (call->database, call->request, error);
}

static TallyServerReply *
post_revs_diff (Call    *call,
                GError **error)
{
  return tally_server_revs_diff (call->database, call->request, error);
}

static TallyServerReply *
post_missing_revs (Call    *call,
                   GError **error)
{
  return tally_server_missing_revs (call->database, call->request, error);
}

/* Every answer to a write is one already that stands on the disk. */
static TallyServerReply *
post_full_commit (Call    *call,
                  GError **error)
{
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member_boolean (&writer, "ok", TRUE);
  tally_json_writer_member (&writer, "instance_start_time",
                            tally_server_database_get_start_time (call->database));
  tally_json_writer_end_object (&writer);

  return tally_server_reply_new (201, tally_json_writer_finish (&writer));
}

static TallyServerReply *
get_revs_limit (Call    *call,
                GError **error)
{
  return tally_server_reply_new (200, g_strdup ("1000\n"));
}

static TallyServerReply *
get_security (Call    *call,
              GError **error)
{
  return tally_server_reply_new (200, g_strdup ("{}\n"));
}

static const Route server_routes[] = {
  { "_session", get_session, post_session, NULL, delete_session },
  { "_all_dbs", get_all_dbs, NULL, NULL, NULL },
  { "_uuids", get_uuids, NULL, NULL, NULL },
  { "_up", get_up, NULL, NULL, NULL },
};

static const Route database_routes[] = {
  { "_all_docs", list_documents, list_documents, NULL, NULL },
  { "_changes", list_changes, list_changes, NULL, NULL },
  { "_bulk_docs", NULL, post_bulk_docs, NULL, NULL },
  { "_bulk_get", NULL, post_bulk_get, NULL, NULL },
  { "_revs_diff", NULL, post_revs_diff, NULL, NULL },
  { "_missing_revs", NULL, post_missing_revs, NULL, NULL },
  { "_ensure_full_commit", NULL, post_full_commit, NULL, NULL },
  { "_revs_limit", get_revs_limit, NULL, NULL, NULL },
  { "_security", get_security, NULL, NULL, NULL },
};

static const Route welcome_route = { "", get_welcome, NULL, NULL, NULL };
static const Route database_route = { "", get_info, post_document, put_database, delete_database };

static const Route *
find_route (const Route *routes,
            guint        n_routes,
            const char  *name)
{
  for (guint i = 0; i < n_routes; i++)
    if (g_str_equal (routes[i].name, name))
      return &routes[i];

  return NULL;
}

static TallyServerReply *
follow (const Route  *route,
        Call         *call,
        GError      **error)
{
  const char *method = call->request->method;
  Endpoint endpoint = NULL;

  if (g_str_equal (method, "GET") || g_str_equal (method, "HEAD"))
    endpoint = route->get;
  else if (g_str_equal (method, "POST"))
    endpoint = route->post;
  else if (g_str_equal (method, "PUT"))
    endpoint = route->put;
  else if (g_str_equal (method, "DELETE"))
    endpoint = route->delete;

  return endpoint != NULL ? endpoint (call, error)
                          : refuse (TALLY_SERVER_ERROR_METHOD, "Not allowed here.", error);
}

/* --- a document --- */

/* The document's id, which takes two segments when its kind stands in one of its own. *n_used:
 * how many. */
static char *
dup_key (char **path,
         guint *n_used)
{
  if ((g_str_equal (path[0], "_design") || g_str_equal (path[0], "_local")) && path[1] != NULL)
    {
      *n_used = 2;
      return g_strconcat (path[0], "/", path[1], NULL);
    }

  *n_used = 1;
  return g_strdup (path[0]);
}

static TallyServerReply *
follow_local (Call        *call,
              const char  *key,
              GError     **error)
{
  const char *method = call->request->method;

  if (g_str_equal (method, "GET") || g_str_equal (method, "HEAD"))
    return tally_server_local_get (call->database, key, error);
  if (g_str_equal (method, "PUT"))
    return tally_server_local_put (call->database, key, call->request, error);
  if (g_str_equal (method, "DELETE"))
    return tally_server_local_delete (call->database, key, call->request, error);

  return refuse (TALLY_SERVER_ERROR_METHOD, "Not allowed here.", error);
}

static TallyServerReply *
follow_document (Call        *call,
                 char       **path,
                 GError     **error)
{
  const char *method = call->request->method;
  guint n_used;
  g_autofree char *key = dup_key (path, &n_used);

  if (path[n_used] != NULL)
    {
      if (g_str_equal (method, "PUT"))
        return refuse (TALLY_SERVER_ERROR_ATTACHMENTS, "This server stores no attachments.", error);
      return refuse (TALLY_SERVER_ERROR_NOT_FOUND, "Document is missing attachment", error);
    }

  if (g_str_has_prefix (key, "_local/"))
    return follow_local (call, key, error);
  if (key[0] == '_' && !g_str_has_prefix (key, "_design/"))
    return refuse (TALLY_SERVER_ERROR_NOT_FOUND, "This server does not know that.", error);

  if (g_str_equal (method, "GET") || g_str_equal (method, "HEAD"))
    return tally_server_document_get (call->database, key, call->request, error);
  if (g_str_equal (method, "PUT"))
    return tally_server_document_put (call->database, key, call->request, error);
  if (g_str_equal (method, "DELETE"))
    return tally_server_document_delete (call->database, key, call->request, error);

  return refuse (TALLY_SERVER_ERROR_METHOD, "Not allowed here.", error);
}

static TallyServerReply *
follow_database (Call    *call,
                 GError **error)
{
  char **path = call->request->path;
  const Route *route;
  TallyServerReply *reply;
  gint64 before;

  call->name = path[0];
  if (path[1] == NULL && g_str_equal (call->request->method, "PUT"))
    return put_database (call, error);

  call->database = tally_server_catalog_get (call->handler->catalog, call->name, error);
  if (call->database == NULL)
    return NULL;

  before = tally_server_database_get_seq (call->database);
  route = path[1] == NULL ? &database_route
                          : find_route (database_routes, G_N_ELEMENTS (database_routes), path[1]);
  if (route != NULL && (path[1] == NULL || path[2] == NULL))
    reply = follow (route, call, error);
  else
    reply = follow_document (call, path + 1, error);

  if (call->database != NULL && tally_server_database_get_seq (call->database) != before)
    g_signal_emit (call->handler, signals[CHANGED], 0, call->name);

  return reply;
}

static TallyServerReply *
dispatch (TallyServerHandler  *self,
          TallyServerRequest  *request,
          GError             **error)
{
  Call call = { .handler = self, .request = request };
  const Route *route = &welcome_route;

  if (self->port != 0 && !tally_server_guard_check_origin (request, self->port, error))
    return NULL;
  if (!tally_server_guard_check_type (request, error) ||
      !tally_server_guard_unpack (request, error))
    return NULL;

  if (request->path[0] != NULL)
    route = find_route (server_routes, G_N_ELEMENTS (server_routes), request->path[0]);

  return route != NULL ? follow (route, &call, error) : follow_database (&call, error);
}

static TallyServerReply *
answer_error (const GError *error)
{
  if (tally_server_error_get_status (error) >= 500)
    g_warning ("%s", error->message);

  return tally_server_reply_new_error (error);
}

/**
 * tally_server_handler_precheck:
 * @self: a handler
 * @request: without its body yet
 *
 * Returns: (transfer full) (nullable): a refusal for which nobody needs to read the body; %NULL
 *   when the request may go on
 */
TallyServerReply *
tally_server_handler_precheck (TallyServerHandler       *self,
                               const TallyServerRequest *request)
{
  g_autoptr (GError) error = NULL;
  const char *length = tally_server_request_get_header (request, "content-length");

  if (self->port != 0 && !tally_server_guard_check_origin (request, self->port, &error))
    return answer_error (error);

  if (length != NULL &&
      g_ascii_strtoull (length, NULL, 10) > (guint64) TALLY_SERVER_MAX_BODY_LENGTH)
    {
      g_set_error_literal (&error, TALLY_SERVER_ERROR, TALLY_SERVER_ERROR_TOO_LARGE,
                           "The request entity is too large.");
      return answer_error (error);
    }

  return NULL;
}

/**
 * tally_server_handler_handle:
 * @self: a handler
 * @request: with its body; unpacked in place
 *
 * Returns: (transfer full): the answer
 */
TallyServerReply *
tally_server_handler_handle (TallyServerHandler *self,
                             TallyServerRequest *request)
{
  g_autoptr (GError) error = NULL;
  TallyServerReply *reply = dispatch (self, request, &error);

  g_assert ((reply == NULL) == (error != NULL));

  return reply != NULL ? reply : answer_error (error);
}

/**
 * tally_server_handler_set_port:
 * @self: a handler
 * @port: where it listens
 *
 * From now on requests are checked for the host they name and the page they come from.
 */
void
tally_server_handler_set_port (TallyServerHandler *self,
                               guint16             port)
{
  self->port = port;
}

static void
tally_server_handler_finalize (GObject *object)
{
  TallyServerHandler *self = TALLY_SERVER_HANDLER (object);

  g_clear_object (&self->clock);
  g_clear_pointer (&self->rand, g_rand_free);
  g_free (self->uuid);
  g_clear_pointer (&self->catalog, tally_server_catalog_free);

  G_OBJECT_CLASS (tally_server_handler_parent_class)->finalize (object);
}

static void
tally_server_handler_class_init (TallyServerHandlerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tally_server_handler_finalize;

  /**
   * TallyServerHandler::changed:
   * @self: the handler
   * @name: the database
   *
   * The database has changed, or is gone.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
tally_server_handler_init (TallyServerHandler *self)
{
}

/**
 * tally_server_handler_new:
 * @options: where the databases are
 * @clock: the time
 * @rand: chance; copied
 *
 * Returns: (transfer full): a handler
 */
TallyServerHandler *
tally_server_handler_new (const TallyServerOptions *options,
                          TallyClock               *clock,
                          GRand                    *rand)
{
  TallyServerHandler *self = g_object_new (TALLY_TYPE_SERVER_HANDLER, NULL);

  self->clock = g_object_ref (clock);
  self->rand = g_rand_copy (rand);
  self->uuid = options->uuid != NULL ? g_strdup (options->uuid)
                                     : tally_server_make_uuid (self->rand);
  self->port = options->port;
  self->catalog = tally_server_catalog_new (options->folder, options->vfs);

  return self;
}
