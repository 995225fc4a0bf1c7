/* tally-json-writer.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallyJsonWriter:
 *
 * Builds a JSON text front to back into a GString, commas and quotes kept right. For envelopes
 * and answers; a body goes in with tally_json_writer_raw(), so that its bytes stay as they are
 * (json-glib 1.6.6 bends large integers and 1e21). Lives on the stack; single thread.
 */
typedef struct
{
  /*< private >*/
  GString  *out;        /* borrowed or owned, see init */
  gboolean  owned;
  gboolean  need_comma;
} TallyJsonWriter;

/* @out may be NULL: then the writer makes its own, taken with finish(). */
void   tally_json_writer_init          (TallyJsonWriter *self,
                                        GString         *out);
void   tally_json_writer_begin_object  (TallyJsonWriter *self);
void   tally_json_writer_end_object    (TallyJsonWriter *self);
void   tally_json_writer_begin_array   (TallyJsonWriter *self);
void   tally_json_writer_end_array     (TallyJsonWriter *self);
void   tally_json_writer_name          (TallyJsonWriter *self,
                                        const char      *name);
/* NULL writes null. */
void   tally_json_writer_string        (TallyJsonWriter *self,
                                        const char      *value);
void   tally_json_writer_int           (TallyJsonWriter *self,
                                        gint64           value);
void   tally_json_writer_boolean       (TallyJsonWriter *self,
                                        gboolean         value);
void   tally_json_writer_null          (TallyJsonWriter *self);
/* Valid JSON, copied as it is; NULL writes null; length -1: NUL-terminated. */
void   tally_json_writer_raw           (TallyJsonWriter *self,
                                        const char      *json,
                                        gssize           length);
/* name + value in one call, the common case */
void   tally_json_writer_member        (TallyJsonWriter *self,
                                        const char      *name,
                                        const char      *value);
void   tally_json_writer_member_int    (TallyJsonWriter *self,
                                        const char      *name,
                                        gint64           value);
/* µs since 1970, as ISO 8601 in UTC to the second; 0 writes null. */
void   tally_json_writer_member_date   (TallyJsonWriter *self,
                                        const char      *name,
                                        gint64           date_us);
void   tally_json_writer_member_boolean(TallyJsonWriter *self,
                                        const char      *name,
                                        gboolean         value);
/* The text; only for a writer made with NULL. */
char  *tally_json_writer_finish        (TallyJsonWriter *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
