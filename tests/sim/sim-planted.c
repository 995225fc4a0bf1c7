/* sim-planted.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-job.h"
#include "sim/sim-memory.h"
#include "sim/sim-vfs.h"
#include "sim/sim-world.h"

#include "base/tally-planted.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* sim-planted: plants one mistake after the other and looks for a world in which it shows.
 *
 *   sim-planted                                            all, as a test
 *   sim-planted --bug NAME --start N --seeds N [--trace]   one: the first seed that finds it
 *
 * Every planted mistake must be found, and the copy without one must be sound: otherwise a
 * simulator that finds nothing means nothing. */

/* The rarest needs some hundred seeds; more than this would say that the odds are wrong. */
#define MAX_SEEDS 2000

/* How many the sound copy must live through. */
#define SOUND_SEEDS 200

/* No world takes a second. A mistake may make one endless. */
#define SEED_SECONDS 60

TallyPlanted tally_planted = TALLY_PLANTED_NOTHING;

static const struct
{
  const char *name;
  const char *lacks;   /* nullable: what the simulator would need to find it */
} bugs[TALLY_N_PLANTED] = {
  [TALLY_PLANTED_NOTHING] = { "nothing", NULL },
  [TALLY_PLANTED_SQUASH_SENT] = { "squash-sent", NULL },
  [TALLY_PLANTED_UNMARKED] = { "unmarked", NULL },
  [TALLY_PLANTED_BELIEVE] = { "believe", NULL },
  [TALLY_PLANTED_CHECKPOINT_FIRST] = { "checkpoint-first", NULL },
  [TALLY_PLANTED_BLIND_APPLY] = { "blind-apply", NULL },
  [TALLY_PLANTED_SERVER_WINS] = { "server-wins", NULL },
  [TALLY_PLANTED_NO_HISTORY] = { "no-history", NULL },
  [TALLY_PLANTED_UNSYNCED] = { "unsynced", NULL },
  [TALLY_PLANTED_LAZY_SYNC] = { "lazy-sync", NULL },
  [TALLY_PLANTED_ACK_FAILED] = { "ack-failed", NULL },
  [TALLY_PLANTED_NOT_REOPENED] = {
    "not-reopened", "people who type again what was settled against"
  },
  [TALLY_PLANTED_LATE_OPEN] = { "late-open", "an oracle that nobody is asked twice" },
  [TALLY_PLANTED_SETTLE_UNSEEN] = { "settle-unseen", NULL },
  [TALLY_PLANTED_SAME_DEVICE] = {
    "same-device", "a copied store, and an oracle for its device id"
  },
  [TALLY_PLANTED_DROP_IN_FLIGHT] = { "drop-in-flight", NULL },
  [TALLY_PLANTED_MOVED_FORGOTTEN] = { "moved-forgotten", NULL },
  [TALLY_PLANTED_NEVER_CLOSED] = { "never-closed", NULL },
  [TALLY_PLANTED_WRONG_BASE] = { "wrong-base", NULL },
  [TALLY_PLANTED_UNLISTED] = { "unlisted", NULL },
  [TALLY_PLANTED_ABSENCE] = { "absence", "a server that compacts between a page and its fetch" },
  [TALLY_PLANTED_BELIEVE_ANSWER] = { "believe-answer", "a server that refuses an edit" },
  [TALLY_PLANTED_NO_IDENTITY] = { "no-identity", "a database that was made anew" },
  [TALLY_PLANTED_NO_AGE] = { "no-age", "a server that was restored from a backup" },
  [TALLY_PLANTED_MARK_FIRST] = { "mark-first", NULL },
  [TALLY_PLANTED_GRADE_FIRST] = { "grade-first", "an oracle for the grade of a failed run" },
  [TALLY_PLANTED_LOCAL_WINS] = { "local-wins", NULL },
  [TALLY_PLANTED_GREATER_WINS] = { "greater-wins", NULL },
  [TALLY_PLANTED_DELETE_WINS] = { "delete-wins", NULL },
  [TALLY_PLANTED_MERGE_DROPS] = { "merge-drops", NULL },
  [TALLY_PLANTED_MERGE_BASE] = { "merge-base", NULL },
  [TALLY_PLANTED_COSMETIC] = { "cosmetic", "an oracle for conflicts about nothing" },
  [TALLY_PLANTED_HELD_PUSHED] = { "held-pushed", NULL },
  [TALLY_PLANTED_UNIQUE_REV] = { "unique-rev", "an oracle that one edit is one revision" },
  [TALLY_PLANTED_PAGE_SKIP] = { "page-skip", NULL },
  [TALLY_PLANTED_CUT_IS_EMPTY] = { "cut-is-empty", "an oracle for what a run claims" },
  [TALLY_PLANTED_REFUSED_BUSY] = { "refused-busy", "a server that stays busy" },
  [TALLY_PLANTED_NO_PATIENCE] = { "no-patience", "a server that asks for patience" },
  [TALLY_PLANTED_LOGIN_AGAIN] = { "login-again", "a server that refuses a login" },
  [TALLY_PLANTED_NO_RETRY] = { "no-retry", "an oracle for how a device's last run ended" },
  [TALLY_PLANTED_NO_BACKOFF] = { "no-backoff", "an oracle for storms" },
  [TALLY_PLANTED_HIDES_PENDING] = { "hides-pending", "an oracle for the sentence" },
  [TALLY_PLANTED_HIDES_FAILURE] = { "hides-failure", "an oracle for the sentence" },
  [TALLY_PLANTED_FRESH_FOR_EVER] = {
    "fresh-for-ever", "an oracle for the sentence, and clocks that jump"
  },
};

static char *one_bug = NULL;
static gint64 start = 0;
static gint64 n_seeds = MAX_SEEDS;
static gboolean trace = FALSE;

static const GOptionEntry entries[] = {
  { "bug", 0, 0, G_OPTION_ARG_STRING, &one_bug, "Only this mistake", "NAME" },
  { "start", 0, 0, G_OPTION_ARG_INT64, &start, "First seed, with --bug", "N" },
  { "seeds", 0, 0, G_OPTION_ARG_INT64, &n_seeds, "How many seeds, with --bug", "N" },
  { "trace", 0, 0, G_OPTION_ARG_NONE, &trace, "Print what happens, with --bug", NULL },
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
          g_print ("# %s: seed %u: %s\n", bugs[bug].name, *under_way, result.failure);
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
    g_print ("# %s: seed %u: the process %s\n", bugs[bug].name, *under_way,
             WTERMSIG (status) == SIGALRM ? "never ended" : "died");
  munmap ((void *) under_way, sizeof *under_way);

  return status != 0;
}

static void
test (TallyPlanted bug)
{
  gboolean expected = bug != TALLY_PLANTED_NOTHING;
  gboolean found;

  if (bugs[bug].lacks != NULL)
    {
      g_print ("ok %d %s # SKIP lacks %s\n", bug + 1, bugs[bug].name, bugs[bug].lacks);
      return;
    }

  found = is_found (bug, 0, expected ? MAX_SEEDS : SOUND_SEEDS);
  g_print ("%s %d %s\n", found == expected ? "ok" : "not ok", bug + 1, bugs[bug].name);
}

static int
search_one (void)
{
  for (TallyPlanted bug = TALLY_PLANTED_NOTHING; bug < TALLY_N_PLANTED; bug++)
    if (g_str_equal (bugs[bug].name, one_bug))
      {
        if (!is_found (bug, start, n_seeds))
          g_print ("# %s: not found in %" G_GINT64_FORMAT " seeds\n", one_bug, n_seeds);
        return EXIT_SUCCESS;
      }

  g_printerr ("there is no mistake “%s”\n", one_bug);

  return EXIT_FAILURE;
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
  if (one_bug != NULL)
    return search_one ();

  g_print ("1..%d\n", TALLY_N_PLANTED);
  for (TallyPlanted bug = TALLY_PLANTED_NOTHING; bug < TALLY_N_PLANTED; bug++)
    test (bug);

  return EXIT_SUCCESS;
}
