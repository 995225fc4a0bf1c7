/* tally-resolution.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-resolution-field.h"
#include "tally-resolution-version.h"

#include "client/tally-conflict-item.h"

G_BEGIN_DECLS

#define TALLY_TYPE_RESOLUTION (tally_resolution_get_type ())
G_DECLARE_FINAL_TYPE (TallyResolution, tally_resolution, TALLY, RESOLUTION, GObject)

TallyResolution   *tally_resolution_new              (TallyConflictItem  *item) G_GNUC_WARN_UNUSED_RESULT;

TallyConflictItem *tally_resolution_get_item         (TallyResolution    *self);
const char        *tally_resolution_get_id           (TallyResolution    *self);
/* (transfer none) (element-type TallyResolutionField): empty when a whole version is to be taken */
GListModel        *tally_resolution_get_fields       (TallyResolution    *self);
/* (transfer none) (element-type TallyResolutionVersion) */
GListModel        *tally_resolution_get_versions     (TallyResolution    *self);
/* Whether one whole version is chosen instead of field by field. */
gboolean           tally_resolution_is_whole         (TallyResolution    *self);
gboolean           tally_resolution_is_complete      (TallyResolution    *self);
guint              tally_resolution_get_n_decided    (TallyResolution    *self);
const char        *tally_resolution_get_take         (TallyResolution    *self);

void               tally_resolution_choose           (TallyResolution    *self,
                                                      guint               field,
                                                      TallyChoice         choice);
gboolean           tally_resolution_enter            (TallyResolution    *self,
                                                      guint               field,
                                                      const char         *text,
                                                      char              **message);
void               tally_resolution_choose_undecided (TallyResolution    *self,
                                                      TallyChoice         choice);
void               tally_resolution_take             (TallyResolution    *self,
                                                      const char         *take);
gboolean           tally_resolution_has_version      (TallyResolution    *self,
                                                      const char         *take);
gboolean           tally_resolution_find_undecided   (TallyResolution    *self,
                                                      int                 from,
                                                      int                 direction,
                                                      guint              *found);
void               tally_resolution_undo             (TallyResolution    *self);
void               tally_resolution_redo             (TallyResolution    *self);
guint              tally_resolution_adopt            (TallyResolution    *self,
                                                      TallyResolution    *older);
/* (transfer floating): Resolve's a(sss) */
GVariant          *tally_resolution_to_variant       (TallyResolution    *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
