/* tally-progress-line.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "cli/tally-output.h"
#include "tally-bus.h"

G_BEGIN_DECLS

/**
 * TallyProgressLine:
 *
 * Shows a run while it goes on: on a terminal one line that is written over, in a pipe one plain
 * line a phase. Follows the proxy's property until freed. Main thread.
 */
typedef struct _TallyProgressLine TallyProgressLine;

TallyProgressLine *tally_progress_line_new  (TallyBusSync       *proxy,
                                             TallyOutput        *output) G_GNUC_WARN_UNUSED_RESULT;
/* Takes the line off the terminal. */
void               tally_progress_line_free (TallyProgressLine  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyProgressLine, tally_progress_line_free)

G_END_DECLS
