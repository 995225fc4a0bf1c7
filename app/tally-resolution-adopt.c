/* tally-resolution-adopt.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-resolution-private.h"

static TallyResolutionField *
get_field (TallyResolution *self,
           guint            position)
{
  g_autoptr (TallyResolutionField) field = NULL;

  field = g_list_model_get_item (G_LIST_MODEL (self->fields), position);

  return field;   /* the store keeps it */
}

/* What a person decided still fits where the sides they looked at hold what they held. */
static gboolean
still_fits (TallyResolutionField *now,
            TallyResolutionField *then)
{
  static const TallyChoice sides[] = { TALLY_CHOICE_BASE, TALLY_CHOICE_LOCAL, TALLY_CHOICE_SERVER };

  if (g_strcmp0 (tally_conflict_field_get_pointer (tally_resolution_field_get_source (now)),
                 tally_conflict_field_get_pointer (tally_resolution_field_get_source (then))) != 0)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (g_strcmp0 (tally_resolution_field_get_side (now, sides[i]),
                   tally_resolution_field_get_side (then, sides[i])) != 0)
      return FALSE;

  return TRUE;
}

static TallyResolutionVersion *
find_version (TallyResolution *self,
              const char      *take)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->versions)); i++)
    {
      g_autoptr (TallyResolutionVersion) version = NULL;

      version = g_list_model_get_item (G_LIST_MODEL (self->versions), i);
      if (g_strcmp0 (tally_resolution_version_get_take (version), take) == 0)
        return version;   /* the store keeps it */
    }

  return NULL;
}

static guint
adopt_take (TallyResolution *self,
            TallyResolution *older)
{
  TallyResolutionVersion *then = find_version (older, older->take);
  TallyResolutionVersion *now = find_version (self, older->take);

  if (then == NULL)
    return 0;
  if (now == NULL || g_strcmp0 (tally_resolution_version_get_text (now),
                                tally_resolution_version_get_text (then)) != 0)
    return 1;

  tally_resolution_take (self, older->take);
  return 0;
}

/**
 * tally_resolution_adopt:
 * @self: a resolution of the conflict as it is now
 * @older: one of the same conflict as it was
 *
 * Carries over what was decided about fields that still hold what they held. A field that moved
 * is opened again where both sides changed it: the decision was about something else.
 *
 * Returns: how many decisions did not fit any more
 */
guint
tally_resolution_adopt (TallyResolution *self,
                        TallyResolution *older)
{
  guint n_lost = 0;
  guint n_then;
  guint n_now;
  TallyStep *step;

  g_return_val_if_fail (TALLY_IS_RESOLUTION (self), 0);
  g_return_val_if_fail (TALLY_IS_RESOLUTION (older), 0);

  if (self->whole || older->whole)
    return self->whole && older->whole ? adopt_take (self, older) : (older->undo->len > 0);

  step = tally_step_new ();
  n_then = g_list_model_get_n_items (G_LIST_MODEL (older->fields));
  n_now = g_list_model_get_n_items (G_LIST_MODEL (self->fields));
  for (guint i = 0; i < n_then; i++)
    {
      TallyResolutionField *then = get_field (older, i);
      TallyChoice choice = tally_resolution_field_get_choice (then);
      gboolean kept = FALSE;

      if (choice == TALLY_CHOICE_NONE)
        continue;

      for (guint j = 0; j < n_now && !kept; j++)
        if (still_fits (get_field (self, j), then))
          {
            tally_step_add_field (step, get_field (self, j), choice,
                            tally_resolution_field_get_value (then));
            kept = TRUE;
          }
      n_lost += !kept;
    }
  tally_resolution_do_step (self, step);

  return n_lost;
}

/**
 * tally_resolution_has_version:
 * @self: a resolution
 * @take: a version's word
 *
 * Returns: whether there is such a version to take
 */
gboolean
tally_resolution_has_version (TallyResolution *self,
                              const char      *take)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION (self), FALSE);

  return find_version (self, take) != NULL;
}
