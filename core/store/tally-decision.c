/* tally-decision.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "store/tally-store.h"

static const TallyRevision *
ref_or_null (const TallyRevision *revision)
{
  return revision != NULL ? tally_revision_ref (revision) : NULL;
}

static void
history_line_free (TallyHistoryLine *self)
{
  const TallyRevision *sides[] = { self->base, self->local, self->remote, self->result };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      if (sides[i] != NULL)
        tally_revision_unref (sides[i]);
    }

  g_free (self);
}

/**
 * tally_decision_new:
 * @seen: (nullable): the record as it was read
 * @after: what it becomes
 *
 * Returns: (transfer full): a decision to apply
 */
TallyDecision *
tally_decision_new (TallyRecord *seen,
                    TallyRecord *after)
{
  TallyDecision *self = g_new0 (TallyDecision, 1);

  self->seen = seen != NULL ? tally_record_ref (seen) : NULL;
  self->after = tally_record_ref (after);

  return self;
}

/**
 * tally_decision_set_history:
 * @self: a decision
 * @event: what happened, a static string
 * @base: (nullable): the common ancestor
 * @local: (nullable): this computer's side
 * @remote: (nullable): the server's side
 * @result: (nullable): what came of it
 *
 * Keeps a line of history with the decision; the sides' bodies are pinned for good.
 */
void
tally_decision_set_history (TallyDecision       *self,
                            const char          *event,
                            const TallyRevision *base,
                            const TallyRevision *local,
                            const TallyRevision *remote,
                            const TallyRevision *result)
{
  TallyHistoryLine *line = g_new0 (TallyHistoryLine, 1);

  line->event = event;
  line->base = ref_or_null (base);
  line->local = ref_or_null (local);
  line->remote = ref_or_null (remote);
  line->result = ref_or_null (result);

  g_clear_pointer (&self->history, history_line_free);
  self->history = line;
}

/**
 * tally_decision_free:
 * @self: (transfer full): a decision
 */
void
tally_decision_free (TallyDecision *self)
{
  g_clear_pointer (&self->seen, tally_record_unref);
  g_clear_pointer (&self->after, tally_record_unref);
  g_clear_pointer (&self->history, history_line_free);
  g_clear_pointer (&self->problem, tally_reason_unref);
  g_free (self);
}
