/* tally-progress-line.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-progress-line.h"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

struct _TallyProgressLine
{
  TallyBusSync *proxy;       /* owned */
  TallyOutput  *output;      /* borrowed */
  gulong        handler;

  char         *phase;       /* owned, nullable: the last one printed into a pipe */
  gboolean      on_screen;   /* a line is there to be written over */
};

static const char *
describe_phase (const char *phase)
{
  static const char * const phases[][2] = {
    { "validate", N_("Looking at the server") },
    { "prepare", N_("Comparing what changed") },
    { "execute", N_("Exchanging records") },
    { "verify", N_("Verifying") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    if (strcmp (phases[i][0], phase) == 0)
      return _(phases[i][1]);

  return NULL;
}

static void
show (TallyProgressLine *self,
      const char        *words,
      guint64            done,
      guint64            total,
      guint64            bytes)
{
  g_autofree char *size = g_format_size (bytes);

  /* Erase to the end: the line before may have been longer. */
  tally_output_printf (self->output, "\r%s", words);
  if (total > 0)
    tally_output_printf (self->output, ngettext (" · %u of %u record", " · %u of %u records",
                                                 (gulong) total),
                         (guint) done, (guint) total);
  else if (done > 0)
    tally_output_printf (self->output, ngettext (" · %u record", " · %u records",
                                                 (gulong) done),
                         (guint) done);
  if (bytes > 0)
    tally_output_printf (self->output, " · %s", size);
  tally_output_printf (self->output, "\033[K");
  tally_output_flush (self->output);
  self->on_screen = TRUE;
}

static void
progress_cb (TallyProgressLine *self)
{
  GVariant *progress = tally_bus_sync_get_progress (self->proxy);
  const char *phase;
  const char *words;
  guint64 done;
  guint64 total;
  guint64 bytes;
  guint n_errors;

  if (progress == NULL)
    return;

  g_variant_get (progress, "(&sttut)", &phase, &done, &total, &n_errors, &bytes);
  words = describe_phase (phase);
  if (words == NULL)
    return;

  if (tally_output_is_tty (self->output))
    {
      show (self, words, done, total, bytes);
    }
  else if (g_strcmp0 (self->phase, phase) != 0)
    {
      g_free (self->phase);
      self->phase = g_strdup (phase);
      tally_output_line (self->output, words);
      tally_output_flush (self->output);
    }
}

TallyProgressLine *
tally_progress_line_new (TallyBusSync *proxy,
                         TallyOutput  *output)
{
  TallyProgressLine *self = g_new0 (TallyProgressLine, 1);

  self->proxy = g_object_ref (proxy);
  self->output = output;
  self->handler = g_signal_connect_swapped (proxy, "notify::progress", G_CALLBACK (progress_cb),
                                            self);

  return self;
}

void
tally_progress_line_free (TallyProgressLine *self)
{
  g_signal_handler_disconnect (self->proxy, self->handler);
  g_clear_object (&self->proxy);
  if (self->on_screen)
    tally_output_printf (self->output, "\r\033[K");
  g_free (self->phase);
  g_free (self);
}
