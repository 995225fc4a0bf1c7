/* tally-pace.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-pace.h"

/* Doubling and halving, as slow start and back-off of TCP do it (RFC 5681, 3.1), with time instead
 * of loss: an exchange of up to a second is hardly noticed where it breaks, one of five is. */
#define QUICK_US (1 * G_USEC_PER_SEC)
#define SLOW_US (5 * G_USEC_PER_SEC)

/* First, least and most of a batch. Proxies cut requests long before CouchDB does; nginx takes 1 MB
 * unless told otherwise. */
static const guint push_bytes[] = { 250 * 1000, 16 * 1000, 1000 * 1000 };

/* … and of a page: 1000 receipts are about 0.6 MB, well under an answer's cap of 8 MB. */
static const guint pull_rows[] = { 1000, 50, 1000 };

static guint
get (guint        value,
     const guint *limits)
{
  return value == 0 ? limits[0] : value;
}

static guint
note (guint        value,
      const guint *limits,
      gint64       took_us,
      gboolean     full,
      gboolean     well)
{
  guint now = get (value, limits);

  if (!well || took_us > SLOW_US)
    return MAX (now / 2, limits[1]);
  if (full && took_us < QUICK_US)
    return MIN (now * 2, limits[2]);

  return now;
}

guint
tally_pace_get_push_bytes (const TallyPace *self)
{
  return get (self->push_bytes, push_bytes);
}

guint
tally_pace_get_pull_rows (const TallyPace *self)
{
  return get (self->pull_rows, pull_rows);
}

void
tally_pace_note_push (TallyPace *self,
                      gint64     took_us,
                      gboolean   full,
                      gboolean   well)
{
  self->push_bytes = note (self->push_bytes, push_bytes, took_us, full, well);
}

void
tally_pace_note_pull (TallyPace *self,
                      gint64     took_us,
                      gboolean   full,
                      gboolean   well)
{
  self->pull_rows = note (self->pull_rows, pull_rows, took_us, full, well);
}
