/* tally-step.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-step.h"

static void
move_free (TallyMove *self)
{
  g_free (self->value[0]);
  g_free (self->value[1]);
  g_free (self);
}

void
tally_step_add_field (TallyStep            *self,
                      TallyResolutionField *field,
                      TallyChoice           choice,
                      const char           *value)
{
  TallyMove *move;

  if (tally_resolution_field_get_choice (field) == choice &&
      g_strcmp0 (tally_resolution_field_get_value (field), value) == 0)
    return;

  move = g_new0 (TallyMove, 1);
  move->field = tally_resolution_field_get_position (field);
  move->choice[0] = tally_resolution_field_get_choice (field);
  move->value[0] = g_strdup (tally_resolution_field_get_value (field));
  move->choice[1] = choice;
  move->value[1] = g_strdup (value);
  g_ptr_array_add (self, move);
}

TallyStep *
tally_step_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) move_free);
}

void
tally_step_add_take (TallyStep  *self,
                     const char *before,
                     const char *after)
{
  TallyMove *move = g_new0 (TallyMove, 1);

  move->field = -1;
  move->value[0] = g_strdup (before);
  move->value[1] = g_strdup (after);
  g_ptr_array_add (self, move);
}
