/* sim-memory.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* SQLite's memory, which can run out at a chosen allocation. It belongs to the process, as
 * SQLite's configuration does; exactly one thread may run at a time, as the baton sees to. Whoever
 * means one actor only says so with a filter. GLib's memory is not touched: there, running out
 * ends the process.
 *
 * What SQLite gives back is kept for it and never returned, which is a good deal faster. */

/* Once, before any other use of SQLite in the process. Takes away SQLite's own little stores, so
 * that all it allocates comes by here. */
void     tally_sim_memory_set_up     (void);

/* Off at first: nothing is counted, and nothing fails. */
void     tally_sim_memory_count      (gboolean on);
/* @func: (nullable): whether the allocation that is asked for just now counts. */
typedef gboolean (*TallySimMemoryFilter) (gpointer data);
void     tally_sim_memory_set_filter (TallySimMemoryFilter  func,
                                      gpointer              data);
/* Allocations, and changes of their sizes, while counting was on, since the last
 * tally_sim_memory_fail_after(). */
guint64  tally_sim_memory_get_n      (void);

/* The @n-th counted allocation from now, 1: the next, and the following @n_times - 1 give NULL;
 * later ones work again. @n_times 0: none is to fail any more. */
void     tally_sim_memory_fail_after (guint64  n,
                                      guint    n_times);
/* Whether any was made to fail since the last tally_sim_memory_fail_after(). */
gboolean tally_sim_memory_has_failed (void);

G_END_DECLS
