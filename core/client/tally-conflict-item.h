/* tally-conflict-item.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "client/tally-conflict-field.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* One live leaf of a fork. */
typedef struct
{
  char     *rev;
  gboolean  deleted;
  char     *body;     /* nullable */
} TallyConflictVersion;

/**
 * TallyConflictItem:
 *
 * One open conflict as it was shown: properties "id", "collection", "kind" (edit, delete, create,
 * attachments, fork), "fields" (GListModel of TallyConflictField), "base", "local", "server" (JSON
 * text of the body, %NULL: deleted, absent or not known) and "shown" (goes back with Resolve).
 * Immutable: a conflict that moved is another item.
 */
#define TALLY_TYPE_CONFLICT_ITEM (tally_conflict_item_get_type ())
G_DECLARE_FINAL_TYPE (TallyConflictItem, tally_conflict_item, TALLY, CONFLICT_ITEM, GObject)

/* One element of ListConflicts; every value stays the text it was. */
TallyConflictItem *tally_conflict_item_new_from_json (const char         *json,
                                                      gssize              length,
                                                      GError            **error) G_GNUC_WARN_UNUSED_RESULT;
const char        *tally_conflict_item_get_id         (TallyConflictItem  *self);
const char        *tally_conflict_item_get_collection (TallyConflictItem  *self);
const char        *tally_conflict_item_get_kind       (TallyConflictItem  *self);
const char        *tally_conflict_item_get_shown      (TallyConflictItem  *self);
const char        *tally_conflict_item_get_base       (TallyConflictItem  *self);
const char        *tally_conflict_item_get_local      (TallyConflictItem  *self);
const char        *tally_conflict_item_get_server     (TallyConflictItem  *self);
/* (transfer none) (element-type TallyConflictField) */
GListModel        *tally_conflict_item_get_fields     (TallyConflictItem  *self);
/* (transfer none) (element-type TallyConflictVersion): the server's winner first; empty unless
 * the conflict is a fork. */
GPtrArray         *tally_conflict_item_get_versions   (TallyConflictItem  *self);

G_END_DECLS
