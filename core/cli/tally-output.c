/* tally-output.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-output.h"

#include "cli/tally-exit-code.h"

#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

/* A pipe's own size on Linux: larger writes gain nothing. */
#define BUFFER_BYTES (64 * 1024)

struct _TallyOutput
{
  int      fd;        /* borrowed */
  GString *pending;   /* owned */
  int      failed;    /* errno of the first write that failed; 0: none */
  gboolean flushed;   /* some of it is out */
};

TallyOutput *
tally_output_new (int fd)
{
  TallyOutput *self = g_new0 (TallyOutput, 1);

  self->fd = fd;
  self->pending = g_string_new (NULL);

  return self;
}

void
tally_output_free (TallyOutput *self)
{
  g_string_free (self->pending, TRUE);
  g_free (self);
}

gboolean
tally_output_is_tty (TallyOutput *self)
{
  return isatty (self->fd);
}

gboolean
tally_output_is_empty (TallyOutput *self)
{
  return !self->flushed && self->pending->len == 0;
}

void
tally_output_flush (TallyOutput *self)
{
  gsize done = 0;

  self->flushed = self->flushed || self->pending->len > 0;

  while (self->failed == 0 && done < self->pending->len)
    {
      gssize n = write (self->fd, self->pending->str + done, self->pending->len - done);

      if (n >= 0)
        done += n;
      else if (errno != EINTR)
        self->failed = errno;
    }

  g_string_truncate (self->pending, 0);
}

void
tally_output_raw (TallyOutput *self,
                  const char  *bytes,
                  gssize       length)
{
  g_string_append_len (self->pending, bytes, length);

  if (self->pending->len >= BUFFER_BYTES)
    tally_output_flush (self);
}

void
tally_output_line (TallyOutput *self,
                   const char  *text)
{
  tally_output_raw (self, text, -1);
  tally_output_raw (self, "\n", 1);
}

void
tally_output_printf (TallyOutput *self,
                     const char  *format,
                     ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_string_append_vprintf (self->pending, format, arguments);
  va_end (arguments);
}

/* C0, DEL and C1 steer a terminal; the bidirectional overrides make text read as another one. */
static gboolean
is_steering (gunichar c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

char *
tally_output_escape (const char *text)
{
  GString *escaped = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '\n')
        g_string_append (escaped, "\\n");
      else if (c == '\t')
        g_string_append (escaped, "\\t");
      else if (is_steering (c))
        g_string_append_printf (escaped, "\\u%04x", c);
      else
        g_string_append_unichar (escaped, c);
    }

  return g_string_free (escaped, FALSE);
}

void
tally_output_text (TallyOutput *self,
                   const char  *text,
                   guint        width)
{
  g_autofree char *escaped = tally_output_escape (text);

  tally_output_raw (self, escaped, -1);
  for (glong n = g_utf8_strlen (escaped, -1); n < width; n++)
    tally_output_raw (self, " ", 1);
}

gboolean
tally_output_copy (TallyOutput  *self,
                   int           fd,
                   GError      **error)
{
  g_autofree char *buffer = g_malloc (BUFFER_BYTES);

  while (self->failed == 0)
    {
      gssize n = read (fd, buffer, BUFFER_BYTES);

      if (n == 0)
        break;
      else if (n > 0)
        tally_output_raw (self, buffer, n);
      else if (errno != EINTR)
        {
          g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_OUTPUT,
                       _("The export could not be read back: %s"), g_strerror (errno));
          return FALSE;
        }
    }

  return TRUE;
}

gboolean
tally_output_close (TallyOutput  *self,
                    GError      **error)
{
  tally_output_flush (self);

  if (self->failed == 0)
    return TRUE;

  g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_OUTPUT,
               _("The output could not be written: %s"), g_strerror (self->failed));
  return FALSE;
}
