/* test-faults.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Executes the fault table of README.md in this folder over a socket: each cell is a run of which
 * one kind of request is met with the fault; then plain runs, in which all must come out right.
 * With TALLY_SHOW_FAULTS=1 it prints the table as it is found to be; with TALLY_FAULT_STRIDE=N only
 * every N-th cell is executed, for whoever is slow.
 */

#define G_LOG_DOMAIN "tally-test"

#include "fault-server.h"
#include "fault-transport.h"
#include "base/tally-system-clock.h"
#include "remote/couchdb/tally-couchdb-remote.h"
#include "sync/tally-sync.h"

#include "lib/tally-fake-clock.h"

#include <glib/gstdio.h>
#include <libsoup/soup.h>

static const Fault faults[] = {
  { .name = "dropped at once", .kind = FAULT_DROP },
  { .name = "dropped after the headers", .kind = FAULT_HEADERS },
  { .name = "answer cut", .kind = FAULT_TRUNCATE },
  { .name = "answer lost", .kind = FAULT_LOST },
  { .name = "silence", .kind = FAULT_STALL },
  { .name = "duplicate", .kind = FAULT_TWICE },
  { .name = "400", .kind = FAULT_STATUS, .status = 400 },
  { .name = "401", .kind = FAULT_STATUS, .status = 401 },
  { .name = "403", .kind = FAULT_STATUS, .status = 403 },
  { .name = "404", .kind = FAULT_STATUS, .status = 404 },
  { .name = "408", .kind = FAULT_STATUS, .status = 408 },
  { .name = "409", .kind = FAULT_STATUS, .status = 409 },
  { .name = "412", .kind = FAULT_STATUS, .status = 412 },
  { .name = "413", .kind = FAULT_STATUS, .status = 413 },
  { .name = "429", .kind = FAULT_STATUS, .status = 429 },
  { .name = "429, 2 s", .kind = FAULT_STATUS, .status = 429, .retry_after = "2" },
  { .name = "429, 1 h", .kind = FAULT_STATUS, .status = 429, .retry_after = "3600" },
  { .name = "500", .kind = FAULT_STATUS, .status = 500 },
  { .name = "502", .kind = FAULT_STATUS, .status = 502 },
  { .name = "503", .kind = FAULT_STATUS, .status = 503 },
  { .name = "503, 2 s", .kind = FAULT_STATUS, .status = 503, .retry_after = "2" },
  { .name = "web page", .kind = FAULT_HTML },
  { .name = "gzip bomb", .kind = FAULT_BOMB },
  { .name = "10 MB", .kind = FAULT_LARGE },
  { .name = "no UTF-8", .kind = FAULT_SPOILT },
};

static const Place places[] = {
  { .name = "probe", .method = "GET", .path = "" },
  { .name = "mark: read", .method = "GET", .path = "/_local/" },
  { .name = "mark: write", .method = "PUT", .path = "/_local/" },
  { .name = "pull: page", .method = "GET", .path = "/_changes", .query = "include_docs" },
  { .name = "pull: bodies", .method = "POST", .path = "/_bulk_get" },
  { .name = "push: question", .method = "POST", .path = "/_revs_diff" },
  { .name = "push: batch", .method = "POST", .path = "/_bulk_docs" },
  { .name = "push: look", .method = "GET", .path = "/_changes", .query = "since=",
    .query_not = "include_docs", .after = "/_bulk_docs" },
  { .name = "verify: list", .method = "GET", .path = "/_changes", .query_not = "since=" },
};

/* The records, and what must stand on both sides in the end: one edited here, one edited on both
 * sides, one edited there. */
static const struct { const char *key, *first, *here, *there, *last; } records[] = {
  { "r:both", "{\"x\":1,\"y\":1}", "{\"x\":2,\"y\":1}", "{\"x\":1,\"y\":3}", "{\"x\":2,\"y\":3}" },
  { "r:mine", "{\"n\":1}", "{\"n\":2}", NULL, "{\"n\":2}" },
  { "r:theirs", "{\"n\":1}", NULL, "{\"n\":3}", "{\"n\":3}" },
};

typedef struct
{
  char        *folder;
  FaultServer *server;
  TallyClock  *server_clock;
  GRand       *server_rand;
  TallyClock  *clock;
  GRand       *rand;
  guint        n_cells;
  guint        n_met;      /* cells of the table that were come to */
  guint        stride;     /* every so many of them are executed */
} World;

typedef struct
{
  World      *world;
  char       *url;
  TallyStore *here;
  TallyStore *there;
  char       *paths[2];
} Cell;

static void
world_set_up (World         *world,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  world->folder = g_dir_make_tmp ("tally-faults-XXXXXX", &error);
  g_assert_no_error (error);
  world->stride = g_getenv ("TALLY_FAULT_STRIDE") != NULL
                  ? (guint) g_ascii_strtoull (g_getenv ("TALLY_FAULT_STRIDE"), NULL, 10) : 1;
  g_assert_cmpuint (world->stride, >, 0);
  world->server_clock = tally_system_clock_new ();
  world->server_rand = g_rand_new_with_seed (2);
  world->server = fault_server_new (world->folder, world->server_clock, world->server_rand);
  world->clock = TALLY_CLOCK (tally_fake_clock_new ());
  world->rand = g_rand_new_with_seed (1);
}

static void
world_tear_down (World         *world,
                 gconstpointer  data)
{
  fault_server_free (world->server);
  g_object_unref (world->server_clock);
  g_rand_free (world->server_rand);
  g_assert_cmpint (g_rmdir (world->folder), ==, 0);
  g_free (world->folder);
  g_assert_finalize_object (world->clock);
  g_rand_free (world->rand);
}

static TallyStore *
open_store (World       *world,
            const char  *name,
            char       **path)
{
  g_autofree char *file = g_strdup_printf ("%s-%u.tally", name, world->n_cells);
  g_autoptr (GError) error = NULL;
  TallyStoreOptions options = { .machine_id = name, .clock = world->clock, .rand = world->rand };
  TallyStore *store;

  *path = g_build_filename (world->folder, file, NULL);
  options.path = *path;
  store = tally_store_open (&options, &error);
  g_assert_no_error (error);

  return store;
}

static void
close_store (TallyStore *store,
             char       *path)
{
  tally_store_close (store);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_free (path);
}

/* Asks the server without a fault in the way; the answer's text. */
static char *
ask (const char *method,
     const char *url)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message = soup_message_new (method, url);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = soup_session_send_and_read (session, message, NULL, &error);
  gsize length;
  const char *data;

  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message) / 100, ==, 2);
  data = g_bytes_get_data (bytes, &length);

  return g_strndup (data, length);
}

static TallyRun *
run_once (Cell       *cell,
          TallyStore *store)
{
  g_autoptr (TallyTransport) transport = fault_transport_new (cell->world->server);
  g_autoptr (TallyHttpClient) client = tally_http_client_new (transport, cell->world->clock,
                                                              cell->world->rand);
  g_autoptr (TallyRemote) remote = tally_couchdb_remote_new (client, cell->url);
  g_autoptr (GError) error = NULL;
  TallySyncOptions options = {
    .store = store,
    .remote = remote,
    .clock = cell->world->clock,
    .trigger = "manual",
    .ask.proof = TALLY_PROOF_VERIFIED,
  };
  TallyRun *run = tally_sync_run (&options, NULL, &error);

  g_assert_no_error (error);

  return run;
}

static void
run_well (Cell       *cell,
          TallyStore *store)
{
  g_autoptr (TallyRun) run = run_once (cell, store);

  if (run->errors->len > 0)
    g_test_message ("%s", ((TallyRunError *) run->errors->pdata[0])->reason->code);
  g_assert_cmpstr (run->status, ==, "success");
  g_assert_cmpstr (run->grade, ==, "verified");
}

static void
put (TallyStore *store,
     const char *key,
     const char *body)
{
  g_autoptr (GError) error = NULL;

  if (body == NULL)
    return;
  tally_store_put (store, key, body, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* Both sides know the records' first bodies; then each has edited, and theirs is on the server.
 * They edited one twice, so the line between the first body and the last has to be asked for. */
static void
cell_init (Cell  *cell,
           World *world)
{
  g_autofree char *name = g_strdup_printf ("/shop%u", ++world->n_cells);

  *cell = (Cell) { .world = world };
  cell->url = fault_server_dup_url (world->server, name);
  g_free (ask ("PUT", cell->url));
  cell->here = open_store (world, "here", &cell->paths[0]);
  cell->there = open_store (world, "there", &cell->paths[1]);

  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    put (cell->there, records[i].key, records[i].first);
  run_well (cell, cell->there);
  run_well (cell, cell->here);
  put (cell->there, records[0].key, "{\"x\":1,\"y\":2}");
  run_well (cell, cell->there);
  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    {
      put (cell->here, records[i].key, records[i].here);
      put (cell->there, records[i].key, records[i].there);
    }
  run_well (cell, cell->there);
}

static void
cell_clear (Cell *cell)
{
  close_store (cell->here, cell->paths[0]);
  close_store (cell->there, cell->paths[1]);
  g_free (ask ("DELETE", cell->url));
  g_free (cell->url);
}

static TallyRecord *
get (TallyStore *store,
     guint       i)
{
  g_autoptr (GError) error = NULL;
  TallyRecord *record = tally_store_get (store, records[i].key, &error);

  g_assert_no_error (error);
  g_assert_nonnull (record);

  return record;
}

/* A letter a record: its state, but "=" for what is as it is to be in the end. */
static char *
describe_store (Cell *cell)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    {
      g_autoptr (TallyRecord) record = get (cell->here, i);
      TallyRecordState state = tally_record_get_state (record);

      g_string_append_c (text, state == TALLY_RECORD_CLEAN &&
                               g_str_equal (record->local->body, records[i].last)
                               ? '=' : *tally_record_state_to_string (state));
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Whatever befell it: what was typed here stands here, as it was or merged, and nothing is
 * claimed of a run that failed. */
static void
check_run (Cell           *cell,
           const TallyRun *run)
{
  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    {
      g_autoptr (TallyRecord) record = get (cell->here, i);

      if (records[i].here != NULL && !g_str_equal (record->local->body, records[i].last))
        g_assert_cmpstr (record->local->body, ==, records[i].here);
    }
  if (g_str_equal (run->status, "success"))
    g_assert_cmpstr (run->grade, ==, "verified");
  else if (g_str_equal (run->status, "failed"))
    g_assert_cmpstr (run->grade, ==, "none");
}

/* What the user is told: the error's code, or that all is well; in how many requests; and what
 * the store holds. Nothing is sent twice behind our back that does harm twice. */
static char *
describe_run (Cell           *cell,
              const TallyRun *run,
              const Place    *place)
{
  FaultServer *server = cell->world->server;
  g_autofree char *store = describe_store (cell);
  const char *code = "well";

  if (run->errors->len > 0)
    code = ((TallyRunError *) run->errors->pdata[0])->reason->code;
  else
    g_assert_cmpstr (run->status, ==, "success");

  if (g_str_equal (place->method, "POST"))
    g_assert_cmpuint (fault_server_n_hits (server), ==, fault_server_n_sent (server));
  else
    g_assert_cmpuint (fault_server_n_hits (server), >=, fault_server_n_sent (server));

  return g_strdup_printf ("%s %u %s", code, fault_server_n_sent (server), store);
}

static void
retry_quarantined (Cell *cell)
{
  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    {
      g_autoptr (TallyRecord) record = get (cell->here, i);
      g_autoptr (GError) error = NULL;
      guint n;

      if (tally_record_get_state (record) != TALLY_RECORD_QUARANTINED)
        continue;
      tally_store_retry (cell->here, records[i].key, &n, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (n, ==, 1);
    }
}

static void
check_equal (Cell *cell)
{
  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    {
      g_autoptr (TallyRecord) here = get (cell->here, i);
      g_autoptr (TallyRecord) there = get (cell->there, i);

      g_assert_cmpstr (here->local->body, ==, records[i].last);
      g_assert_cmpstr (there->local->body, ==, records[i].last);
      g_assert_cmpstr (here->base->rev, ==, there->base->rev);
      g_assert_cmpint (tally_record_get_state (here), ==, TALLY_RECORD_CLEAN);
      g_assert_cmpint (tally_record_get_state (there), ==, TALLY_RECORD_CLEAN);
    }
}

/* Nothing stands on the server twice: a leaf a record, and no generation more than was typed:
 * the merged one is a child of theirs. */
static void
check_single (Cell *cell)
{
  g_autofree char *url = g_strconcat (cell->url, "/_changes?style=all_docs", NULL);
  g_autofree char *text = ask ("GET", url);
  guint n_leaves[5] = { 0 };

  for (const char *p = text; (p = strstr (p, "\"rev\":\"")) != NULL; p++)
    {
      guint64 generation = g_ascii_strtoull (p + strlen ("\"rev\":\""), NULL, 10);

      g_assert_cmpuint (generation, <, G_N_ELEMENTS (n_leaves));
      n_leaves[generation]++;
    }
  g_assert_cmpuint (n_leaves[1], ==, 0);
  g_assert_cmpuint (n_leaves[2], ==, 2);
  g_assert_cmpuint (n_leaves[3], ==, 0);
  g_assert_cmpuint (n_leaves[4], ==, 1);
}

/* The fault is over: nobody does anything, but for what was set aside. */
static void
check_recovery (Cell *cell)
{
  g_autoptr (TallyRun) first = NULL;
  gint64 hour = G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC;

  tally_fake_clock_advance (TALLY_FAKE_CLOCK (cell->world->clock), hour);
  first = run_once (cell, cell->here);
  retry_quarantined (cell);
  run_well (cell, cell->here);
  run_well (cell, cell->there);
  check_equal (cell);
  check_single (cell);
}

static char *
run_cell (World       *world,
          const Fault *fault,
          const Place *place,
          gboolean     once)
{
  g_autoptr (TallyRun) run = NULL;
  Cell cell;
  char *found;

  g_test_message ("%s, %s, %s", fault->name, place->name, once ? "once" : "always");
  cell_init (&cell, world);
  fault_server_set (world->server, place, fault, once);
  run = run_once (&cell, cell.here);
  check_run (&cell, run);
  found = describe_run (&cell, run, place);
  fault_server_set (world->server, NULL, NULL, FALSE);
  check_recovery (&cell);
  cell_clear (&cell);

  return found;
}

/* --- the table --- */

static char *
dup_row (const Fault *fault,
         gboolean     once)
{
  return g_strdup_printf ("%s, %s", fault->name, once ? "once" : "always");
}

static char **
split_row (const char *line)
{
  char **cells = g_strsplit (line + 1, "|", -1);

  for (guint i = 0; cells[i] != NULL; i++)
    g_strstrip (cells[i]);

  return cells;
}

/* The cells of the row called @name. */
static char **
find_row (char       **lines,
          const char  *name)
{
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = g_str_has_prefix (lines[i], "| ") ? split_row (lines[i]) : NULL;

      if (cells != NULL && g_strcmp0 (cells[0], name) == 0)
        return g_steal_pointer (&cells);
    }

  return NULL;
}

static guint
check_row (World       *world,
           char       **lines,
           const Fault *fault,
           gboolean     once)
{
  g_autofree char *name = dup_row (fault, once);
  g_auto (GStrv) expected = find_row (lines, name);
  gboolean show = g_getenv ("TALLY_SHOW_FAULTS") != NULL;
  g_autoptr (GString) row = g_string_new (NULL);
  guint n = 0;

  g_assert_true (show || (expected != NULL &&
                          g_strv_length (expected) == G_N_ELEMENTS (places) + 2));
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *found = NULL;

      if (world->n_met++ % world->stride != 0)
        continue;
      found = run_cell (world, fault, &places[i], once);
      n++;
      g_string_append_printf (row, " %s |", found);
      if (!show)
        g_assert_cmpstr (found, ==, expected[i + 1]);
    }
  if (show)
    g_print ("| %s |%s\n", name, row->str);

  return n;
}

static void
test_table (World         *world,
            gconstpointer  data)
{
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "core", "faults",
                                            "README.md", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    n += check_row (world, lines, &faults[i], TRUE) +
         check_row (world, lines, &faults[i], FALSE);
  g_test_message ("%u of %u cells asserted", n, world->n_met);
  g_assert_cmpuint (n, ==, (world->n_met + world->stride - 1) / world->stride);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/faults/table", World, NULL, world_set_up, test_table, world_tear_down);

  return g_test_run ();
}
