/* sim-ask.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim-device-private.h"

/* What people ask of single runs besides "synchronize": until the troubles are over, and what such
 * a run must leave alone. */

static char *
dup_waiting (TallySimDevice *self,
             TallyStore     *store)
{
  g_autoptr (GPtrArray) records = NULL;

  tally_sim_device_hold (self, TRUE);
  records = tally_store_list_outbox (store, 0, G_MAXINT64, 1, NULL);
  tally_sim_device_hold (self, FALSE);

  return records != NULL && records->len > 0
         ? g_strdup (((const TallyRecord *) records->pdata[0])->key) : NULL;
}

static void
draw_one (TallySimDevice *self,
          TallyStore     *store,
          TallySyncAsk   *ask)
{
  g_autofree char *key = NULL;

  switch (tally_sim_dice_range (&self->ask_dice, 0, 3))
    {
    case 0:
      ask->look_only = TRUE;
      ask->proof = tally_sim_dice_chance (&self->ask_dice, 50) ? TALLY_PROOF_VERIFIED
                                                              : TALLY_PROOF_COMPARED;
      return;
    case 1:
      ask->proof = TALLY_PROOF_CHECKED;
      ask->stop_after = (TallyPhase) tally_sim_dice_range (&self->ask_dice, TALLY_PHASE_VALIDATE,
                                                           TALLY_PHASE_EXECUTE);
      return;
    case 2:
      ask->batch_bytes = 300;
      return;
    default:
      key = dup_waiting (self, store);
      if (key != NULL)
        ask->records = g_strsplit (key, "\n", 1);
    }
}

void
tally_sim_ask_draw (TallySimDevice *self,
                    TallyStore     *store,
                    TallyProof      proof,
                    TallySyncAsk   *ask)
{
  *ask = (TallySyncAsk) { .adopt = self->adopt, .proof = proof };
  if (self->adopt || self->healed)
    return;

  ask->pull_only = tally_sim_dice_chance (&self->direction_dice, 5);
  if (!ask->pull_only && tally_sim_dice_chance (&self->ask_dice, 8))
    draw_one (self, store, ask);
}

/* Some have said in which order edits are to leave. */
void
tally_sim_ask_declare (TallySimDevice *self,
                       TallyStore     *store)
{
  if (!self->ordered)
    return;

  tally_sim_device_hold (self, TRUE);
  if (!tally_store_set_setting (store, TALLY_SYNC_ORDER_SETTING,
                                "{\"till\":{\"priority\":1},\"\":{\"references\":{\"/c\":\"\"}}}", NULL))
    tally_sim_trace_add (self->given.trace, self->name, "the order is not declared");
  tally_sim_device_hold (self, FALSE);
}

/* @n_batches, @n_writes: of the transport, before the run. */
void
tally_sim_ask_check (TallySimDevice     *self,
                     const TallySyncAsk *ask,
                     const TallyRun     *run,
                     guint               n_batches,
                     guint               n_writes)
{
  TallySimTransport *transport = TALLY_SIM_TRANSPORT (self->transport);

  if (ask->pull_only && tally_sim_transport_get_n_batches (transport) != n_batches)
    tally_sim_trace_fail (self->given.trace, "%s: a run that only takes in sends", self->name);
  if ((ask->look_only || ask->stop_after == TALLY_PHASE_VALIDATE) &&
      (tally_sim_transport_get_n_writes (transport) != n_writes ||
       run->n_pulled + run->n_pushed + run->n_deleted > 0))
    tally_sim_trace_fail (self->given.trace, "%s: a run that only looks changes something",
                          self->name);
  if (ask->stop_after != TALLY_PHASE_IDLE && !g_str_equal (run->grade, "none"))
    tally_sim_trace_fail (self->given.trace, "%s: a run that did not look claims the grade %s",
                          self->name, run->grade);
}
