/* sim-sweep.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-job.h"
#include "sim/sim-memory.h"
#include "sim/sim-vfs.h"
#include "sim/sim-world.h"

#include <locale.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* sim-sweep: lives through golden worlds again and again, each time with one single trouble of the
 * first device, at every place there is for one.
 *
 *   sim-sweep --jobs N [--kind NAME] [--seeds N] [--stride N]    many, the last lines sum up
 *   sim-sweep --kind NAME --seed N --at N --trace                one, line by line
 *   sim-sweep --seed N --trace                                   the golden world itself
 *
 * Ends with 1 when any failed; each failure is one line that reproduces it. */

#define MAX_JOBS 64

/* No world takes a second. */
#define WORLD_SECONDS 30

/* A process that died has another in its place, but a broken program ends. */
#define MAX_DEATHS 1000

#define N_KINDS (TALLY_SIM_SWEEP_NO_MEMORY + 1)

static const char * const kind_names[N_KINDS] = {
  [TALLY_SIM_SWEEP_NONE] = "none",
  [TALLY_SIM_SWEEP_KILL] = "kill",
  [TALLY_SIM_SWEEP_POWER] = "power",
  [TALLY_SIM_SWEEP_IO_ERROR] = "io-error",
  [TALLY_SIM_SWEEP_NO_MEMORY] = "no-memory",
};

/* Errors have many more places than crashes: they go through these five only. Between them, the
 * first device deletes, imports, merges, settles, and has somebody else's program against it. */
static const gint64 error_seeds[] = { 1, 3, 5, 9, 12 };

/* The places of one golden world: @first, and on in strides. */
typedef struct
{
  TallySimSweep kind;
  gint64        seed;
  gint64        first;
  gint64        n_places;
} Range;

/* What a job's process writes while it works and the parent reads. */
typedef struct
{
  gboolean      busy;
  TallySimSweep kind;
  gint64        seed;
  gint64        at;
  guint64       n_places[N_KINDS];
  guint64       n_failed[N_KINDS];
  gint64        spent_us[N_KINDS];
} Tally;

/* Shared memory. */
typedef struct
{
  gint  next;              /* place of all that no job has taken yet */
  Tally tallies[MAX_JOBS];
} Board;

static gint64 n_seeds = 20;
static gint64 stride = 1;
static gint64 one_seed = -1;
static gint64 one_place = 0;
static char *one_kind = NULL;
static int n_jobs = 1;
static gboolean trace = FALSE;

static const GOptionEntry entries[] = {
  { "kind", 0, 0, G_OPTION_ARG_STRING, &one_kind, "Only kill, power, io-error or no-memory",
    "NAME" },
  { "seeds", 0, 0, G_OPTION_ARG_INT64, &n_seeds, "How many golden worlds", "N" },
  { "stride", 0, 0, G_OPTION_ARG_INT64, &stride, "Only every so many places", "N" },
  { "jobs", 0, 0, G_OPTION_ARG_INT, &n_jobs, "Processes", "N" },
  { "seed", 0, 0, G_OPTION_ARG_INT64, &one_seed, "Only this golden world", "N" },
  { "at", 0, 0, G_OPTION_ARG_INT64, &one_place, "Only this place of it", "N" },
  { "trace", 0, 0, G_OPTION_ARG_NONE, &trace, "Print what happens", NULL },
  { NULL }
};

static void
print_failure (TallySimSweep  kind,
               gint64         seed,
               gint64         at,
               const char    *words)
{
  g_print ("FAILED sim-sweep --kind %s --seed %" G_GINT64_FORMAT " --at %" G_GINT64_FORMAT
           " --trace: %s\n", kind_names[kind], seed, at, words);
}

/* --- one world --- */

static void
run_world (TallySimSweep   kind,
           gint64          seed,
           gint64          at,
           TallySimResult *result)
{
  TallySimWorldOptions options = {
    .seed = (guint32) seed,
    .print = trace,
    .golden = TRUE,
    .sweep = kind,
    .sweep_at = (guint64) at,
  };

  alarm (WORLD_SECONDS);
  tally_sim_world_run (&options, result);
  alarm (0);
}

static void
run_place (TallySimSweep  kind,
           gint64         seed,
           gint64         at,
           Tally         *tally)
{
  g_auto (TallySimResult) result = { 0 };
  gint64 begun_us = g_get_monotonic_time ();
  const char *failure;

  tally->kind = kind;
  tally->seed = seed;
  tally->at = at;
  tally->busy = TRUE;
  run_world (kind, seed, at, &result);

  /* Up to its place a world is the golden one: it cannot be missed. */
  failure = result.failure;
  if (failure == NULL && kind != TALLY_SIM_SWEEP_NONE && !result.swept)
    failure = "the place is not reached";
  if (failure != NULL)
    print_failure (kind, seed, at, failure);

  tally->n_failed[kind] += failure != NULL;
  tally->n_places[kind]++;
  tally->spent_us[kind] += g_get_monotonic_time () - begun_us;
  tally->busy = FALSE;
}

/* --- all places --- */

static gint64
count_places (TallySimSweep         kind,
              const TallySimResult *result)
{
  switch (kind)
    {
    case TALLY_SIM_SWEEP_KILL:
    case TALLY_SIM_SWEEP_POWER:
      return (gint64) result->n_ops;

    case TALLY_SIM_SWEEP_IO_ERROR:
      return (gint64) result->n_calls;

    case TALLY_SIM_SWEEP_NO_MEMORY:
      return (gint64) result->n_memory;

    case TALLY_SIM_SWEEP_NONE:
    default:
      return 0;
    }
}

static gboolean
is_of_seed (TallySimSweep kind,
            gint64        seed)
{
  gboolean found = FALSE;

  if (kind == TALLY_SIM_SWEEP_KILL || kind == TALLY_SIM_SWEEP_POWER)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (error_seeds); i++)
    found = found || error_seeds[i] == seed;

  return found;
}

static gboolean
is_wanted (TallySimSweep kind)
{
  return kind != TALLY_SIM_SWEEP_NONE &&
         (one_kind == NULL || g_str_equal (one_kind, kind_names[kind]));
}

/* Without trouble, but counting: memory counts only where it could run out. FALSE: that failed. */
static gboolean
measure (gint64  seed,
         GArray *ranges)
{
  g_auto (TallySimResult) result = { 0 };

  run_world (TALLY_SIM_SWEEP_NO_MEMORY, seed, G_MAXINT64, &result);
  if (result.failure != NULL || result.swept)
    {
      g_print ("FAILED sim-sweep --seed %" G_GINT64_FORMAT " --trace: %s\n", seed,
               result.failure != NULL ? result.failure : "no end of places");
      return FALSE;
    }

  for (TallySimSweep kind = TALLY_SIM_SWEEP_KILL; kind < N_KINDS; kind++)
    {
      gint64 n_places = count_places (kind, &result);
      gint64 first = seed % stride + 1;
      Range range = { kind, seed, first, (n_places - first) / stride + 1 };

      if (is_wanted (kind) && is_of_seed (kind, seed) && first <= n_places)
        g_array_append_val (ranges, range);
    }

  return TRUE;
}

static int
compare_ranges (gconstpointer a,
                gconstpointer b)
{
  const Range *left = a;
  const Range *right = b;

  return left->kind != right->kind ? (left->kind > right->kind) - (left->kind < right->kind)
                                   : (left->seed > right->seed) - (left->seed < right->seed);
}

static gint64
sum_places (GArray *ranges)
{
  gint64 n = 0;

  for (guint i = 0; i < ranges->len; i++)
    n += g_array_index (ranges, Range, i).n_places;

  return n;
}

static void
run_job (GArray *ranges,
         Board  *board,
         int     job)
{
  gint64 n_all = sum_places (ranges);
  gint64 nth;

  while ((nth = g_atomic_int_add (&board->next, 1)) < n_all)
    {
      guint i = 0;
      const Range *range;

      for (; nth >= g_array_index (ranges, Range, i).n_places; i++)
        nth -= g_array_index (ranges, Range, i).n_places;
      range = &g_array_index (ranges, Range, i);
      run_place (range->kind, range->seed, range->first + nth * stride, &board->tallies[job]);
    }
}

static pid_t
fork_job (GArray *ranges,
          Board  *board,
          int     job)
{
  pid_t pid = fork ();

  if (pid == 0)
    {
      tally_sim_job_pin (job);
      run_job (ranges, board, job);
      _exit (0);
    }
  if (pid < 0)
    g_error ("fork failed");

  return pid;
}

/* Processes, not threads: SQLite's generator, memory and default VFS belong to a process. */
static void
run_jobs (GArray *ranges,
          Board  *board)
{
  pid_t pids[MAX_JOBS];
  int n_deaths = 0;
  int status;
  pid_t pid;

  for (int job = 0; job < n_jobs; job++)
    pids[job] = fork_job (ranges, board, job);

  while ((pid = wait (&status)) > 0)
    for (int job = 0; job < n_jobs; job++)
      {
        Tally *tally = &board->tallies[job];

        if (pids[job] != pid || !tally->busy)
          continue;

        print_failure (tally->kind, tally->seed, tally->at,
                       WIFSIGNALED (status) && WTERMSIG (status) == SIGALRM
                       ? "the world does not end" : "the process died");
        tally->n_places[tally->kind]++;
        tally->n_failed[tally->kind]++;
        tally->busy = FALSE;
        if (++n_deaths < MAX_DEATHS)
          pids[job] = fork_job (ranges, board, job);
      }
}

/* What is left out is said: nothing may look complete that is not. */
static guint64
sum_up (const Board *board,
        GArray      *ranges)
{
  guint64 n_failed = 0;
  guint64 n_done = 0;
  guint64 n_left;

  for (TallySimSweep kind = TALLY_SIM_SWEEP_KILL; kind < N_KINDS; kind++)
    {
      Tally sum = { 0 };

      for (int job = 0; job < n_jobs; job++)
        {
          sum.n_places[kind] += board->tallies[job].n_places[kind];
          sum.n_failed[kind] += board->tallies[job].n_failed[kind];
          sum.spent_us[kind] += board->tallies[job].spent_us[kind];
        }
      if (is_wanted (kind))
        g_print ("%s: places %" G_GUINT64_FORMAT ", failures %" G_GUINT64_FORMAT ", %.1f seconds\n",
                 kind_names[kind], sum.n_places[kind], sum.n_failed[kind],
                 (double) sum.spent_us[kind] / G_USEC_PER_SEC);
      n_failed += sum.n_failed[kind];
      n_done += sum.n_places[kind];
    }

  n_left = (guint64) sum_places (ranges) - n_done;
  if (n_left > 0)
    g_print ("FAILED %" G_GUINT64_FORMAT " places were not tried\n", n_left);
  if (stride > 1)
    g_print ("only every %" G_GINT64_FORMAT "th place\n", stride);

  return n_failed + n_left;
}

static int
run_all (Board *board)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  guint64 n_failed = 0;

  for (gint64 seed = 0; seed < n_seeds; seed++)
    n_failed += !measure (seed, ranges);
  g_array_sort (ranges, compare_ranges);

  run_jobs (ranges, board);
  n_failed += sum_up (board, ranges);

  return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
run_one (Board *board)
{
  Tally *tally = &board->tallies[0];

  for (TallySimSweep kind = TALLY_SIM_SWEEP_NONE; kind < N_KINDS; kind++)
    if (g_strcmp0 (one_kind != NULL ? one_kind : "none", kind_names[kind]) == 0)
      {
        if (kind != TALLY_SIM_SWEEP_NONE && one_place < 1)
          break;
        run_place (kind, one_seed, one_place, tally);
        return tally->n_failed[kind] == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
      }

  g_printerr ("a kind, one that there is, and a place from 1\n");

  return 2;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  Board *board;

  setlocale (LC_ALL, "C.UTF-8");
  tally_sim_memory_set_up ();
  tally_sim_vfs_set_up ();
  tally_sim_job_quieten ();
  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }

  n_jobs = CLAMP (n_jobs, 1, MAX_JOBS);
  stride = MAX (stride, 1);
  board = mmap (NULL, sizeof (Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (board == MAP_FAILED)
    g_error ("no memory to share");

  return one_seed >= 0 ? run_one (board) : run_all (board);
}
