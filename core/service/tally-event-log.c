/* tally-event-log.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-event-log.h"

#include "base/tally-json-writer.h"

/* A day of quiet work, and no more than some hundred kilobytes. */
#define MAX_EVENTS 500

struct _TallyEventLog
{
  TallyClock *clock;    /* owned */
  GQueue      events;   /* owned char*, oldest first */
  guint64     seq;
};

TallyEventLog *
tally_event_log_new (TallyClock *clock)
{
  TallyEventLog *self = g_new0 (TallyEventLog, 1);

  self->clock = g_object_ref (clock);
  g_queue_init (&self->events);

  return self;
}

void
tally_event_log_free (TallyEventLog *self)
{
  g_queue_clear_full (&self->events, g_free);
  g_object_unref (self->clock);
  g_free (self);
}

const char *
tally_event_log_add (TallyEventLog *self,
                     const char    *type,
                     gint64         run,
                     const char    *connection,
                     const char    *data)
{
  TallyJsonWriter writer;
  char *envelope;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member_int (&writer, "seq", (gint64) ++self->seq);
  tally_json_writer_member_date (&writer, "time", tally_clock_date_us (self->clock));
  if (run != 0)
    {
      tally_json_writer_member_int (&writer, "run", run);
    }
  else
    {
      tally_json_writer_name (&writer, "run");
      tally_json_writer_null (&writer);
    }
  tally_json_writer_member (&writer, "connection", connection);
  tally_json_writer_member (&writer, "type", type);
  tally_json_writer_name (&writer, "data");
  tally_json_writer_raw (&writer, data, -1);
  tally_json_writer_end_object (&writer);
  envelope = tally_json_writer_finish (&writer);

  g_queue_push_tail (&self->events, envelope);
  if (self->events.length > MAX_EVENTS)
    g_free (g_queue_pop_head (&self->events));

  return envelope;
}

guint64
tally_event_log_get_seq (TallyEventLog *self)
{
  return self->seq;
}

char **
tally_event_log_list (TallyEventLog *self,
                      guint64        seq)
{
  guint64 first = self->seq - self->events.length + 1;
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();

  for (GList *l = self->events.head; l != NULL; l = l->next)
    {
      if (first++ > seq)
        g_strv_builder_add (list, l->data);
    }

  return g_strv_builder_end (list);
}
