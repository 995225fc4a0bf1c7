/* tally-json-text.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-json-scanner.h"

G_BEGIN_DECLS

/* One member of an object: both spans borrowed from the object's text. */
typedef struct
{
  TallyJsonSpan name;   /* with quotes, escapes as they came */
  TallyJsonSpan value;
} TallyJsonMember;

/* The text form (architecture: bodies are text): validates and drops white space outside
 * strings, every other byte as it came. Refuses duplicate names (after unescaping), bad UTF-8
 * and depth. */
char      *tally_json_text_compact     (const char     *text,
                                        gssize          length,
                                        GError        **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a value cut from @text by the functions below; appended to @out. @text is only
 * there so that an error can name the line. */
gboolean   tally_json_span_append_compact
                                       (const TallyJsonSpan *span,
                                        const char     *text,
                                        GString        *out,
                                        GError        **error);
/* The line of @text on which the span begins, from 1. */
guint      tally_json_span_get_line    (const TallyJsonSpan *span,
                                        const char     *text);

/* Members of an object in their order; (element-type TallyJsonMember). */
GArray    *tally_json_text_members     (const char     *text,
                                        gssize          length,
                                        GError        **error) G_GNUC_WARN_UNUSED_RESULT;
/* Elements of an array in their order; (element-type TallyJsonSpan). */
GArray    *tally_json_text_elements    (const char     *text,
                                        gssize          length,
                                        GError        **error) G_GNUC_WARN_UNUSED_RESULT;
/* Finds a member by its plain (unescaped) name in a members array; NULL when absent. */
const TallyJsonMember *
           tally_json_members_find     (GArray         *members,
                                        const char     *name);
/* TRUE when the span is a quoted string that, unescaped, is exactly @plain. */
gboolean   tally_json_span_equals      (const TallyJsonSpan *span,
                                        const char     *plain);
/* A copy of the span's text, NUL-terminated. */
char      *tally_json_span_dup         (const TallyJsonSpan *span) G_GNUC_WARN_UNUSED_RESULT;
/* Unescaped string as UTF-8; NULL with an ENCODING error where it cannot be a C string
 * (\u0000, lone surrogate) or SYNTAX where the span is no string. */
char      *tally_json_span_dup_string  (const TallyJsonSpan *span,
                                        GError        **error) G_GNUC_WARN_UNUSED_RESULT;
/* Appends the unescaped bytes of a quoted string, whatever they are: \u0000 as a zero byte, a
 * lone surrogate as its three WTF-8 bytes. One name, one row of bytes: for comparing. */
void       tally_json_span_append_bytes(const TallyJsonSpan *span,
                                        GString        *out);
/* A whole number in gint64's range; FALSE with an error otherwise. */
gboolean   tally_json_span_get_int     (const TallyJsonSpan *span,
                                        gint64         *value,
                                        GError        **error);
/* Appends @plain as a JSON string, quotes included, escaped as little as JSON allows. */
void       tally_json_append_string    (GString        *out,
                                        const char     *plain);
/* Equality of values: strings unescaped, numbers as decimals, member order ignored,
 * array order kept. Both texts must be valid. */
gboolean   tally_json_text_equal       (const char     *a,
                                        gssize          a_length,
                                        const char     *b,
                                        gssize          b_length);

G_END_DECLS
