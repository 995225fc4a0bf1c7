/* tally-conflict-field.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * TallyConflictField:
 *
 * One member that the sides of a conflict disagree on: properties "pointer" (RFC 6901), "before",
 * "local", "server" (JSON text as it stands in the record, %NULL: absent there) and "verdict"
 * ("local", "server", "conflict": who changed it). Immutable.
 */
#define TALLY_TYPE_CONFLICT_FIELD (tally_conflict_field_get_type ())
G_DECLARE_FINAL_TYPE (TallyConflictField, tally_conflict_field, TALLY, CONFLICT_FIELD, GObject)

TallyConflictField *tally_conflict_field_new         (const char         *pointer,
                                                      const char         *before,
                                                      const char         *local,
                                                      const char         *server,
                                                      const char         *verdict) G_GNUC_WARN_UNUSED_RESULT;
const char         *tally_conflict_field_get_pointer (TallyConflictField *self);
const char         *tally_conflict_field_get_before  (TallyConflictField *self);
const char         *tally_conflict_field_get_local   (TallyConflictField *self);
const char         *tally_conflict_field_get_server  (TallyConflictField *self);
const char         *tally_conflict_field_get_verdict (TallyConflictField *self);

G_END_DECLS
