/* tally-json-view.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-json-text.h"

G_BEGIN_DECLS

/**
 * TallyJsonView:
 *
 * An object of an answer, read by member names. Values stay the text they are, so that numbers
 * keep every digit. Refuses to know what the members mean. Immutable; any thread.
 */
typedef struct _TallyJsonView TallyJsonView;

/* BAD_ANSWER comes as a TallyJsonError. @text is copied. */
TallyJsonView *tally_json_view_new         (const char           *text,
                                            gssize                length,
                                            GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void           tally_json_view_free        (TallyJsonView        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyJsonView, tally_json_view_free)

/* The value's JSON text; NULL when the member is absent. */
char          *tally_json_view_dup_raw     (TallyJsonView        *self,
                                            const char           *name) G_GNUC_WARN_UNUSED_RESULT;
/* The plain text; NULL when absent or not a string. */
char          *tally_json_view_dup_string  (TallyJsonView        *self,
                                            const char           *name) G_GNUC_WARN_UNUSED_RESULT;
/* 0 when absent or not a whole number. */
gint64         tally_json_view_get_int     (TallyJsonView        *self,
                                            const char           *name);
gboolean       tally_json_view_get_boolean (TallyJsonView        *self,
                                            const char           *name);
/* The object in a member; NULL when there is none. */
TallyJsonView *tally_json_view_get_view    (TallyJsonView        *self,
                                            const char           *name) G_GNUC_WARN_UNUSED_RESULT;
/* The objects of an array in a member: element-type TallyJsonView; empty when there is none. */
GPtrArray     *tally_json_view_list        (TallyJsonView        *self,
                                            const char           *name) G_GNUC_WARN_UNUSED_RESULT;
/* This object's own text. */
const char    *tally_json_view_get_text    (TallyJsonView        *self);

G_END_DECLS
