/* sim-trace.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-trace.h"

struct _TallySimTrace
{
  TallySimBaton *baton;     /* unowned */
  gboolean       print;

  guint64        hash;
  guint          n_events;
  guint          n_faults[TALLY_SIM_N_FAULTS];
  char          *failure;   /* owned, nullable */
  const char    *failure_kind;   /* nullable */
};

TallySimTrace *
tally_sim_trace_new (TallySimBaton *baton,
                     gboolean       print)
{
  TallySimTrace *self = g_new0 (TallySimTrace, 1);

  self->baton = baton;
  self->print = print;
  self->hash = G_GUINT64_CONSTANT (14695981039346656037);   /* FNV-1a's offset basis */

  return self;
}

void
tally_sim_trace_free (TallySimTrace *self)
{
  g_free (self->failure);
  g_free (self);
}

static void
add_line (TallySimTrace *self,
          const char    *who,
          const char    *text)
{
  g_autofree char *line = g_strdup_printf ("%10.3f %-7s %s",
                                           (double) tally_sim_baton_get_now_us (self->baton) /
                                           G_USEC_PER_SEC, who, text);

  for (const char *c = line; *c != '\0'; c++)
    self->hash = (self->hash ^ (guint8) *c) * G_GUINT64_CONSTANT (1099511628211);

  self->n_events++;
  if (self->print)
    g_print ("%s\n", line);
}

void
tally_sim_trace_add (TallySimTrace *self,
                     const char    *who,
                     const char    *format,
                     ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  add_line (self, who, text);
}

void
tally_sim_trace_add_fault (TallySimTrace *self,
                           const char    *who,
                           TallySimKind   fault)
{
  self->n_faults[fault]++;
  tally_sim_trace_add (self, who, "! %s", tally_sim_kind_to_string (fault));
}

void
tally_sim_trace_fail (TallySimTrace *self,
                      const char    *format,
                      ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  add_line (self, "FAILED", text);
  if (self->failure != NULL)
    return;

  self->failure = g_steal_pointer (&text);
  self->failure_kind = format;
}

guint64
tally_sim_trace_get_hash (TallySimTrace *self)
{
  return self->hash;
}

guint
tally_sim_trace_get_n_events (TallySimTrace *self)
{
  return self->n_events;
}

guint
tally_sim_trace_get_n_faults (TallySimTrace *self,
                              TallySimKind   fault)
{
  return self->n_faults[fault];
}

const char *
tally_sim_trace_get_failure (TallySimTrace *self)
{
  return self->failure;
}

const char *
tally_sim_trace_get_failure_kind (TallySimTrace *self)
{
  return self->failure_kind;
}
