/* tally-store-write.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "store/tally-store-private.h"

#include "base/tally-planted.h"

/* The one way a record gets into the file. Runs inside the caller's transaction. */

static char *
join_revs (const char * const *revs)
{
  return g_strjoinv (" ", (char **) revs);
}

static gboolean
same_outbox (const TallyOutboxEntry *a,
             const TallyOutboxEntry *b)
{
  if (a == NULL || b == NULL)
    return a == b;

  return a->seq == b->seq && a->lane == b->lane &&
         tally_revision_is_same (a->sent, b->sent) &&
         g_strv_equal ((const char * const *) a->closes, (const char * const *) b->closes);
}

static gboolean
still_as_seen (const TallyRecord *stored,
               const TallyRecord *seen)
{
  if (stored == NULL || seen == NULL)
    return stored == NULL && seen == NULL;

  return tally_revision_is_same (stored->local, seen->local) &&
         tally_revision_is_same (stored->base, seen->base) &&
         tally_revision_is_same (stored->remote, seen->remote) &&
         same_outbox (stored->outbox, seen->outbox);
}

static gboolean
is_leaf (const TallyRecord *record,
         const char        *rev)
{
  for (guint i = 0; i < record->leaves->len; i++)
    {
      if (g_str_equal (((TallyRevision *) record->leaves->pdata[i])->rev, rev))
        return TRUE;
    }

  return FALSE;
}

/* rev id -> row id of what the record has already */
static GHashTable *
list_stored_revisions (TallyStore  *self,
                       gint64       record,
                       GError     **error)
{
  g_autoptr (GHashTable) stored = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "revision-list");
  TallyDbStep step;

  tally_statement_bind_int (statement, ":record", record);
  while ((step = tally_statement_step (statement, error)) == TALLY_DB_ROW)
    {
      gint64 id = tally_statement_get_int (statement, 0);

      g_hash_table_insert (stored, g_strdup (tally_statement_get_text (statement, 1)),
                           g_memdup2 (&id, sizeof id));
    }

  return step == TALLY_DB_DONE ? g_steal_pointer (&stored) : NULL;
}

static gboolean
insert_revision (TallyStore           *self,
                 const TallyRecord    *after,
                 const TallyRevision  *revision,
                 GHashTable           *stored,
                 GError              **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "revision-insert");
  g_autofree char *ancestors = join_revs (revision->ancestors);
  gint64 id;

  tally_statement_bind_int (statement, ":record", after->id);
  tally_statement_bind_text (statement, ":rev", revision->rev);
  tally_statement_bind_text (statement, ":ancestors", ancestors);
  tally_statement_bind_int (statement, ":deleted", revision->deleted);
  tally_statement_bind_text (statement, ":body", revision->body);
  tally_statement_bind_text (statement, ":attachments", revision->attachments);
  tally_statement_bind_int (statement, ":remote_leaf", is_leaf (after, revision->rev));
  tally_statement_bind_null (statement, ":device");
  tally_statement_bind_int (statement, ":seen_at", tally_clock_date_us (self->clock));
  if (!tally_statement_run (statement, error))
    return FALSE;

  id = tally_db_last_insert_id (self->db);
  g_hash_table_insert (stored, g_strdup (revision->rev), g_memdup2 (&id, sizeof id));

  return TRUE;
}

static gboolean
learn_revision (TallyStore           *self,
                const TallyRecord    *after,
                const TallyRevision  *revision,
                gint64                id,
                GError              **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "revision-learn");
  g_autofree char *ancestors = join_revs (revision->ancestors);

  tally_statement_bind_int (statement, ":id", id);
  tally_statement_bind_text (statement, ":body", revision->body);
  tally_statement_bind_text (statement, ":ancestors", ancestors);
  tally_statement_bind_text (statement, ":attachments", revision->attachments);
  tally_statement_bind_int (statement, ":deleted", revision->deleted);
  tally_statement_bind_int (statement, ":remote_leaf", is_leaf (after, revision->rev));

  return tally_statement_run (statement, error);
}

static gboolean
write_revision (TallyStore           *self,
                const TallyRecord    *after,
                const TallyRevision  *revision,
                GHashTable           *stored,
                GHashTable           *done,
                GError              **error)
{
  const gint64 *id;

  if (revision == NULL || !g_hash_table_add (done, (gpointer) revision->rev))
    return TRUE;

  id = g_hash_table_lookup (stored, revision->rev);
  if (id != NULL)
    return learn_revision (self, after, revision, *id, error);

  return insert_revision (self, after, revision, stored, error);
}

/* Leaves that were leaves and are not any more lose their mark. */
static gboolean
unmark_old_leaves (TallyStore         *self,
                   const TallyRecord  *seen,
                   const TallyRecord  *after,
                   GHashTable         *stored,
                   GHashTable         *done,
                   GError            **error)
{
  for (guint i = 0; seen != NULL && i < seen->leaves->len; i++)
    {
      TallyRevision *leaf = seen->leaves->pdata[i];

      if (!is_leaf (after, leaf->rev) &&
          !write_revision (self, after, leaf, stored, done, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
write_revisions (TallyStore     *self,
                 TallyDecision  *decision,
                 GHashTable     *stored,
                 GError        **error)
{
  const TallyRecord *after = decision->after;
  const TallyHistoryLine *line = decision->history;
  const TallyRevision *sides[] = {
    after->local, after->base, after->remote,
    after->outbox != NULL ? after->outbox->sent : NULL,
    line != NULL ? line->base : NULL,
    line != NULL ? line->local : NULL,
    line != NULL ? line->remote : NULL,
    line != NULL ? line->result : NULL,
  };
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      if (!write_revision (self, after, sides[i], stored, done, error))
        return FALSE;
    }
  for (guint i = 0; i < after->leaves->len; i++)
    {
      if (!write_revision (self, after, after->leaves->pdata[i], stored, done, error))
        return FALSE;
    }

  return unmark_old_leaves (self, decision->seen, after, stored, done, error);
}

void
tally_store_bind_revision (TallyStatement       *statement,
                           const char           *name,
                           const TallyRevision  *revision,
                           GHashTable           *stored)
{
  if (revision == NULL)
    tally_statement_bind_null (statement, name);
  else
    tally_statement_bind_int (statement, name,
                              *(gint64 *) g_hash_table_lookup (stored, revision->rev));
}

static gboolean
write_pointers (TallyStore         *self,
                const TallyRecord  *after,
                GHashTable         *stored,
                GError            **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "record-point");

  tally_statement_bind_int (statement, ":id", after->id);
  tally_store_bind_revision (statement, ":base", after->base, stored);
  tally_store_bind_revision (statement, ":local", after->local, stored);
  tally_store_bind_revision (statement, ":remote", after->remote, stored);
  tally_statement_bind_int (statement, ":state", tally_record_get_state (after));
  tally_statement_bind_int (statement, ":live", tally_record_is_live (after));

  return tally_statement_run (statement, error);
}

static gboolean
write_outbox (TallyStore         *self,
              const TallyRecord  *after,
              GHashTable         *stored,
              GError            **error)
{
  const TallyOutboxEntry *outbox = after->outbox;
  g_autoptr (TallyStatement) statement = NULL;
  g_autofree char *closes = NULL;
  g_autofree char *reason = NULL;

  statement = tally_db_statement (self->db, outbox != NULL ? "outbox-put" : "outbox-delete");
  tally_statement_bind_int (statement, ":record", after->id);
  if (outbox != NULL)
    {
      closes = join_revs ((const char * const *) outbox->closes);
      if (outbox->reason != NULL)
        reason = tally_reason_to_json (outbox->reason);
      tally_store_bind_revision (statement, ":rev", after->local, stored);
      tally_store_bind_revision (statement, ":sent_rev", outbox->sent, stored);
      tally_statement_bind_text (statement, ":lane", tally_lane_to_string (outbox->lane));
      tally_statement_bind_text (statement, ":reason", reason);
      tally_statement_bind_int (statement, ":tries", outbox->tries);
      tally_statement_bind_int (statement, ":next_try", outbox->next_try_us);
      tally_statement_bind_text (statement, ":closes", closes);
      tally_statement_bind_int (statement, ":created", tally_clock_date_us (self->clock));
      tally_statement_bind_int (statement, ":sendable", tally_record_is_sendable (after));
    }

  return tally_statement_run (statement, error);
}

/* An unrelated write solves nothing: the server's document must have been taken, and a refused
 * edit must have left its lane. */
static gboolean
is_solved (const TallyRecord *after)
{
  if (after->outbox != NULL && after->outbox->lane == TALLY_LANE_QUARANTINE)
    return FALSE;

  return after->remote == NULL || after->remote->deleted || after->remote->body != NULL;
}

static gboolean
write_problem (TallyStore     *self,
               TallyDecision  *decision,
               GError        **error)
{
  g_autofree char *reason = NULL;
  g_autoptr (TallyStatement) statement = NULL;
  gint64 record = decision->after->id;
  gint64 now = tally_clock_date_us (self->clock);

  if (decision->problem == NULL)
    {
      if (!is_solved (decision->after))
        return TRUE;
      statement = tally_db_statement (self->db, "problem-solve");
      tally_statement_bind_int (statement, ":record", record);
      tally_statement_bind_int (statement, ":solved", now);

      return tally_statement_run (statement, error);
    }

  reason = tally_reason_to_json (decision->problem);
  {
    g_autoptr (TallyStatement) same = tally_db_statement (self->db, "problem-same");
    TallyDbStep step;

    tally_statement_bind_int (same, ":record", record);
    tally_statement_bind_text (same, ":reason", reason);
    step = tally_statement_step (same, error);
    if (step != TALLY_DB_DONE)
      return step == TALLY_DB_ROW;
  }

  statement = tally_db_statement (self->db, "problem-open");
  tally_statement_bind_int (statement, ":record", record);
  tally_statement_bind_text (statement, ":key", decision->after->key);
  tally_statement_bind_text (statement, ":reason", reason);
  tally_statement_bind_int (statement, ":opened", now);

  return tally_statement_run (statement, error);
}

static gboolean
insert_record (TallyStore   *self,
               TallyRecord  *after,
               GError      **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "record-insert");

  tally_statement_bind_text (statement, ":key", after->key);
  if (!tally_statement_run (statement, error))
    return FALSE;

  after->id = tally_db_last_insert_id (self->db);

  return TRUE;
}

static gboolean
run_for_record (TallyStore  *self,
                const char  *query,
                const char  *parameter,
                gint64       record,
                GError     **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, query);

  tally_statement_bind_int (statement, parameter, record);

  return tally_statement_run (statement, error);
}

static gboolean
write_rows (TallyStore     *self,
            TallyDecision  *decision,
            gint64          run,
            GHashTable     *stored,
            GError        **error)
{
  const TallyRecord *after = decision->after;
  gboolean known = decision->seen != NULL;

  if (!write_revisions (self, decision, stored, error) ||
      !write_pointers (self, after, stored, error) ||
      !tally_store_write_history (self, decision, run, stored, error) ||
      !tally_store_keep_preimage (self, decision, run, stored, error))
    return FALSE;
  if ((known || after->outbox != NULL) && !write_outbox (self, after, stored, error))
    return FALSE;
  if ((known || decision->problem != NULL) && !write_problem (self, decision, error))
    return FALSE;
  if (!known)
    return TRUE;
  if (!run_for_record (self, "revision-prune", ":record", after->id, error))
    return FALSE;
  if (tally_record_get_state (after) == TALLY_RECORD_ABSENT && decision->problem == NULL)
    return run_for_record (self, "preimage-forget", ":record", after->id, error) &&
           run_for_record (self, "record-delete", ":id", after->id, error);

  return TRUE;
}

/* A record that is here again, for whatever reason, is no deletion to be asked about. */
static void
release_living (TallyRecord *after)
{
  if (after->outbox == NULL || !tally_record_is_live (after) ||
      !tally_outbox_is_guarded (after->outbox))
    return;

  after->outbox->lane = TALLY_LANE_SEND;
  g_clear_pointer (&after->outbox->reason, tally_reason_unref);
}

/**
 * tally_store_write:
 * @self: a store with a transaction open
 * @decision: what to write
 * @run: id of the run it belongs to, 0 for none
 * @moved: (out): the record is not as the decision saw it any more, and nothing was written
 * @error: %TALLY_DB_ERROR
 *
 * Compare-and-set of one record: pointers, leaves, outbox row, history and problem.
 *
 * Returns: %FALSE on an error, with the transaction to be rolled back
 */
gboolean
tally_store_write (TallyStore     *self,
                   TallyDecision  *decision,
                   gint64          run,
                   gboolean       *moved,
                   GError        **error)
{
  TallyRecord *after = decision->after;
  g_autoptr (TallyRecord) stored = NULL;
  g_autoptr (GHashTable) revisions = NULL;

  if (!tally_store_load (self, after->key, &stored, error))
    return FALSE;
  *moved = !TALLY_IS_PLANTED (BLIND_APPLY) && !still_as_seen (stored, decision->seen);
  if (*moved)
    return TRUE;

  release_living (after);
  if (stored != NULL)
    {
      after->id = stored->id;
      revisions = list_stored_revisions (self, after->id, error);
    }
  else if (insert_record (self, after, error))
    revisions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return revisions != NULL && write_rows (self, decision, run, revisions, error);
}
