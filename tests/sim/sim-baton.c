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

  GThread       *thread;    /* owned */
  GCond          turn;
  State          state;
  gint64         wake_us;
};

struct _TallySimBaton
{
  GMutex         lock;      /* of holder; all else belongs to whoever holds the baton */
  GCond          ended;
  TallySimActor *holder;    /* nullable: nobody, before and after the run */

  GRand         *rand;      /* owned */
  GPtrArray     *actors;    /* owned: in the order of their making */
  gint64         now_us;
  guint64        n_turns;
};

TallySimBaton *
tally_sim_baton_new (guint32 seed)
{
  TallySimBaton *self = g_new0 (TallySimBaton, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->ended);
  self->rand = g_rand_new_with_seed (seed);
  self->actors = g_ptr_array_new ();

  return self;
}

static void
actor_free (TallySimActor *actor)
{
  g_assert (actor->state == STATE_ENDED);

  g_thread_join (actor->thread);
  g_cond_clear (&actor->turn);
  g_free (actor->name);
  g_free (actor);
}

void
tally_sim_baton_free (TallySimBaton *self)
{
  for (guint i = 0; i < self->actors->len; i++)
    actor_free (g_ptr_array_index (self->actors, i));

  g_ptr_array_unref (self->actors);
  g_rand_free (self->rand);
  g_cond_clear (&self->ended);
  g_mutex_clear (&self->lock);
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
count (TallySimBaton *self,
       State          state)
{
  guint n = 0;

  for (guint i = 0; i < self->actors->len; i++)
    n += ((TallySimActor *) g_ptr_array_index (self->actors, i))->state == state;

  return n;
}

/* Who is next; NULL when all have ended. */
static TallySimActor *
choose (TallySimBaton *self)
{
  guint n_ready = count (self, STATE_READY);
  guint chosen;

  if (n_ready == 0)
    {
      if (count (self, STATE_ENDED) == self->actors->len)
        return NULL;
      if (!advance (self))
        g_error ("Everybody waits for somebody else");
      n_ready = count (self, STATE_READY);
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

/* Hands the baton to whoever is next; takes it back unless this actor has ended. */
static void
pass (TallySimBaton *self,
      TallySimActor *actor)
{
  TallySimActor *next = choose (self);

  if (next == actor)
    return;

  g_mutex_lock (&self->lock);
  self->holder = next;
  if (next != NULL)
    g_cond_signal (&next->turn);
  else
    g_cond_signal (&self->ended);

  while (actor != NULL && actor->state != STATE_ENDED && self->holder != actor)
    g_cond_wait (&actor->turn, &self->lock);
  g_mutex_unlock (&self->lock);
}

static gpointer
actor_main (gpointer data)
{
  TallySimActor *actor = data;
  TallySimBaton *self = actor->baton;

  g_mutex_lock (&self->lock);
  while (self->holder != actor)
    g_cond_wait (&actor->turn, &self->lock);
  g_mutex_unlock (&self->lock);

  actor->func (actor->data);

  actor->state = STATE_ENDED;
  pass (self, actor);

  return NULL;
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
  g_cond_init (&actor->turn);
  g_ptr_array_add (self->actors, actor);
  actor->thread = g_thread_new (name, actor_main, actor);

  return actor;
}

void
tally_sim_baton_run (TallySimBaton *self)
{
  if (self->actors->len == 0)
    return;

  pass (self, NULL);

  g_mutex_lock (&self->lock);
  while (self->holder != NULL)
    g_cond_wait (&self->ended, &self->lock);
  g_mutex_unlock (&self->lock);
}

TallySimActor *
tally_sim_baton_get_actor (TallySimBaton *self)
{
  return self->holder;
}

void
tally_sim_baton_yield (TallySimBaton *self)
{
  pass (self, self->holder);
}

void
tally_sim_baton_sleep (TallySimBaton *self,
                       gint64         duration_us)
{
  TallySimActor *actor = self->holder;

  actor->state = STATE_SLEEPING;
  actor->wake_us = self->now_us + MAX (duration_us, 1);
  pass (self, actor);
}

void
tally_sim_baton_wait (TallySimBaton *self)
{
  TallySimActor *actor = self->holder;

  actor->state = STATE_WAITING;
  pass (self, actor);
}

void
tally_sim_baton_wake (TallySimBaton *self,
                      TallySimActor *actor)
{
  if (actor->state == STATE_SLEEPING || actor->state == STATE_WAITING)
    actor->state = STATE_READY;
}
