/* tally-order.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TallyOrder:
 *
 * In which order edits leave, as somebody has declared it for a store:
 *
 *   {"receipt":{"priority":1,"references":{"/till":"till","/voids":""}}}
 *
 * Of each collection a priority (the greater first; 0 without it) and the members that name other
 * records, as JSON pointers (RFC 6901; through lists, each element counts). With each stands the
 * collection of what it names, which the value then leaves out; "" where the value is a whole id.
 * Immutable once made; any thread.
 */
typedef struct _TallyOrder TallyOrder;

/* G_IO_ERROR_INVALID_DATA says what is wrong with the text. */
TallyOrder *tally_order_new          (const char        *json,
                                      GError           **error) G_GNUC_WARN_UNUSED_RESULT;
void        tally_order_free         (TallyOrder        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyOrder, tally_order_free)

int         tally_order_get_priority (const TallyOrder  *self,
                                      const char        *key);
/* Adds the ids of the records that this one names (element-type utf8, owned). */
void        tally_order_add_parents  (const TallyOrder  *self,
                                      const char        *key,
                                      const char        *body,
                                      GPtrArray         *parents);

G_END_DECLS
