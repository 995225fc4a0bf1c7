/* tally-json-node.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-json-text.h"

G_BEGIN_DECLS

/**
 * TallyJsonNode:
 *
 * An object of an answer, read by member names. Values stay the text they are, so that numbers
 * keep every digit. Refuses to know what the members mean. The readers of members take %NULL for an
 * object that lacks them all. Immutable; any thread.
 */
typedef struct _TallyJsonNode TallyJsonNode;

/* @text: copied; SYNTAX where it is no object. */
TallyJsonNode *tally_json_node_new         (const char           *text,
                                            gssize                length,
                                            GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void           tally_json_node_free        (TallyJsonNode        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyJsonNode, tally_json_node_free)

/* The value's JSON text; NULL when the member is absent. */
char          *tally_json_node_dup_raw     (TallyJsonNode        *self,
                                            const char           *name) G_GNUC_WARN_UNUSED_RESULT;
/* The plain text; NULL when absent or not a string. */
char          *tally_json_node_dup_string  (TallyJsonNode        *self,
                                            const char           *name) G_GNUC_WARN_UNUSED_RESULT;
/* 0 when absent or not a whole number. */
gint64         tally_json_node_get_int     (TallyJsonNode        *self,
                                            const char           *name);
gboolean       tally_json_node_get_boolean (TallyJsonNode        *self,
                                            const char           *name);
/* The object in a member; NULL when there is none. */
TallyJsonNode *tally_json_node_get_node    (TallyJsonNode        *self,
                                            const char           *name) G_GNUC_WARN_UNUSED_RESULT;
/* The objects of an array in a member: element-type TallyJsonNode; empty when there is none. */
GPtrArray     *tally_json_node_list        (TallyJsonNode        *self,
                                            const char           *name) G_GNUC_WARN_UNUSED_RESULT;
/* This object's own text. */
const char    *tally_json_node_get_text    (TallyJsonNode        *self);

G_END_DECLS
