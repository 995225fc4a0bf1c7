/* test-couchdb-peer.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "base/tally-system-clock.h"
#include "http/tally-soup-transport.h"
#include "remote/couchdb/tally-couchdb-endpoint.h"
#include "remote/couchdb/tally-couchdb-remote.h"

#include <string.h>

/* The CouchDB remote against a server that nobody here wrote. TALLY_PEER_URL says where it is
 * (tests/peers/peer.py sets it); each test has a database of its own. */
typedef struct
{
  TallyClock           *clock;
  GRand                *rand;
  TallyHttpClient      *client;
  TallyCouchdbEndpoint  endpoint;   /* for what a test does behind the remote's back */
  TallyRemote          *remote;
} Fixture;

static guint n_databases;

static guint
ask (Fixture    *fixture,
     const char *method,
     const char *path,
     const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyResponse) response = tally_couchdb_endpoint_send (&fixture->endpoint, method, path,
                                                                    json, NULL, &error);

  g_assert_no_error (error);

  return response->status;
}

static void
request (Fixture    *fixture,
         const char *method,
         const char *path,
         const char *json,
         guint       status)
{
  g_assert_cmpuint (ask (fixture, method, path, json), ==, status);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (TallyTransport) transport = tally_soup_transport_new (NULL);
  g_autofree char *url = g_strdup_printf ("%s/remote-%u", g_getenv ("TALLY_PEER_URL"),
                                          n_databases++);

  fixture->clock = tally_system_clock_new ();
  fixture->rand = g_rand_new_with_seed (1);
  fixture->client = tally_http_client_new (transport, fixture->clock, fixture->rand);
  tally_couchdb_endpoint_init (&fixture->endpoint, fixture->client, url);
  fixture->remote = tally_couchdb_remote_new (fixture->client, url);
  if (data == NULL)
    request (fixture, "PUT", "", NULL, 201);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (G_OBJECT (fixture->remote));
  tally_couchdb_endpoint_clear (&fixture->endpoint);
  g_assert_finalize_object (G_OBJECT (fixture->client));
  g_object_unref (fixture->clock);
  g_rand_free (fixture->rand);
}

static TallyChangesPage *
list (Fixture    *fixture,
      const char *since,
      guint       limit,
      gboolean    bodies)
{
  g_autoptr (GError) error = NULL;
  TallyChangesPage *page = tally_remote_list_changes (fixture->remote, since, limit, bodies,
                                                      NULL, &error);

  g_assert_no_error (error);

  return page;
}

static TallyChange *
find (TallyChangesPage *page,
      const char       *key)
{
  for (guint i = 0; i < page->changes->len; i++)
    {
      TallyChange *change = page->changes->pdata[i];

      if (g_str_equal (change->key, key))
        return change;
    }

  g_error ("no change of “%s”", key);
}

static GPtrArray *
new_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
}

/* Every revision gets this status. */
static void
push_all (Fixture         *fixture,
          GPtrArray       *revisions,
          TallyPushStatus  status)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) outcomes = tally_remote_push (fixture->remote, revisions, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (outcomes->len, ==, revisions->len);
  for (guint i = 0; i < outcomes->len; i++)
    g_assert_cmpint (((TallyPushOutcome *) outcomes->pdata[i])->status, ==, status);
}

static GPtrArray *
fetch (Fixture    *fixture,
       const char *key,
       char      **revs)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_wanted_free);
  g_autoptr (GError) error = NULL;
  GPtrArray *fetched;

  for (guint i = 0; revs[i] != NULL; i++)
    g_ptr_array_add (wanted, tally_wanted_new (key, revs[i]));
  fetched = tally_remote_fetch (fixture->remote, wanted, NULL, &error);
  g_assert_no_error (error);

  return fetched;
}

static void
test_probe (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyRemoteInfo) info = NULL;

  g_assert_null (tally_remote_probe (fixture->remote, NULL, &error));
  g_assert_error (error, TALLY_REMOTE_ERROR, TALLY_REMOTE_ERROR_MISSING);
  g_clear_error (&error);

  request (fixture, "PUT", "", NULL, 201);
  info = tally_remote_probe (fixture->remote, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (info->doc_count, ==, 0);
}

/* Our own revision names, with their ancestry, on odd ids; and once more for nothing. */
static void
test_round_trip (Fixture       *fixture,
                 gconstpointer  data)
{
  static const char * const keys[] = {
    "plain", "a/b", "line\nbreak", "\xc3\xa9", "e\xcc\x81", "per%20cent?&+#", "\xf0\x9f\xa7\xbe",
  };
  g_autoptr (GPtrArray) revisions = new_list ();
  g_autoptr (TallyChangesPage) page = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (TallyRevision) first = NULL;
      g_autofree char *body = g_strdup_printf ("{\"n\":%u,\"nul\":\"a\\u0000b\",\"x\":[null,{}]}", i);

      first = tally_revision_new_child (NULL, keys[i], FALSE, "{\"n\":-1}", NULL);
      g_ptr_array_add (revisions, tally_revision_new_child (first, keys[i], FALSE, body, NULL));
    }

  push_all (fixture, revisions, TALLY_PUSH_STORED);
  push_all (fixture, revisions, TALLY_PUSH_STORED);

  page = list (fixture, NULL, 100, TRUE);
  g_assert_cmpuint (page->changes->len, ==, revisions->len);
  g_assert_false (page->more);
  for (guint i = 0; i < revisions->len; i++)
    {
      TallyRevision *ours = revisions->pdata[i];
      TallyChange *change = find (page, ours->key);
      g_autoptr (GPtrArray) fetched = fetch (fixture, ours->key, change->leaves);
      TallyRevision *theirs = fetched->pdata[0];

      g_assert_cmpuint (g_strv_length (change->leaves), ==, 1);
      g_assert_true (tally_revision_is_same (ours, change->winner));
      g_assert_true (tally_revision_same_content (ours, change->winner));
      g_assert_cmpuint (fetched->len, ==, 1);
      g_assert_true (tally_revision_same_content (ours, theirs));
      g_assert_cmpstrv ((char **) ours->ancestors, (char **) theirs->ancestors);
    }
}

static void
test_fork (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (GPtrArray) revisions = new_list ();
  g_autoptr (TallyRevision) root = tally_revision_new_child (NULL, "f", FALSE, "{\"n\":0}", NULL);
  g_autoptr (TallyChangesPage) page = NULL;
  g_autoptr (TallyChangesPage) bare = NULL;
  g_autoptr (GPtrArray) fetched = NULL;
  TallyChange *change;
  guint n_deleted = 0;

  g_ptr_array_add (revisions, tally_revision_new_child (root, "f", FALSE, "{\"n\":1}", NULL));
  g_ptr_array_add (revisions, tally_revision_new_child (root, "f", FALSE, "{\"n\":2}", NULL));
  g_ptr_array_add (revisions, tally_revision_new_child (revisions->pdata[1], "f", TRUE, "{}", NULL));
  g_ptr_array_add (revisions, tally_revision_new_child (root, "f", FALSE, "{\"n\":3}", NULL));
  push_all (fixture, revisions, TALLY_PUSH_STORED);

  page = list (fixture, NULL, 100, TRUE);
  change = find (page, "f");
  g_assert_cmpuint (g_strv_length (change->leaves), ==, 3);
  g_assert_cmpstr (change->leaves[0], ==, change->winner->rev);
  g_assert_false (change->deleted);
  bare = list (fixture, NULL, 100, FALSE);
  g_assert_cmpuint (g_strv_length (find (bare, "f")->leaves), ==, 3);

  fetched = fetch (fixture, "f", change->leaves);
  g_assert_cmpuint (fetched->len, ==, 3);
  for (guint i = 0; i < fetched->len; i++)
    {
      TallyRevision *leaf = fetched->pdata[i];

      g_assert_true (tally_revision_descends (leaf, root->rev));
      g_assert_cmpint (tally_rev_compare_winner (change->winner->rev, FALSE,
                                                 leaf->rev, leaf->deleted), >=, 0);
      n_deleted += leaf->deleted;
    }
  g_assert_cmpuint (n_deleted, ==, 1);
}

/* What the server lacks is left out, whichever way it says so; and it is still alive after. */
static void
test_fetch_unknown (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr (GPtrArray) revisions = new_list ();
  char *revs[] = { (char *) "1-99999999999999999999999999999999", NULL };
  g_autoptr (GPtrArray) of_known = NULL;
  g_autoptr (GPtrArray) of_unknown = NULL;
  g_autoptr (TallyChangesPage) page = NULL;

  g_ptr_array_add (revisions, tally_revision_new_child (NULL, "known", FALSE, "{}", NULL));
  push_all (fixture, revisions, TALLY_PUSH_STORED);

  of_known = fetch (fixture, "known", revs);
  of_unknown = fetch (fixture, "unknown", revs);
  g_assert_cmpuint (of_known->len, ==, 0);
  g_assert_cmpuint (of_unknown->len, ==, 0);
  page = list (fixture, NULL, 10, FALSE);
  g_assert_cmpuint (page->changes->len, ==, 1);
}

static void
test_paging (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (GPtrArray) revisions = new_list ();
  g_autofree char *since = NULL;
  g_autoptr (TallyRemoteInfo) info = tally_remote_probe (fixture->remote, NULL, NULL);
  guint n_rows = 0;
  gboolean more = TRUE;

  g_assert_nonnull (info);
  for (guint i = 0; i < 25; i++)
    {
      g_autofree char *key = g_strdup_printf ("r:%02u", i);

      g_ptr_array_add (revisions, tally_revision_new_child (NULL, key, FALSE, "{\"x\":1}", NULL));
    }
  push_all (fixture, revisions, TALLY_PUSH_STORED);

  for (guint i = 0; more; i++)
    {
      g_autoptr (TallyChangesPage) page = list (fixture, since, 10, TRUE);

      g_assert_cmpuint (i, <, 4);
      n_rows += page->changes->len;
      more = page->more;
      g_free (since);
      since = g_steal_pointer (&page->since);
    }
  g_assert_cmpuint (n_rows, ==, 25);
}

/* Stubs come as they are, and a child that carries them keeps the attachment; one stub that the
 * server has nothing for is refused alone. */
static void
test_attachments (Fixture       *fixture,
                  gconstpointer  data)
{
  static const char bad[] = "{\"no.txt\":{\"content_type\":\"text/plain\",\"revpos\":1,"
                            "\"digest\":\"md5-AAAAAAAAAAAAAAAAAAAAAA==\",\"length\":3,\"stub\":true}}";
  g_autoptr (GPtrArray) revisions = new_list ();
  g_autoptr (GPtrArray) outcomes = NULL;
  g_autoptr (TallyChangesPage) before = NULL;
  g_autoptr (TallyChangesPage) after = NULL;
  g_autoptr (GError) error = NULL;
  TallyRevision *first;
  TallyRevision *second;

  if (ask (fixture, "PUT", "/a", "{\"n\":1,\"_attachments\":{\"a.txt\":{\"content_type\":"
           "\"text/plain\",\"data\":\"aGVsbG8=\"}}}") == 415)
    {
      g_test_skip ("this server takes no attachments");
      return;
    }
  before = list (fixture, NULL, 10, TRUE);
  first = find (before, "a")->winner;
  g_assert_nonnull (strstr (first->attachments, "\"stub\":true"));

  g_ptr_array_add (revisions, tally_revision_new_child (NULL, "bad", FALSE, "{}", bad));
  g_ptr_array_add (revisions, tally_revision_new_child (first, "a", FALSE, "{\"n\":2}",
                                                        first->attachments));
  g_ptr_array_add (revisions, tally_revision_new_child (NULL, "plain", FALSE, "{}", NULL));
  outcomes = tally_remote_push (fixture->remote, revisions, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (outcomes->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      TallyPushOutcome *outcome = outcomes->pdata[i];

      g_assert_cmpint (outcome->status, ==, g_str_equal (outcome->key, "bad") ? TALLY_PUSH_REFUSED
                                                                              : TALLY_PUSH_STORED);
      if (outcome->reason != NULL)
        g_test_message ("%s %s", tally_reason_get (outcome->reason, "status"),
                        tally_reason_get (outcome->reason, "detail"));
    }

  after = list (fixture, NULL, 10, TRUE);
  second = find (after, "a")->winner;
  g_assert_cmpstr (second->rev, ==, ((TallyRevision *) revisions->pdata[1])->rev);
  g_assert_cmpstr (second->body, ==, "{\"n\":2}");
  g_assert_nonnull (strstr (second->attachments, "\"stub\":true"));
  request (fixture, "GET", "/a/a.txt", NULL, 200);
}

static TallyRemoteCheckpoint *
new_checkpoint (gint64      session,
                const char *since)
{
  TallyRemoteCheckpoint *checkpoint = g_new0 (TallyRemoteCheckpoint, 1);

  checkpoint->session = session;
  checkpoint->since = g_strdup (since);

  return checkpoint;
}

static void
save_checkpoint (Fixture               *fixture,
                 TallyRemoteCheckpoint *checkpoint,
                 gboolean               expected_stale)
{
  g_autoptr (GError) error = NULL;
  gboolean stale;

  g_assert_true (tally_remote_save_checkpoint (fixture->remote, "tally-x", checkpoint, &stale, NULL,
                                               &error));
  g_assert_no_error (error);
  g_assert_true (stale == expected_stale);
}

static void
test_checkpoint (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (TallyRemoteCheckpoint) ours = new_checkpoint (1, "\"5-a\\u00e9\"");
  g_autoptr (TallyRemoteCheckpoint) blind = new_checkpoint (7, "3");
  g_autoptr (TallyRemoteCheckpoint) theirs = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (tally_remote_load_checkpoint (fixture->remote, "tally-x", &theirs, NULL, &error));
  g_assert_null (theirs);

  save_checkpoint (fixture, ours, FALSE);
  ours->session = 2;
  save_checkpoint (fixture, ours, FALSE);
  /* without knowing of what is there */
  save_checkpoint (fixture, blind, TRUE);

  g_assert_true (tally_remote_load_checkpoint (fixture->remote, "tally-x", &theirs, NULL, &error));
  g_assert_cmpint (theirs->session, ==, 2);
  g_assert_true (tally_json_text_equal (theirs->since, strlen (theirs->since),
                                        ours->since, strlen (ours->since)));
  g_assert_cmpstr (theirs->rev, ==, ours->rev);
  /* JavaScript has no other numbers. */
  g_assert_cmpint (theirs->kept, ==, TALLY_BEND_NOTHING);
}

/* Deleted and made anew: PouchDB Server says nothing of it in its changes. The mark that is gone
 * gives it away. */
static void
test_recreated (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (TallyRemoteCheckpoint) ours = new_checkpoint (1, "3");
  g_autoptr (TallyRemoteCheckpoint) theirs = NULL;
  g_autoptr (GPtrArray) revisions = new_list ();
  g_autoptr (TallyRemoteInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (revisions, tally_revision_new_child (NULL, "r", FALSE, "{}", NULL));
  push_all (fixture, revisions, TALLY_PUSH_STORED);
  save_checkpoint (fixture, ours, FALSE);

  request (fixture, "DELETE", "", NULL, 200);
  g_assert_false (tally_remote_load_checkpoint (fixture->remote, "tally-x", &theirs, NULL, &error));
  g_assert_error (error, TALLY_REMOTE_ERROR, TALLY_REMOTE_ERROR_MISSING);
  g_clear_error (&error);
  g_assert_null (tally_remote_push (fixture->remote, revisions, NULL, &error));
  g_assert_error (error, TALLY_REMOTE_ERROR, TALLY_REMOTE_ERROR_MISSING);
  g_clear_error (&error);

  request (fixture, "PUT", "", NULL, 201);
  g_assert_true (tally_remote_load_checkpoint (fixture->remote, "tally-x", &theirs, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (theirs);
  info = tally_remote_probe (fixture->remote, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (info->doc_count, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  if (g_getenv ("TALLY_PEER_URL") == NULL)
    g_error ("TALLY_PEER_URL is not set: run this by tests/peers/peer.py run");

#define ADD(path, data, func) \
  g_test_add ("/peers/couchdb/" path, Fixture, data, set_up, func, tear_down)

  ADD ("probe", "no database", test_probe);
  ADD ("round-trip", NULL, test_round_trip);
  ADD ("fork", NULL, test_fork);
  ADD ("fetch-unknown", NULL, test_fetch_unknown);
  ADD ("paging", NULL, test_paging);
  ADD ("attachments", NULL, test_attachments);
  ADD ("checkpoint", NULL, test_checkpoint);
  ADD ("recreated", NULL, test_recreated);

  return g_test_run ();
}
