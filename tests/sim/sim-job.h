/* sim-job.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the processes of the simulator's programs have in common. */

/* Wandering between processors costs more than it wins: this process stays on one of those it may
 * use. */
void tally_sim_job_pin     (int job);

/* A server whose disk dies says so; here that is nobody's news. What ends the process is. */
void tally_sim_job_quieten (void);

G_END_DECLS
