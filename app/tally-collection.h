/* tally-collection.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define TALLY_TYPE_COLLECTION (tally_collection_get_type ())
G_DECLARE_FINAL_TYPE (TallyCollection, tally_collection, TALLY, COLLECTION, GObject)

TallyCollection *tally_collection_new      (const char      *name) G_GNUC_WARN_UNUSED_RESULT;

const char      *tally_collection_get_name (TallyCollection *self);
void             tally_collection_set      (TallyCollection *self,
                                            guint            n_records,
                                            guint            n_pending,
                                            guint            n_conflicts);

G_END_DECLS
