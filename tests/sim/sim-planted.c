/* sim-planted.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-vfs.h"
#include "sim/sim-world.h"

#include "base/tally-planted.h"

#include <locale.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Every planted mistake must be found, and the copy without one must be sound: otherwise a
 * simulator that finds nothing means nothing. */

/* The rarest needs some hundred seeds; more than this would say that the odds are wrong. */
#define MAX_SEEDS 2000

/* How many the sound copy must live through. */
#define SOUND_SEEDS 200

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
};

static GLogWriterOutput
write_log (GLogLevelFlags   level,
           const GLogField *fields,
           gsize            n_fields,
           gpointer         data)
{
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) == 0)
    return G_LOG_WRITER_HANDLED;

  return g_log_writer_default (level, fields, n_fields, data);
}

/* Whether any seed goes wrong. */
static gboolean
search (TallyPlanted bug,
        guint        n_seeds)
{
  tally_planted = bug;

  for (guint32 seed = 0; seed < n_seeds; seed++)
    {
      g_auto (TallySimResult) result = { 0 };

      tally_sim_world_run (seed, FALSE, NULL, &result);
      if (result.failure != NULL)
        {
          g_print ("# %s: seed %u: %s\n", names[bug], seed, result.failure);
          return TRUE;
        }
    }

  return FALSE;
}

/* In a process of its own: a mistake may well end it. */
static gboolean
is_found (TallyPlanted bug,
          guint        n_seeds)
{
  pid_t pid = fork ();
  int status = 0;

  if (pid == 0)
    _exit (search (bug, n_seeds) ? 1 : 0);
  if (pid < 0 || waitpid (pid, &status, 0) != pid)
    g_error ("no process");

  if (WIFSIGNALED (status))
    g_print ("# %s: the process died\n", names[bug]);

  return status != 0;
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "C.UTF-8");
  tally_sim_vfs_set_up ();
  g_log_set_writer_func (write_log, NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_print ("1..%d\n", TALLY_N_PLANTED);

  for (TallyPlanted bug = TALLY_PLANTED_NOTHING; bug < TALLY_N_PLANTED; bug++)
    {
      gboolean expected = bug != TALLY_PLANTED_NOTHING;
      gboolean found = is_found (bug, expected ? MAX_SEEDS : SOUND_SEEDS);

      g_print ("%s %d %s\n", found == expected ? "ok" : "not ok", bug + 1, names[bug]);
    }

  return EXIT_SUCCESS;
}
