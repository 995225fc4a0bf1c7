/* tally-health.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "store/tally-store-private.h"

/* Causes that are told apart; what is rarer than these helps nobody. */
#define MAX_PATTERNS 20

/* The runs that tell the pace: enough to even out, few enough to be of this network. One that moves
 * less is all round trips. */
#define PACE_RUNS 20
#define PACE_BYTES 10000

static void
pattern_free (gpointer data)
{
  TallyErrorPattern *self = data;

  g_free (self->code);
  g_free (self);
}

void
tally_health_free (TallyHealth *self)
{
  g_ptr_array_unref (self->errors);
  g_free (self);
}

static void
count_status (TallyHealth *health,
              const char  *status)
{
  if (g_str_equal (status, "success"))
    health->n_success++;
  else if (g_str_equal (status, "partial"))
    health->n_partial++;
  else if (g_str_equal (status, "cancelled"))
    health->n_cancelled++;
  else
    health->n_failed++;
}

/* The smallest value that so many percent of them do not exceed (nearest rank). @sorted is not
 * empty. */
static gint64
percentile (GArray *sorted,
            guint   percent)
{
  guint rank = (sorted->len * percent + 99) / 100;

  return g_array_index (sorted, gint64, MAX (rank, 1) - 1);
}

static gboolean
read_runs (TallyStore   *self,
           gint64        since_us,
           TallyHealth  *health,
           GError      **error)
{
  g_autoptr (GArray) durations = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "health-runs");
  TallyDbStep step;

  tally_statement_bind_int (list, ":since", since_us);
  while ((step = tally_statement_step (list, error)) == TALLY_DB_ROW)
    {
      gint64 duration_us = tally_statement_get_int (list, 1);

      count_status (health, tally_statement_get_text (list, 0));
      g_array_append_val (durations, duration_us);
      health->bytes_up += (guint64) tally_statement_get_int (list, 2);
      health->bytes_down += (guint64) tally_statement_get_int (list, 3);
    }
  if (durations->len > 0)
    {
      health->p50_us = percentile (durations, 50);
      health->p95_us = percentile (durations, 95);
    }

  return step == TALLY_DB_DONE;
}

static gboolean
read_errors (TallyStore   *self,
             gint64        since_us,
             TallyHealth  *health,
             GError      **error)
{
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "health-errors");
  TallyDbStep step;

  tally_statement_bind_int (list, ":since", since_us);
  tally_statement_bind_int (list, ":limit", MAX_PATTERNS);
  while ((step = tally_statement_step (list, error)) == TALLY_DB_ROW)
    {
      TallyErrorPattern *pattern = g_new0 (TallyErrorPattern, 1);

      pattern->code = g_strdup (tally_statement_get_text (list, 0));
      pattern->n = (guint) tally_statement_get_int (list, 1);
      pattern->first_us = tally_statement_get_int (list, 2);
      pattern->last_us = tally_statement_get_int (list, 3);
      g_ptr_array_add (health->errors, pattern);
    }

  return step == TALLY_DB_DONE;
}

/**
 * tally_store_get_health:
 * @self: a store
 * @since_us: a date; runs that began before it do not count
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full): what those runs came to
 */
TallyHealth *
tally_store_get_health (TallyStore  *self,
                        gint64       since_us,
                        GError     **error)
{
  g_autoptr (TallyHealth) health = g_new0 (TallyHealth, 1);

  health->errors = g_ptr_array_new_with_free_func (pattern_free);

  return read_runs (self, since_us, health, error) && read_errors (self, since_us, health, error)
         ? g_steal_pointer (&health) : NULL;
}

/**
 * tally_store_get_pace:
 * @self: a store
 * @pace: (out): bytes a second of the last runs, both ways and all waits included; 0: none tells
 * @error: a store error
 *
 * Returns: whether it could be read
 */
gboolean
tally_store_get_pace (TallyStore  *self,
                      double      *pace,
                      GError     **error)
{
  g_autoptr (TallyStatement) sums = tally_db_statement (self->db, "run-pace");
  double duration_us;

  tally_statement_bind_int (sums, ":least", PACE_BYTES);
  tally_statement_bind_int (sums, ":limit", PACE_RUNS);
  if (tally_statement_step (sums, error) != TALLY_DB_ROW)
    return FALSE;

  duration_us = (double) tally_statement_get_int (sums, 1);
  *pace = duration_us > 0
          ? (double) tally_statement_get_int (sums, 0) * G_USEC_PER_SEC / duration_us : 0;

  return TRUE;
}
