/* tally-resolution-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-resolution.h"
#include "tally-step.h"

G_BEGIN_DECLS

struct _TallyResolution
{
  GObject parent_instance;

  TallyConflictItem *item;        /* owned */

  GListStore        *fields;      /* TallyResolutionField */
  GListStore        *versions;    /* TallyResolutionVersion */
  gboolean           whole;

  char              *take;        /* nullable; the version chosen */
  GPtrArray         *undo;        /* TallyStep */
  GPtrArray         *redo;        /* TallyStep */
};

/* Takes the step: makes its moves and remembers it. (transfer full) */
void tally_resolution_do_step (TallyResolution *self,
                               TallyStep       *step);

G_END_DECLS
