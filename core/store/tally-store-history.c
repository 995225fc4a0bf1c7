/* tally-store-history.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "store/tally-store-private.h"

#include "base/tally-planted.h"

/* What happened to a record beyond its pointers: it only grows. */

static gboolean
write_side (TallyStore           *self,
            gint64                history,
            const char           *role,
            const TallyRevision  *revision,
            GHashTable           *stored,
            GError              **error)
{
  g_autoptr (TallyStatement) statement = NULL;

  if (revision == NULL)
    return TRUE;

  statement = tally_db_statement (self->db, "history-side-insert");
  tally_statement_bind_int (statement, ":history", history);
  tally_statement_bind_text (statement, ":role", role);
  tally_store_bind_revision (statement, ":revision", revision, stored);

  return tally_statement_run (statement, error);
}

static gboolean
write_line (TallyStore              *self,
            const TallyRecord       *after,
            const TallyHistoryLine  *line,
            gint64                   run,
            GHashTable              *stored,
            GError                 **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "history-insert");
  gint64 id;

  tally_statement_bind_int (statement, ":record", after->id);
  tally_statement_bind_text (statement, ":event", line->event);
  tally_statement_bind_int (statement, ":at", tally_clock_date_us (self->clock));
  if (run != 0)
    tally_statement_bind_int (statement, ":run", run);
  tally_statement_bind_text (statement, ":device", self->device);
  if (!tally_statement_run (statement, error))
    return FALSE;

  id = tally_db_last_insert_id (self->db);

  return write_side (self, id, "base", line->base, stored, error) &&
         write_side (self, id, "local", line->local, stored, error) &&
         write_side (self, id, "remote", line->remote, stored, error) &&
         write_side (self, id, "result", line->result, stored, error);
}

static gboolean
is_side (const TallyHistoryLine  *line,
         const TallyRevision     *revision)
{
  return tally_revision_is_same (line->base, revision) ||
         tally_revision_is_same (line->local, revision) ||
         tally_revision_is_same (line->remote, revision) ||
         tally_revision_is_same (line->result, revision);
}

/* A fork may have more versions than a line has sides: whatever a decision ends can be had back. */
static gboolean
write_others (TallyStore              *self,
              const TallyRecord       *after,
              const TallyHistoryLine  *line,
              gint64                   run,
              GHashTable              *stored,
              GError                 **error)
{
  for (guint i = 0; i < after->leaves->len; i++)
    {
      TallyRevision *leaf = after->leaves->pdata[i];
      const TallyHistoryLine other = { .event = line->event, .local = leaf };

      if (leaf->deleted || leaf->body == NULL || is_side (line, leaf))
        continue;
      if (!write_line (self, after, &other, run, stored, error))
        return FALSE;
    }

  return TRUE;
}

/* What was sent before the edit that a decision ends may arrive yet: its tombstone then needs its
 * line, or what lies in it would come to life. */
static gboolean
write_sent (TallyStore           *self,
            const TallyDecision  *decision,
            gint64                run,
            GHashTable           *stored,
            GError              **error)
{
  const TallyRecord *seen = decision->seen;
  const TallyOutboxEntry *outbox = decision->after->outbox;
  const TallyRevision *sent = seen != NULL && seen->outbox != NULL ? seen->outbox->sent : NULL;
  const TallyHistoryLine other = { .event = decision->history->event, .local = sent };

  if (sent == NULL || is_side (decision->history, sent) || outbox == NULL ||
      !g_strv_contains ((const char * const *) outbox->closes, sent->rev))
    return TRUE;

  return write_line (self, decision->after, &other, run, stored, error);
}

gboolean
tally_store_write_history (TallyStore           *self,
                           const TallyDecision  *decision,
                           gint64                run,
                           GHashTable           *stored,
                           GError              **error)
{
  const TallyHistoryLine *line = decision->history;

  if (line == NULL || TALLY_IS_PLANTED (NO_HISTORY))
    return TRUE;
  if (!write_line (self, decision->after, line, run, stored, error) ||
      !write_sent (self, decision, run, stored, error))
    return FALSE;

  return tally_record_is_conflict (decision->after) || TALLY_IS_PLANTED (THIRD_FORGOTTEN) ||
         write_others (self, decision->after, line, run, stored, error);
}
