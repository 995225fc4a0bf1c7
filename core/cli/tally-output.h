/* tally-output.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TallyOutput:
 *
 * Standard output as bytes: buffered, never converted to a character set (records are UTF-8
 * whatever the locale), and a failed write is remembered and reported once, by close. Text of
 * records goes through tally_output_text(), so that it can't steer a terminal. Single thread.
 */
typedef struct _TallyOutput TallyOutput;

TallyOutput *tally_output_new      (int           fd) G_GNUC_WARN_UNUSED_RESULT;
void         tally_output_free     (TallyOutput  *self);
gboolean     tally_output_is_tty   (TallyOutput  *self);
/* Nothing was printed yet. */
gboolean     tally_output_is_empty (TallyOutput  *self);

/* As it is. */
void         tally_output_raw      (TallyOutput  *self,
                                    const char   *bytes,
                                    gssize        length);
void         tally_output_line     (TallyOutput  *self,
                                    const char   *text);
void         tally_output_printf   (TallyOutput  *self,
                                    const char   *format,
                                    ...) G_GNUC_PRINTF (2, 3);
/* Control characters shown as \n, \u001b, …; padded with blanks to @width characters. */
void         tally_output_text     (TallyOutput  *self,
                                    const char   *text,
                                    guint         width);
/* Out with what is buffered, e.g. before waiting. */
void         tally_output_flush    (TallyOutput  *self);
/* Copies the rest of @fd, from where it stands. */
gboolean     tally_output_copy     (TallyOutput  *self,
                                    int           fd,
                                    GError      **error);
/* FALSE with the first thing that went wrong. */
gboolean     tally_output_close    (TallyOutput  *self,
                                    GError      **error);

/* @text with its control characters made visible. */
char        *tally_output_escape   (const char   *text) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyOutput, tally_output_free)

G_END_DECLS
