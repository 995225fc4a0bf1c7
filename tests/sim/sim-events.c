/* sim-events.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-events.h"

#include <stdlib.h>
#include <string.h>

struct _TallySimEvents
{
  guint32     seed;
  GHashTable *only;        /* owned, nullable: ids, never iterated */
  GArray     *list;        /* owned: TallySimEvent */
  guint32     n_chances[TALLY_SIM_N_ACTORS][TALLY_SIM_N_KINDS];
};

const char *
tally_sim_kind_to_string (TallySimKind kind)
{
  static const char * const names[] = {
    "drop", "duplicate", "reorder", "delay", "late", "lost-answer", "cut-answer",
    "corrupt-answer", "html", "400", "401", "403", "404", "408", "409", "412", "413", "429",
    "429-later", "5xx", "refused-row", "kill", "power", "disk-full", "offline", "cancel", "skew",
    "jump", "server-jump", "server-crash", "restore", "recreate", "act", "way",
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == TALLY_SIM_N_KINDS);

  return names[kind];
}

const char *
tally_sim_actor_to_string (guint actor)
{
  static const char * const names[] = {
    "dev0", "dev1", "dev2", "dev3", "dev4", "foreign", "world",
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == TALLY_SIM_N_ACTORS);

  return names[actor];
}

gboolean
tally_sim_event_parse (const char    *text,
                       TallySimEvent *event)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  char *end = NULL;

  if (g_strv_length (words) != 3)
    return FALSE;

  *event = (TallySimEvent) { TALLY_SIM_N_ACTORS, TALLY_SIM_N_KINDS, 0 };
  for (guint i = 0; i < TALLY_SIM_N_ACTORS; i++)
    if (g_str_equal (words[0], tally_sim_actor_to_string (i)))
      event->actor = (guint8) i;
  for (guint i = 0; i < TALLY_SIM_N_KINDS; i++)
    if (g_str_equal (words[1], tally_sim_kind_to_string (i)))
      event->kind = (guint8) i;
  event->nth = (guint32) strtoul (words[2], &end, 10);

  return event->actor < TALLY_SIM_N_ACTORS && event->kind < TALLY_SIM_N_KINDS && *end == '\0';
}

char *
tally_sim_event_to_string (const TallySimEvent *event)
{
  return g_strdup_printf ("%s %s %u", tally_sim_actor_to_string (event->actor),
                          tally_sim_kind_to_string (event->kind), event->nth);
}

static guint64
get_id (const TallySimEvent *event)
{
  return (guint64) event->actor << 40 | (guint64) event->kind << 32 | event->nth;
}

TallySimEvents *
tally_sim_events_new (guint32  seed,
                      GArray  *only)
{
  TallySimEvents *self = g_new0 (TallySimEvents, 1);

  self->seed = seed;
  self->list = g_array_new (FALSE, FALSE, sizeof (TallySimEvent));
  if (only == NULL)
    return self;

  self->only = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (guint i = 0; i < only->len; i++)
    {
      guint64 id = get_id (&g_array_index (only, TallySimEvent, i));

      g_hash_table_add (self->only, g_memdup2 (&id, sizeof id));
    }

  return self;
}

void
tally_sim_events_free (TallySimEvents *self)
{
  g_clear_pointer (&self->only, g_hash_table_unref);
  g_array_unref (self->list);
  g_free (self);
}

static TallySimEvent
count (TallySimEvents *self,
       guint           actor,
       TallySimKind    kind)
{
  return (TallySimEvent) { (guint8) actor, (guint8) kind, self->n_chances[actor][kind]++ };
}

gboolean
tally_sim_events_draw (TallySimEvents *self,
                       guint           actor,
                       TallySimKind    kind,
                       guint           per_mille,
                       TallySimDice   *dice)
{
  TallySimEvent event = count (self, actor, kind);
  guint64 id = get_id (&event);

  *dice = tally_sim_dice_new (self->seed, id);
  if ((guint) tally_sim_dice_range (dice, 0, 1000) >= per_mille ||
      (self->only != NULL && !g_hash_table_contains (self->only, &id)))
    return FALSE;

  g_array_append_val (self->list, event);

  return TRUE;
}

TallySimDice
tally_sim_events_roll (TallySimEvents *self,
                       guint           actor,
                       TallySimKind    kind)
{
  TallySimEvent event = count (self, actor, kind);

  return tally_sim_dice_new (self->seed, get_id (&event));
}

GArray *
tally_sim_events_get_list (TallySimEvents *self)
{
  return self->list;
}
