/* tally-resolution-field.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "client/tally-conflict-field.h"

G_BEGIN_DECLS

/**
 * TallyChoice:
 * @TALLY_CHOICE_NONE: undecided
 * @TALLY_CHOICE_BASE: as it was before
 * @TALLY_CHOICE_LOCAL: as this computer has it
 * @TALLY_CHOICE_SERVER: as the server has it
 * @TALLY_CHOICE_VALUE: a value that was entered
 *
 * Where a field's result comes from.
 */
typedef enum
{
  TALLY_CHOICE_NONE,
  TALLY_CHOICE_BASE,
  TALLY_CHOICE_LOCAL,
  TALLY_CHOICE_SERVER,
  TALLY_CHOICE_VALUE,
} TallyChoice;

#define TALLY_TYPE_CHOICE (tally_choice_get_type ())
GType tally_choice_get_type (void);

#define TALLY_TYPE_RESOLUTION_FIELD (tally_resolution_field_get_type ())
G_DECLARE_FINAL_TYPE (TallyResolutionField, tally_resolution_field, TALLY, RESOLUTION_FIELD,
                      GObject)

TallyResolutionField *tally_resolution_field_new          (TallyConflictField   *source,
                                                           guint                 position,
                                                           guint                 n_fields)
                                                          G_GNUC_WARN_UNUSED_RESULT;

TallyConflictField   *tally_resolution_field_get_source   (TallyResolutionField *self);
const char           *tally_resolution_field_get_name     (TallyResolutionField *self);
guint                 tally_resolution_field_get_position (TallyResolutionField *self);
TallyChoice           tally_resolution_field_get_choice   (TallyResolutionField *self);
const char           *tally_resolution_field_get_value    (TallyResolutionField *self);
const char           *tally_resolution_field_get_side     (TallyResolutionField *self,
                                                           TallyChoice           choice);
char                 *tally_resolution_field_dup_result   (TallyResolutionField *self)
                                                          G_GNUC_WARN_UNUSED_RESULT;
char                 *tally_resolution_field_dup_origin   (TallyResolutionField *self)
                                                          G_GNUC_WARN_UNUSED_RESULT;
char                 *tally_resolution_field_dup_spoken   (TallyResolutionField *self)
                                                          G_GNUC_WARN_UNUSED_RESULT;

/* For the resolution that owns the field; anybody else goes through it, so that it can be undone. */
void                  tally_resolution_field_set          (TallyResolutionField *self,
                                                           TallyChoice           choice,
                                                           const char           *value);

G_END_DECLS
