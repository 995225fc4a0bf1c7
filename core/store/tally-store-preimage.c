/* tally-store-preimage.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "store/tally-store-private.h"

#include "base/tally-planted.h"

/* What is shown of a record before a run changes it, so that the run can be undone. */

const TallyRevision *
tally_store_find_shown (const TallyRecord *record)
{
  return record != NULL && tally_record_is_live (record) ? record->local : NULL;
}

static gboolean
looks_same (const TallyRevision *before,
            const TallyRevision *after)
{
  if (before == NULL || after == NULL)
    return before == after;

  return g_strcmp0 (before->body, after->body) == 0 &&
         g_strcmp0 (before->attachments, after->attachments) == 0;
}

gboolean
tally_store_keep_preimage (TallyStore           *self,
                           const TallyDecision  *decision,
                           gint64                run,
                           GHashTable           *stored,
                           GError              **error)
{
  const TallyRevision *before = tally_store_find_shown (decision->seen);
  const TallyRevision *after = tally_store_find_shown (decision->after);
  g_autoptr (TallyStatement) put = NULL;

  if (run == 0 || looks_same (before, after))
    return TRUE;

  put = tally_db_statement (self->db, "preimage-put");
  tally_statement_bind_int (put, ":run", run);
  tally_statement_bind_int (put, ":record", decision->after->id);
  tally_store_bind_revision (put, ":before", before, stored);
  tally_statement_bind_text (put, ":after", after != NULL ? after->rev : NULL);

  return tally_statement_run (put, error);
}
