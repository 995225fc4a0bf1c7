/* sim-baton.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-baton.h"

typedef enum
{
  STATE_READY,
  STATE_SLEEPING,   /* until wake_us */
  STATE_WAITING,    /* until woken */
  STATE_ENDED,
} State;

struct _TallySimActor
{
  TallySimBaton *baton;     /* unowned */
  char          *name;      /* owned */
  TallySimFunc   func;
  gpointer       data;      /* unowned */

  TallySimFiber *fiber;     /* owned until it has ended, then NULL */
  State          state;
  gint64         wake_us;
};

struct _TallySimBaton
{
  TallySimActor *holder;    /* unowned, nullable: nobody, before and after the run */
  TallySimFiber *own;       /* owned: of whoever called tally_sim_baton_run() */

  GRand         *rand;      /* owned */
  GPtrArray     *actors;    /* unowned: those that have not ended, in the order of their making */
  GPtrArray     *all;       /* owned: every actor there ever was */
  GPtrArray     *idle;      /* owned: fibers of ended actors, for new ones */
  gint64         now_us;
  guint64        n_turns;
};

static void
actor_free (TallySimActor *actor)
{
  g_assert (actor->state == STATE_ENDED);

  g_free (actor->name);
  g_free (actor);
}

TallySimBaton *
tally_sim_baton_new (guint32 seed)
{
  TallySimBaton *self = g_new0 (TallySimBaton, 1);

  self->own = tally_sim_fiber_new_own ();
  self->rand = g_rand_new_with_seed (seed);
  self->actors = g_ptr_array_new ();
  self->all = g_ptr_array_new_with_free_func ((GDestroyNotify) actor_free);
  self->idle = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_sim_fiber_free);

  return self;
}

void
tally_sim_baton_free (TallySimBaton *self)
{
  g_ptr_array_unref (self->actors);
  g_ptr_array_unref (self->all);
  g_ptr_array_unref (self->idle);
  g_rand_free (self->rand);
  tally_sim_fiber_free (self->own);
  g_free (self);
}

gint64
tally_sim_baton_get_now_us (TallySimBaton *self)
{
  return self->now_us;
}

guint64
tally_sim_baton_get_n_turns (TallySimBaton *self)
{
  return self->n_turns;
}

/* Moves time to the first sleeper's end. FALSE: nobody sleeps. */
static gboolean
advance (TallySimBaton *self)
{
  gint64 first_us = G_MAXINT64;

  for (guint i = 0; i < self->actors->len; i++)
    {
      TallySimActor *actor = g_ptr_array_index (self->actors, i);

      if (actor->state == STATE_SLEEPING)
        first_us = MIN (first_us, actor->wake_us);
    }

  if (first_us == G_MAXINT64)
    return FALSE;

  self->now_us = MAX (self->now_us, first_us);
  for (guint i = 0; i < self->actors->len; i++)
    {
      TallySimActor *actor = g_ptr_array_index (self->actors, i);

      if (actor->state == STATE_SLEEPING && actor->wake_us <= self->now_us)
        actor->state = STATE_READY;
    }

  return TRUE;
}

static guint
count_ready (TallySimBaton *self)
{
  guint n = 0;

  for (guint i = 0; i < self->actors->len; i++)
    n += ((TallySimActor *) g_ptr_array_index (self->actors, i))->state == STATE_READY;

  return n;
}

/* Who is next; NULL when all have ended. */
static TallySimActor *
choose (TallySimBaton *self)
{
  guint n_ready = count_ready (self);
  guint chosen;

  if (self->actors->len == 0)
    return NULL;

  if (n_ready == 0)
    {
      if (!advance (self))
        g_error ("Everybody waits for somebody else");
      n_ready = count_ready (self);
    }

  self->n_turns++;
  chosen = n_ready > 1 ? (guint) g_rand_int_range (self->rand, 0, n_ready) : 0;
  for (guint i = 0; i < self->actors->len; i++)
    {
      TallySimActor *actor = g_ptr_array_index (self->actors, i);

      if (actor->state == STATE_READY && chosen-- == 0)
        return actor;
    }

  g_assert_not_reached ();
}

/* Hands the baton to whoever is next; returns when it comes back. */
static void
pass (TallySimBaton *self)
{
  TallySimActor *actor = self->holder;
  TallySimActor *next = choose (self);

  if (next == actor)
    return;

  self->holder = next;
  tally_sim_fiber_switch (actor->fiber, next->fiber);
}

/* The same for good. Nobody starts on this fiber before it has been left. */
static void
end (TallySimBaton *self,
     TallySimActor *actor)
{
  TallySimFiber *fiber = g_steal_pointer (&actor->fiber);

  actor->state = STATE_ENDED;
  g_ptr_array_remove (self->actors, actor);
  g_ptr_array_add (self->idle, fiber);

  self->holder = choose (self);
  tally_sim_fiber_leave (fiber, self->holder != NULL ? self->holder->fiber : self->own);
}

static void
actor_main (gpointer data)
{
  TallySimActor *actor = data;

  actor->func (actor->data);
  end (actor->baton, actor);
}

TallySimActor *
tally_sim_baton_spawn (TallySimBaton *self,
                       const char    *name,
                       TallySimFunc   func,
                       gpointer       data)
{
  TallySimActor *actor = g_new0 (TallySimActor, 1);

  actor->baton = self;
  actor->name = g_strdup (name);
  actor->func = func;
  actor->data = data;
  actor->fiber = self->idle->len > 0
                 ? g_ptr_array_steal_index_fast (self->idle, self->idle->len - 1)
                 : tally_sim_fiber_new ();
  tally_sim_fiber_start (actor->fiber, actor_main, actor);
  g_ptr_array_add (self->actors, actor);
  g_ptr_array_add (self->all, actor);

  return actor;
}

void
tally_sim_baton_run (TallySimBaton *self)
{
  if (self->actors->len == 0)
    return;

  self->holder = choose (self);
  tally_sim_fiber_switch (self->own, self->holder->fiber);
}

TallySimActor *
tally_sim_baton_get_actor (TallySimBaton *self)
{
  return self->holder;
}

void
tally_sim_baton_yield (TallySimBaton *self)
{
  pass (self);
}

void
tally_sim_baton_sleep (TallySimBaton *self,
                       gint64         duration_us)
{
  TallySimActor *actor = self->holder;

  actor->state = STATE_SLEEPING;
  actor->wake_us = self->now_us + MAX (duration_us, 1);
  pass (self);
}

void
tally_sim_baton_wait (TallySimBaton *self)
{
  TallySimActor *actor = self->holder;

  actor->state = STATE_WAITING;
  pass (self);
}

void
tally_sim_baton_wake (TallySimBaton *self,
                      TallySimActor *actor)
{
  if (actor->state == STATE_SLEEPING || actor->state == STATE_WAITING)
    actor->state = STATE_READY;
}
