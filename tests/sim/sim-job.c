/* sim-job.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* For the processors a process may use. */
#define _GNU_SOURCE
#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-job.h"

#include <sched.h>

void
tally_sim_job_pin (int job)
{
  cpu_set_t allowed;
  cpu_set_t chosen;
  int n = job;

  if (sched_getaffinity (0, sizeof allowed, &allowed) != 0)
    return;

  n %= CPU_COUNT (&allowed);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
    if (CPU_ISSET (cpu, &allowed) && n-- == 0)
      {
        CPU_ZERO (&chosen);
        CPU_SET (cpu, &chosen);
        sched_setaffinity (0, sizeof chosen, &chosen);
        return;
      }
}

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

void
tally_sim_job_quieten (void)
{
  g_log_set_writer_func (write_log, NULL, NULL);
}
