/* sim-planted.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-job.h"
#include "sim/sim-memory.h"
#include "sim/sim-shrink.h"
#include "sim/sim-vfs.h"
#include "sim/sim-world.h"

#include "base/tally-planted.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* sim-planted: plants one mistake after the other and looks for a world in which it shows.
 *
 *   sim-planted                                            all, as a test
 *   sim-planted --bug NAME --start N --seeds N [--trace]   one: the first seed that finds it
 *
 *   sim-planted --bug NAME --shrink                        … and the events that matter
 *   sim-planted --fixtures DIR                             shrunk ones, as a test
 *
 * Every planted mistake must be found, and the copy without one must be sound: otherwise a
 * simulator that finds nothing means nothing. */

/* The rarest needs some hundred seeds; more than this would say that the odds are wrong. */
#define MAX_SEEDS 2000

/* How many the sound copy must live through. */
#define SOUND_SEEDS 200

/* Worlds that making a list smaller may take. */
#define SHRINK_RUNS 400

/* No world takes a second. A mistake may make one endless. */
#define SEED_SECONDS 60

TallyPlanted tally_planted = TALLY_PLANTED_NOTHING;

static const char * const names[TALLY_N_PLANTED] = {
  [TALLY_PLANTED_NOTHING] = "nothing",
  [TALLY_PLANTED_SQUASH_SENT] = "squash-sent",
  [TALLY_PLANTED_UNMARKED] = "unmarked",
  [TALLY_PLANTED_BELIEVE] = "believe",
  [TALLY_PLANTED_CHECKPOINT_FIRST] = "checkpoint-first",
  [TALLY_PLANTED_BLIND_APPLY] = "blind-apply",
  [TALLY_PLANTED_SERVER_WINS] = "server-wins",
  [TALLY_PLANTED_NO_HISTORY] = "no-history",
  [TALLY_PLANTED_UNSYNCED] = "unsynced",
  [TALLY_PLANTED_LAZY_SYNC] = "lazy-sync",
  [TALLY_PLANTED_ACK_FAILED] = "ack-failed",
  [TALLY_PLANTED_THIRD_FORGOTTEN] = "third-forgotten",
  [TALLY_PLANTED_SETTLE_UNSEEN] = "settle-unseen",
  [TALLY_PLANTED_SAME_DEVICE] = "same-device",
  [TALLY_PLANTED_DROP_IN_FLIGHT] = "drop-in-flight",
  [TALLY_PLANTED_MOVED_FORGOTTEN] = "moved-forgotten",
  [TALLY_PLANTED_NEVER_CLOSED] = "never-closed",
  [TALLY_PLANTED_WRONG_BASE] = "wrong-base",
  [TALLY_PLANTED_UNLISTED] = "unlisted",
  [TALLY_PLANTED_BELIEVE_ANSWER] = "believe-answer",
  [TALLY_PLANTED_NO_IDENTITY] = "no-identity",
  [TALLY_PLANTED_NO_AGE] = "no-age",
  [TALLY_PLANTED_MARK_FIRST] = "mark-first",
  [TALLY_PLANTED_LOCAL_WINS] = "local-wins",
  [TALLY_PLANTED_GREATER_WINS] = "greater-wins",
  [TALLY_PLANTED_DELETE_WINS] = "delete-wins",
  [TALLY_PLANTED_MERGE_DROPS] = "merge-drops",
  [TALLY_PLANTED_MERGE_BASE] = "merge-base",
  [TALLY_PLANTED_HELD_PUSHED] = "held-pushed",
  [TALLY_PLANTED_UNIQUE_REV] = "unique-rev",
  [TALLY_PLANTED_PAGE_SKIP] = "page-skip",
  [TALLY_PLANTED_CUT_IS_EMPTY] = "cut-is-empty",
  [TALLY_PLANTED_NO_PATIENCE] = "no-patience",
  [TALLY_PLANTED_LOGIN_AGAIN] = "login-again",
  [TALLY_PLANTED_NO_RETRY] = "no-retry",
  [TALLY_PLANTED_NO_BACKOFF] = "no-backoff",
  [TALLY_PLANTED_HIDES_PENDING] = "hides-pending",
  [TALLY_PLANTED_HIDES_FAILURE] = "hides-failure",
  [TALLY_PLANTED_NO_GUARD] = "no-guard",
  [TALLY_PLANTED_NO_EDIT_GUARD] = "no-edit-guard",
  [TALLY_PLANTED_UNDO_EDITED] = "undo-edited",
  [TALLY_PLANTED_BENT] = "bent",
};

static char *one_bug = NULL;
static gint64 start = 0;
static gint64 n_seeds = MAX_SEEDS;
static gboolean trace = FALSE;
static gboolean shrink = FALSE;
static char *fixtures = NULL;

static const GOptionEntry entries[] = {
  { "bug", 0, 0, G_OPTION_ARG_STRING, &one_bug, "Only this mistake", "NAME" },
  { "start", 0, 0, G_OPTION_ARG_INT64, &start, "First seed, with --bug", "N" },
  { "seeds", 0, 0, G_OPTION_ARG_INT64, &n_seeds, "How many seeds, with --bug", "N" },
  { "trace", 0, 0, G_OPTION_ARG_NONE, &trace, "Print what happens, with --bug", NULL },
  { "shrink", 0, 0, G_OPTION_ARG_NONE, &shrink, "Print the events that matter, with --bug", NULL },
  { "fixtures", 0, 0, G_OPTION_ARG_FILENAME, &fixtures, "Live through those in a folder", "DIR" },
  { NULL }
};

static guint n_drawn;

unsigned int
tally_planted_draw (void)
{
  return n_drawn++;
}

/* Whether any seed goes wrong. *under_way: where the parent looks when the process dies. */
static gboolean
search (TallyPlanted      bug,
        gint64            first,
        gint64            n,
        volatile guint32 *under_way)
{
  tally_planted = bug;

  for (gint64 seed = first; seed < first + n; seed++)
    {
      g_auto (TallySimResult) result = { 0 };

      TallySimWorldOptions options = { .seed = (guint32) seed, .print = trace };

      *under_way = (guint32) seed;
      n_drawn = 0;
      alarm (SEED_SECONDS);
      tally_sim_world_run (&options, &result);
      if (result.failure != NULL)
        {
          g_print ("# %s: seed %u: %s\n", names[bug], *under_way, result.failure);
          return TRUE;
        }
    }

  return FALSE;
}

/* In a process of its own: a mistake may well end it. */
static gboolean
is_found (TallyPlanted bug,
          gint64       first,
          gint64       n)
{
  volatile guint32 *under_way = mmap (NULL, sizeof *under_way, PROT_READ | PROT_WRITE,
                                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t pid = fork ();
  int status = 0;

  if (pid == 0)
    _exit (search (bug, first, n, under_way) ? 1 : 0);
  if (pid < 0 || waitpid (pid, &status, 0) != pid)
    g_error ("no process");

  if (WIFSIGNALED (status))
    g_print ("# %s: seed %u: the process %s\n", names[bug], *under_way,
             WTERMSIG (status) == SIGALRM ? "never ended" : "died");
  munmap ((void *) under_way, sizeof *under_way);

  return status != 0;
}

static void
test (TallyPlanted bug)
{
  gboolean expected = bug != TALLY_PLANTED_NOTHING;
  gboolean found;

  found = is_found (bug, 0, expected ? MAX_SEEDS : SOUND_SEEDS);
  g_print ("%s %d %s\n", found == expected ? "ok" : "not ok", bug + 1, names[bug]);
}

static TallyPlanted
find_bug (const char *name)
{
  TallyPlanted bug = TALLY_PLANTED_NOTHING;

  while (bug < TALLY_N_PLANTED && !g_str_equal (names[bug], name))
    bug++;

  return bug;
}

/* The first seed that finds it, and what of its events matters: a fixture's text. */
static int
print_shrunk (TallyPlanted bug)
{
  tally_planted = bug;
  for (gint64 seed = start; seed < start + n_seeds; seed++)
    {
      TallySimWorldOptions options = { .seed = (guint32) seed };
      g_autoptr (GArray) list = tally_sim_shrink (&options, SHRINK_RUNS, NULL);
      TallySimFixture fixture = { .bug = one_bug, .seed = (guint32) seed, .events = list };
      g_autofree char *text = NULL;

      if (list == NULL)
        continue;

      text = tally_sim_fixture_to_string (&fixture);
      g_print ("%s", text);
      return EXIT_SUCCESS;
    }

  g_printerr ("%s: not found in %" G_GINT64_FORMAT " seeds\n", one_bug, n_seeds);

  return EXIT_FAILURE;
}

static int
search_one (void)
{
  TallyPlanted bug = find_bug (one_bug);

  if (bug == TALLY_N_PLANTED)
    {
      g_printerr ("there is no mistake “%s”\n", one_bug);
      return EXIT_FAILURE;
    }
  if (shrink)
    return print_shrunk (bug);

  if (!is_found (bug, start, n_seeds))
    g_print ("# %s: not found in %" G_GINT64_FORMAT " seeds\n", one_bug, n_seeds);

  return EXIT_SUCCESS;
}

/* --- fixtures --- */

static int
compare_names (gconstpointer a,
               gconstpointer b,
               gpointer      data)
{
  return strcmp (*(char * const *) a, *(char * const *) b);
}

static gboolean
fails_with (TallyPlanted           bug,
            const TallySimFixture *fixture)
{
  TallySimWorldOptions options = { .seed = fixture->seed, .only = fixture->events };
  g_autoptr (GArray) list = NULL;

  tally_planted = bug;
  n_drawn = 0;
  list = tally_sim_shrink (&options, 1, NULL);

  return list != NULL;
}

/* With its mistake it must fail, or it shows nothing any more; without one it must not. */
static void
test_fixture (guint       n,
              const char *name)
{
  g_autofree char *path = g_build_filename (fixtures, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TallySimFixture) fixture = tally_sim_fixture_read (path, &error);
  TallyPlanted bug;
  gboolean sound, found;

  if (fixture == NULL)
    {
      g_print ("not ok %u %s\n# %s\n", n, name, error->message);
      return;
    }

  bug = find_bug (fixture->bug != NULL ? fixture->bug : names[TALLY_PLANTED_NOTHING]);
  sound = !fails_with (TALLY_PLANTED_NOTHING, fixture);
  found = bug == TALLY_PLANTED_NOTHING || (bug < TALLY_N_PLANTED && fails_with (bug, fixture));
  g_print ("%s %u %s\n", sound && found ? "ok" : "not ok", n, name);
  if (!sound)
    g_print ("# the engine fails in it\n");
  if (!found)
    g_print ("# it finds %s no more: write it anew with --shrink\n",
             fixture->bug != NULL ? fixture->bug : "nothing");
}

static int
test_fixtures (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (fixtures, 0, &error);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (folder == NULL)
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  while ((name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_suffix (name, ".sim"))
      g_ptr_array_add (files, g_strdup (name));
  g_ptr_array_sort_with_data (files, compare_names, NULL);

  g_print ("1..%u\n", files->len);
  for (guint i = 0; i < files->len; i++)
    test_fixture (i + 1, files->pdata[i]);

  return EXIT_SUCCESS;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "C.UTF-8");
  tally_sim_memory_set_up ();
  tally_sim_vfs_set_up ();
  tally_sim_job_quieten ();
  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  if (fixtures != NULL)
    return test_fixtures ();
  if (one_bug != NULL)
    return search_one ();

  g_print ("1..%d\n", TALLY_N_PLANTED);
  for (TallyPlanted bug = TALLY_PLANTED_NOTHING; bug < TALLY_N_PLANTED; bug++)
    test (bug);

  return EXIT_SUCCESS;
}
