/* sim-fate.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-fate.h"

#include "sim/sim-answers.h"

/* Some ways take half a second, delayed ones up to half a minute. */
#define REORDER_US 500000
#define DELAY_US (30 * G_USEC_PER_SEC)

/* Whose chance is drawn. */
typedef struct
{
  TallySimEvents     *events;
  TallySimTrace      *trace;
  const TallySimOdds *odds;
  guint               actor;
} Draw;

static gboolean
happens (const Draw   *draw,
         TallySimKind  fault,
         TallySimDice *dice)
{
  TallySimDice own;

  if (!tally_sim_events_draw (draw->events, draw->actor, fault, draw->odds->per_mille[fault],
                              dice != NULL ? dice : &own))
    return FALSE;

  tally_sim_trace_add_fault (draw->trace, tally_sim_actor_to_string (draw->actor), fault);

  return TRUE;
}

/* Whether a server may find out only afterwards that it has to answer so. */
static gboolean
may_come_after (TallySimKind status)
{
  return status == TALLY_SIM_FAULT_408 || status == TALLY_SIM_FAULT_5XX;
}

static void
draw_statuses (TallySimFate *self,
               const Draw   *draw)
{
  for (TallySimKind kind = TALLY_SIM_FAULT_HTML; kind <= TALLY_SIM_FAULT_5XX; kind++)
    {
      TallySimDice dice;
      g_autoptr (TallyResponse) response = NULL;

      if (self->instead != NULL || self->after != NULL || !happens (draw, kind, &dice))
        continue;

      response = kind == TALLY_SIM_FAULT_HTML ? tally_sim_answer_html ()
                                              : tally_sim_answer_status (kind, &dice);
      if (may_come_after (kind) && tally_sim_dice_chance (&dice, 50))
        self->after = g_steal_pointer (&response);
      else
        self->instead = g_steal_pointer (&response);
    }
}

static void
draw_way (TallySimFate *self,
          const Draw   *draw)
{
  TallySimDice dice = tally_sim_events_roll (draw->events, draw->actor, TALLY_SIM_WAY);

  self->way_us = tally_sim_dice_range (&dice, 1, TALLY_SIM_WAY_US);
  if (happens (draw, TALLY_SIM_FAULT_DUPLICATE, &dice))
    self->again_us = self->way_us + tally_sim_dice_range (&dice, 1, 2 * TALLY_SIM_PATIENCE_US);
  if (happens (draw, TALLY_SIM_FAULT_LATE, &dice))
    self->way_us += TALLY_SIM_PATIENCE_US + tally_sim_dice_range (&dice, 1, TALLY_SIM_PATIENCE_US);
  else if (happens (draw, TALLY_SIM_FAULT_DELAY, &dice))
    self->way_us += tally_sim_dice_range (&dice, 1, DELAY_US);
  else if (happens (draw, TALLY_SIM_FAULT_REORDER, &dice))
    self->way_us += tally_sim_dice_range (&dice, TALLY_SIM_WAY_US, REORDER_US);
}

void
tally_sim_fate_draw (TallySimFate       *self,
                     TallySimEvents     *events,
                     TallySimTrace      *trace,
                     const TallySimOdds *odds,
                     guint               actor,
                     const TallyRequest *request)
{
  const Draw draw = { events, trace, odds, actor };

  *self = (TallySimFate) { 0 };
  self->drop = happens (&draw, TALLY_SIM_FAULT_DROP, &self->drop_dice);
  draw_way (self, &draw);
  draw_statuses (self, &draw);
  self->lost = happens (&draw, TALLY_SIM_FAULT_LOST_ANSWER, NULL);
  self->cut = happens (&draw, TALLY_SIM_FAULT_CUT_ANSWER, NULL);
  self->corrupt = happens (&draw, TALLY_SIM_FAULT_CORRUPT_ANSWER, &self->corrupt_dice);
  if (request->body != NULL && g_str_has_suffix (request->url, "/_bulk_docs") &&
      happens (&draw, TALLY_SIM_FAULT_REFUSED_ROW, NULL))
    self->rest = tally_sim_answer_take_row (request->body, &self->row);
}

void
tally_sim_fate_clear (TallySimFate *self)
{
  g_clear_pointer (&self->instead, tally_response_unref);
  g_clear_pointer (&self->after, tally_response_unref);
  g_clear_pointer (&self->rest, g_bytes_unref);
  g_clear_pointer (&self->row, g_free);
}

TallyResponse *
tally_sim_fate_receive (TallySimFate        *self,
                        const TallyRequest  *request,
                        TallyResponse       *response,
                        GError             **error)
{
  TallyHttpError code = TALLY_HTTP_ERROR_UNKNOWN_OUTCOME;

  if (response != NULL && !self->lost)
    {
      if (self->after != NULL)
        return g_steal_pointer (&self->after);
      if (self->row != NULL)
        return tally_sim_answer_add_row (response, self->row);
      if (request->max_bytes == 0 || g_bytes_get_size (response->body) <= request->max_bytes)
        return self->cut ? tally_sim_answer_cut (response)
               : self->corrupt ? tally_sim_answer_corrupt (response, &self->corrupt_dice)
                               : tally_response_ref (response);
      code = TALLY_HTTP_ERROR_TOO_LARGE;
    }

  g_set_error_literal (error, TALLY_HTTP_ERROR, code, "simulated");

  return NULL;
}
