/* sim-shrink.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-world.h"

G_BEGIN_DECLS

/**
 * tally_sim_shrink:
 * @options: a world that fails
 * @most_runs: how often the world may be lived through
 * @n_runs: (out) (optional): how often it was
 *
 * Takes events out of a world, half of them, a quarter and so on down to single ones, as long as
 * it still fails in the same way (delta debugging: A. Zeller, R. Hildebrandt, Simplifying and
 * Isolating Failure-Inducing Input, 2002). Each try is a process of its own: some failures end it.
 *
 * Returns: (transfer full) (nullable) (element-type TallySimEvent): what is left; %NULL when the
 *   world does not fail
 */
GArray *tally_sim_shrink (const TallySimWorldOptions *options,
                          guint                       most_runs,
                          guint                      *n_runs) G_GNUC_WARN_UNUSED_RESULT;

/* A world's shrunk list in a file, with the planted mistake that it finds. */
typedef struct
{
  char    *bug;      /* nullable */
  guint32  seed;
  GArray  *events;   /* element-type TallySimEvent */
} TallySimFixture;

TallySimFixture *tally_sim_fixture_read      (const char             *path,
                                              GError                **error) G_GNUC_WARN_UNUSED_RESULT;
char            *tally_sim_fixture_to_string (const TallySimFixture  *self) G_GNUC_WARN_UNUSED_RESULT;
void             tally_sim_fixture_free      (TallySimFixture        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimFixture, tally_sim_fixture_free)

G_END_DECLS
