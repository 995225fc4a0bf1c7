/* sim.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-job.h"
#include "sim/sim-memory.h"
#include "sim/sim-shrink.h"
#include "sim/sim-vfs.h"
#include "sim/sim-world.h"

#include <locale.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* sim: lives through many worlds and tells how many of them went wrong.
 *
 *   sim --start N --seeds N --jobs N [--twice]     many, the last line sums up
 *   sim --seed N --trace                           one, line by line
 *   sim --seed N --trace --only LIST               … with no other events than those
 *   sim --seed N --record FILE                     one, written down: see sim-record.h
 *   sim --start N --seeds N --record FOLDER        many, each in FOLDER/SEED.jsonl
 *
 * Ends with 1 when any failed; each failure is one line that reproduces it, and for the first few
 * one with as few events as still make it fail alike. */

#define MAX_JOBS 64
#define MAX_SHRUNK 3      /* failures of a process whose events are looked for */
#define SHRINK_RUNS 400   /* worlds that each of them may take */
#define MAX_EVENTS 20000   /* more are counted as so many */

/* What a job's process writes while it works and the parent reads: shared memory. */
typedef struct
{
  guint64 n_done;
  guint64 n_failed;
  guint64 n_differing;                  /* seeds whose second run was another one */
  guint64 n_faults[TALLY_SIM_N_FAULTS];
  guint64 n_edits;
  guint64 n_sent;
  guint64 n_served;
  guint32 n_seeds_by_events[MAX_EVENTS + 1];
  gint64  seed;                         /* the one under way; -1: none */
} Tally;

static gint64 start = 0;
static gint64 n_seeds = 1000;
static gint64 one_seed = -1;
static int n_jobs = 1;
static int max_failures = 10;
static int even = 0;
static gboolean trace = FALSE;
static gboolean twice = FALSE;
static char *only_text = NULL;
static GArray *only = NULL;
static char *record = NULL;

static const GOptionEntry entries[] = {
  { "start", 0, 0, G_OPTION_ARG_INT64, &start, "First seed", "N" },
  { "seeds", 0, 0, G_OPTION_ARG_INT64, &n_seeds, "How many seeds", "N" },
  { "seed", 0, 0, G_OPTION_ARG_INT64, &one_seed, "Only this seed", "N" },
  { "jobs", 0, 0, G_OPTION_ARG_INT, &n_jobs, "Processes", "N" },
  { "trace", 0, 0, G_OPTION_ARG_NONE, &trace, "Print what happens", NULL },
  { "only", 0, 0, G_OPTION_ARG_STRING, &only_text, "No other events, parted by commas", "LIST" },
  { "twice", 0, 0, G_OPTION_ARG_NONE, &twice, "Run each seed twice and compare", NULL },
  { "record", 0, 0, G_OPTION_ARG_FILENAME, &record, "Write worlds down, without server-crash",
    "PATH" },
  { "even", 0, 0, G_OPTION_ARG_INT, &even,
    "So many of a hundred requests meet with a trouble, all kinds alike, and nothing else does", "N" },
  { "max-failures", 0, 0, G_OPTION_ARG_INT, &max_failures, "Stop a process after so many", "N" },
  { NULL }
};

/* NULL: not to be recorded. */
static char *
dup_record_path (gint64 seed)
{
  if (record == NULL || one_seed >= 0)
    return g_strdup (record);

  return g_strdup_printf ("%s/%" G_GINT64_FORMAT ".jsonl", record, seed);
}

/* The events that matter, in a form that lives through them again. */
static char *
dup_shrunk (gint64 seed)
{
  TallySimWorldOptions options = { .seed = (guint32) seed };
  g_autoptr (GArray) list = tally_sim_shrink (&options, SHRINK_RUNS, NULL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      g_autofree char *event = tally_sim_event_to_string (&g_array_index (list, TallySimEvent, i));

      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", event);
    }

  return g_string_free (text, FALSE);
}

/* The line that reproduces it, and for the first few a shrunk one. */
static void
report (gint64      seed,
        const char *failure,
        guint64     n_failed)
{
  g_autofree char *shrunk = NULL;

  g_print ("FAILED sim --seed %" G_GINT64_FORMAT " --trace: %s\n", seed, failure);
  if (only != NULL || trace || n_failed > MAX_SHRUNK)
    return;

  shrunk = dup_shrunk (seed);
  g_print ("shrunk sim --seed %" G_GINT64_FORMAT " --trace --only \"%s\"\n", seed, shrunk);
}

static gboolean
parse_only (void)
{
  g_auto (GStrv) texts = only_text != NULL ? g_strsplit (only_text, ",", -1) : NULL;

  if (only_text == NULL)
    return TRUE;

  only = g_array_new (FALSE, FALSE, sizeof (TallySimEvent));
  for (guint i = 0; texts[i] != NULL; i++)
    {
      TallySimEvent event;

      if (*texts[i] == '\0')
        continue;
      if (!tally_sim_event_parse (texts[i], &event))
        {
          g_printerr ("No event: %s\n", texts[i]);
          return FALSE;
        }
      g_array_append_val (only, event);
    }

  return TRUE;
}

static void
run_seed (gint64  seed,
          Tally  *tally)
{
  g_auto (TallySimResult) result = { 0 };
  g_autofree char *path = dup_record_path (seed);
  TallySimWorldOptions options = { .seed = (guint32) seed, .print = trace, .record = path,
                                   .only = only, .even = (guint) even };

  tally->seed = seed;
  tally_sim_world_run (&options, &result);

  if (twice)
    {
      g_auto (TallySimResult) again = { 0 };

      options.print = FALSE;
      tally_sim_world_run (&options, &again);
      if (again.hash != result.hash)
        {
          tally->n_differing++;
          g_print ("FAILED sim --seed %" G_GINT64_FORMAT " --twice: another trace\n", seed);
        }
    }

  tally->n_done++;
  tally->n_seeds_by_events[MIN (result.n_events, MAX_EVENTS)]++;
  for (guint i = 0; i < TALLY_SIM_N_FAULTS; i++)
    tally->n_faults[i] += result.n_faults[i];
  tally->n_edits += result.n_edits;
  tally->n_sent += result.n_sent;
  tally->n_served += result.n_served;
  if (result.failure != NULL)
    {
      tally->n_failed++;
      report (seed, result.failure, tally->n_failed);
    }
  tally->seed = -1;
}

static void
run_job (int    job,
         Tally *tally)
{
  for (gint64 seed = start + job; seed < start + n_seeds; seed += n_jobs)
    if (tally->n_failed + tally->n_differing < (guint64) max_failures)
      run_seed (seed, tally);
}

static guint
median_events (const Tally *tallies)
{
  guint64 n_all = 0;
  guint64 n_below = 0;
  guint events = 0;

  for (int job = 0; job < n_jobs; job++)
    n_all += tallies[job].n_done;

  for (; events < MAX_EVENTS; events++)
    {
      for (int job = 0; job < n_jobs; job++)
        n_below += tallies[job].n_seeds_by_events[events];
      if (n_below * 2 >= n_all)
        break;
    }

  return events;
}

static gboolean
sum_up (const Tally *tallies,
        gint64       elapsed_us)
{
  g_autoptr (GString) faults = g_string_new (NULL);
  Tally all = { 0 };
  guint64 n_done = 0;
  guint64 n_failed = 0;

  for (int job = 0; job < n_jobs; job++)
    {
      const Tally *tally = &tallies[job];

      all.n_edits += tally->n_edits;
      all.n_sent += tally->n_sent;
      all.n_served += tally->n_served;
      n_done += tally->n_done;
      n_failed += tally->n_failed + tally->n_differing;
      if (tally->seed >= 0)
        {
          n_failed++;
          report (tally->seed, "the process died", n_failed);
        }
    }

  for (guint i = 0; i < TALLY_SIM_N_FAULTS; i++)
    {
      guint64 n = 0;

      for (int job = 0; job < n_jobs; job++)
        n += tallies[job].n_faults[i];
      g_string_append_printf (faults, " %s %" G_GUINT64_FORMAT, tally_sim_kind_to_string (i), n);
    }

  g_print ("edits %" G_GUINT64_FORMAT ", requests of devices %" G_GUINT64_FORMAT
           ", seen by the server %" G_GUINT64_FORMAT "\n", all.n_edits, all.n_sent, all.n_served);
  g_print ("seeds %" G_GUINT64_FORMAT ", events %u (median), faults%s, failures %" G_GUINT64_FORMAT
           ", %.0f seeds/s\n", n_done, median_events (tallies), faults->str, n_failed,
           (double) n_done * G_USEC_PER_SEC / (double) MAX (elapsed_us, 1));

  return n_failed == 0;
}

/* Processes, not threads: SQLite's generator and default VFS belong to a process. */
static void
run_jobs (Tally *tallies)
{
  for (int job = 0; job < n_jobs; job++)
    {
      pid_t pid = fork ();

      if (pid == 0)
        {
          tally_sim_job_pin (job);
          run_job (job, &tallies[job]);
          _exit (0);
        }
      if (pid < 0)
        g_error ("fork failed");
    }

  while (wait (NULL) > 0)
    ;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  gint64 begun_us = g_get_monotonic_time ();
  Tally *tallies;

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

  if (!parse_only ())
    return 2;

  n_jobs = CLAMP (n_jobs, 1, MAX_JOBS);
  if (one_seed >= 0)
    {
      start = one_seed;
      n_seeds = 1;
      n_jobs = 1;
    }

  tallies = mmap (NULL, sizeof (Tally) * (gsize) n_jobs, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (tallies == MAP_FAILED)
    g_error ("no memory to share");
  for (int job = 0; job < n_jobs; job++)
    tallies[job].seed = -1;

  if (n_jobs == 1)
    run_job (0, &tallies[0]);
  else
    run_jobs (tallies);

  return sum_up (tallies, g_get_monotonic_time () - begun_us) ? 0 : 1;
}
