/* tally-json-names-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-json-scanner.h"

G_BEGIN_DECLS

/**
 * TallyJsonNames:
 *
 * The names seen in the objects that are open now, to find one named twice. Lives on the stack.
 */
typedef struct
{
  /*< private >*/
  GArray *entries;
  guint   level;    /* index of the entry that opened the innermost object */
} TallyJsonNames;

void      tally_json_names_init   (TallyJsonNames      *self);
void      tally_json_names_clear  (TallyJsonNames      *self);
void      tally_json_names_open   (TallyJsonNames      *self);
gboolean  tally_json_names_add    (TallyJsonNames      *self,
                                   const TallyJsonSpan *name);
gboolean  tally_json_names_close  (TallyJsonNames      *self,
                                   TallyJsonSpan       *twice);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TallyJsonNames, tally_json_names_clear)

G_END_DECLS
