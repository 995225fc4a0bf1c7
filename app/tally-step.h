/* tally-step.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-resolution-field.h"

G_BEGIN_DECLS

/* One field's or the take's move; field -1 is the take. */
typedef struct
{
  int         field;
  TallyChoice choice[2];   /* before, after */
  char       *value[2];    /* nullable */
} TallyMove;

/**
 * TallyStep:
 *
 * What one press of undo takes back: an array of TallyMove. Remembers, never acts.
 */
typedef GPtrArray TallyStep;

TallyStep *tally_step_new       (void) G_GNUC_WARN_UNUSED_RESULT;
/* Nothing is added where the field already is as it should be. */
void       tally_step_add_field (TallyStep            *self,
                                 TallyResolutionField *field,
                                 TallyChoice           choice,
                                 const char           *value);
void       tally_step_add_take  (TallyStep            *self,
                                 const char           *before,
                                 const char           *after);

G_END_DECLS
