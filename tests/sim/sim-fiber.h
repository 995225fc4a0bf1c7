/* sim-fiber.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallySimFiber:
 *
 * A stack of its own, for a function that stops in the middle and goes on later, all in one
 * thread: handing over costs no system's scheduler, and no lock is needed anywhere. Knows nothing
 * of whose turn it is. Running out of stack ends the process.
 */
typedef struct _TallySimFiber TallySimFiber;

typedef void (*TallySimFunc) (gpointer data);

/* The thread's own stack, to come back to. */
TallySimFiber *tally_sim_fiber_new_own (void) G_GNUC_WARN_UNUSED_RESULT;
TallySimFiber *tally_sim_fiber_new     (void) G_GNUC_WARN_UNUSED_RESULT;
/* Not the one that runs. What is still on its stack is forgotten. */
void           tally_sim_fiber_free    (TallySimFiber *self);

/* The next switch to @self, which is new or has been left for good, calls @func. It never returns:
 * it leaves for good. */
void           tally_sim_fiber_start   (TallySimFiber *self,
                                        TallySimFunc   func,
                                        gpointer       data);
/* From @self, which runs; returns when somebody switches back. */
void           tally_sim_fiber_switch  (TallySimFiber *self,
                                        TallySimFiber *to);
/* The same without a way back, but by tally_sim_fiber_start(). */
void           tally_sim_fiber_leave   (TallySimFiber *self,
                                        TallySimFiber *to);

G_END_DECLS
