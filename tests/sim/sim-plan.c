/* sim-plan.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-device-private.h"

#include "remote/couchdb/tally-couchdb-remote.h"

#include <string.h>

/* What a store would be changed in by whoever begins a run. */
typedef struct
{
  gint64            session;
  char             *since;
  TallyStoreCounts  counts;
} Standing;

static gboolean
read_standing (TallyStore  *store,
               Standing    *standing,
               GError     **error)
{
  *standing = (Standing) { 0 };
  standing->since = tally_store_dup_since (store, error);

  return tally_store_get_session (store, &standing->session, error) &&
         tally_store_count (store, &standing->counts, error);
}

static void
check_untouched (TallySimDevice *self,
                 const Standing *before,
                 const Standing *after,
                 guint           n_writes)
{
  if (tally_sim_transport_get_n_writes (TALLY_SIM_TRANSPORT (self->transport)) != n_writes ||
      before->session != after->session || g_strcmp0 (before->since, after->since) != 0 ||
      memcmp (&before->counts, &after->counts, sizeof before->counts) != 0)
    tally_sim_trace_fail (self->given.trace, "%s: a plan changes something", self->name);
}

TallyPlan *
tally_sim_plan_make (TallySimDevice  *self,
                     TallyStore      *store,
                     GError         **error)
{
  g_autoptr (TallyHttpClient) client = tally_http_client_new (self->transport, self->clock,
                                                              self->rand);
  g_autoptr (TallyRemote) remote = tally_couchdb_remote_new (client, TALLY_SIM_SERVER_URL);
  guint n_writes = tally_sim_transport_get_n_writes (TALLY_SIM_TRANSPORT (self->transport));
  TallySyncOptions options = {
    .store = store,
    .remote = remote,
    .clock = self->clock,
    .trigger = "manual",
    .page_rows = self->given.page_rows,
  };
  Standing before;
  Standing after = { 0 };
  TallyPlan *plan = NULL;

  if (read_standing (store, &before, error))
    plan = tally_sync_plan (&options, TRUE, NULL, error);
  if (plan != NULL && read_standing (store, &after, error))
    check_untouched (self, &before, &after, n_writes);
  if (plan != NULL)
    tally_sim_trace_add (self->given.trace, self->name, "plan: send %u fetch %u delete %u conflicts %u",
                         plan->n_send, plan->n_fetch, plan->n_delete, plan->n_conflicts);
  /* What is held may be let go by the run itself, where no question stands any more. */
  if (before.counts.n_guarded_here + before.counts.n_guarded_edits > 0)
    g_clear_pointer (&plan, tally_plan_free);
  g_free (before.since);
  g_free (after.since);

  return plan;
}

/* A run does no more than was planned: nobody writes in between. A conflict may come to more than was
 * listed of it; of what is fetched a branch that is closed changes nothing here. */
void
tally_sim_plan_check (TallySimDevice  *self,
                      const TallyPlan *plan,
                      const TallyRun  *run)
{
  if (!g_str_equal (run->status, "success") || plan->n_conflicts > 0 || run->n_detected > 0 ||
      run->n_auto_resolved > 0)
    return;
  if (plan->n_send < run->n_pushed || plan->n_send + plan->n_fetch < run->n_pushed + run->n_pulled)
    tally_sim_trace_fail (self->given.trace, "%s: planned to send %u, fetch %u; came to %u, %u",
                          self->name, plan->n_send, plan->n_fetch, run->n_pushed, run->n_pulled);
}
