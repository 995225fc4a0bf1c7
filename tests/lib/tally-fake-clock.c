/* tally-fake-clock.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-test"

#include "lib/tally-fake-clock.h"

/* 2025-01-01T00:00:00Z: a fixed date, so that runs can be compared. */
#define FIRST_DATE_US (G_GINT64_CONSTANT (1735689600) * G_USEC_PER_SEC)

struct _TallyFakeClock
{
  GObject parent_instance;

  GMutex  mutex;       /* guards what follows */
  gint64  now_us;
  gint64  slept_us;
  guint   n_sleeps;
};

static void tally_fake_clock_iface_init (TallyClockInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TallyFakeClock, tally_fake_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TALLY_TYPE_CLOCK,
                                                      tally_fake_clock_iface_init))

static gint64
tally_fake_clock_now_us (TallyClock *clock)
{
  TallyFakeClock *self = TALLY_FAKE_CLOCK (clock);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->now_us;
}

static gint64
tally_fake_clock_date_us (TallyClock *clock)
{
  return FIRST_DATE_US + tally_fake_clock_now_us (clock);
}

static gboolean
tally_fake_clock_sleep_us (TallyClock    *clock,
                           gint64         duration_us,
                           GCancellable  *cancellable,
                           GError       **error)
{
  TallyFakeClock *self = TALLY_FAKE_CLOCK (clock);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->n_sleeps++;
  self->slept_us += duration_us;
  self->now_us += duration_us;

  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static void
tally_fake_clock_iface_init (TallyClockInterface *iface)
{
  iface->now_us = tally_fake_clock_now_us;
  iface->date_us = tally_fake_clock_date_us;
  iface->sleep_us = tally_fake_clock_sleep_us;
}

static void
tally_fake_clock_finalize (GObject *object)
{
  g_mutex_clear (&TALLY_FAKE_CLOCK (object)->mutex);

  G_OBJECT_CLASS (tally_fake_clock_parent_class)->finalize (object);
}

static void
tally_fake_clock_class_init (TallyFakeClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tally_fake_clock_finalize;
}

static void
tally_fake_clock_init (TallyFakeClock *self)
{
  g_mutex_init (&self->mutex);
  self->now_us = G_USEC_PER_SEC;
}

TallyFakeClock *
tally_fake_clock_new (void)
{
  return g_object_new (TALLY_TYPE_FAKE_CLOCK, NULL);
}

void
tally_fake_clock_advance (TallyFakeClock *self,
                          gint64          duration_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->now_us += duration_us;
}

guint
tally_fake_clock_get_n_sleeps (TallyFakeClock *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_sleeps;
}

gint64
tally_fake_clock_get_slept_us (TallyFakeClock *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->slept_us;
}
