/* tally-store-guarded.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "config.h"

#include "store/tally-store-private.h"

#include <glib/gi18n-lib.h>

/* The records of a guard's question, and what an answer makes of them. */

/* Records that are written in one go while others may want to write. */
#define PAGE 500

/* Why an outbox row waits for the answer to a question. */
static const char * const reasons[] = {
  [TALLY_GUARD_LOCAL] = "guard-local",
  [TALLY_GUARD_ALIKE] = "guard-alike",
  [TALLY_GUARD_MERGED] = "guard-merged",
};

static gboolean
is_held (const TallyOutboxEntry *outbox,
         TallyGuardSide          side)
{
  return outbox != NULL && outbox->lane == TALLY_LANE_HOLD && outbox->reason != NULL &&
         g_str_equal (outbox->reason->code, reasons[side]);
}

gboolean
tally_outbox_is_guarded (const TallyOutboxEntry *outbox)
{
  return is_held (outbox, TALLY_GUARD_LOCAL);
}

gboolean
tally_outbox_is_edit_guarded (const TallyOutboxEntry *outbox)
{
  return is_held (outbox, TALLY_GUARD_ALIKE) || is_held (outbox, TALLY_GUARD_MERGED);
}

void
tally_guard_bind (TallyStatement   *statement,
                  const TallyGuard *guard)
{
  tally_statement_bind_text (statement, ":collection", guard->collection);
  tally_statement_bind_text (statement, ":side", tally_guard_side_to_string (guard->side));
}

gboolean
tally_store_close_guard (TallyStore        *self,
                         const TallyGuard  *guard,
                         gint64             answered_us,
                         guint              n_allowed,
                         GError           **error)
{
  g_autoptr (TallyStatement) close = tally_db_statement (self->db, "guard-close");

  tally_guard_bind (close, guard);
  tally_statement_bind_int (close, ":answered", answered_us);
  tally_statement_bind_int (close, ":allowed", n_allowed);

  return tally_statement_run (close, error);
}

static GPtrArray *
list_records (TallyStore        *self,
              const TallyGuard  *guard,
              gint64             after,
              guint              limit,
              GError           **error)
{
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "guarded");

  tally_guard_bind (list, guard);
  tally_statement_bind_int (list, ":after", after);
  tally_statement_bind_int (list, ":limit", limit);

  return tally_store_load_listed (self, list, error);
}

/* What becomes of one record; NULL: it stays. */
typedef TallyRecord *(*ChangeFunc) (const TallyRecord *record,
                                    TallyGuardSide     side);

static TallyRecord *
hold (const TallyRecord *record,
      TallyGuardSide     side)
{
  TallyRecord *after;
  TallyOutboxEntry *outbox;

  if (record->outbox == NULL || record->outbox->lane != TALLY_LANE_SEND)
    return NULL;

  after = tally_record_copy (record);
  outbox = tally_record_need_outbox (after);
  outbox->lane = TALLY_LANE_HOLD;
  g_clear_pointer (&outbox->reason, tally_reason_unref);
  outbox->reason = tally_reason_new (reasons[side], NULL);

  return after;
}

/* As if it had never been held: what looks next may hold it again. */
static TallyRecord *
put_back (const TallyRecord *record,
          TallyGuardSide     side)
{
  TallyRecord *after;
  TallyOutboxEntry *outbox;

  if (!is_held (record->outbox, side))
    return NULL;

  after = tally_record_copy (record);
  outbox = tally_record_need_outbox (after);
  outbox->lane = TALLY_LANE_SEND;
  g_clear_pointer (&outbox->reason, tally_reason_unref);

  return after;
}

/* Somebody has said that it was meant. Deletions that are allowed are counted; of edits each one is
 * marked. */
static TallyRecord *
let_go (const TallyRecord *record,
        TallyGuardSide     side)
{
  TallyRecord *after = put_back (record, side);

  if (after != NULL && side != TALLY_GUARD_LOCAL)
    tally_record_need_outbox (after)->reason = tally_reason_new (TALLY_GUARD_REASON_ALLOWED, NULL);

  return after;
}

/* The deletion was made there: the record as it is here is put on top of it. */
static TallyRecord *
bring_back (const TallyRecord *record,
            TallyGuardSide     side)
{
  return tally_record_settled (record, record->local->body, record->local->attachments);
}

/* The deletion was made here: back to what both sides had. Where the server has lost it meanwhile
 * there is nothing to go back to. */
static TallyRecord *
take_back (const TallyRecord *record,
           TallyGuardSide     side)
{
  g_autoptr (TallyRecord) released = let_go (record, side);
  TallyRecord *after;

  if (record->base == NULL || record->base->body == NULL || record->base->deleted)
    return g_steal_pointer (&released);

  after = tally_record_edited (released != NULL ? released : record, FALSE, record->base->body);

  return after != NULL ? after : g_steal_pointer (&released);
}

/* Both sides had changed: what the server has is to stand. */
static TallyRecord *
take_theirs (const TallyRecord *record,
             TallyGuardSide     side)
{
  g_autoptr (TallyRecord) released = let_go (record, side);
  const TallyRevision *theirs = record->remote;

  if (released == NULL || theirs == NULL || (theirs->body == NULL && !theirs->deleted))
    return g_steal_pointer (&released);

  return tally_record_settled (released, theirs->deleted ? NULL : theirs->body,
                               theirs->attachments);
}

static gboolean
change (TallyStore      *self,
        TallyRecord     *record,
        TallyGuardSide   side,
        ChangeFunc       func,
        const char      *event,
        GError         **error)
{
  g_autoptr (TallyRecord) after = func (record, side);
  g_autoptr (TallyDecision) decision = NULL;
  gboolean moved;

  if (after == NULL)
    return TRUE;

  decision = tally_decision_new (record, after);
  if (event != NULL)
    tally_decision_set_history (decision, event, record->base, record->local, record->remote,
                                after->local);

  return tally_store_write (self, decision, 0, &moved, error);
}

/* Inside a transaction, so nothing moves. */
static gboolean
change_all (TallyStore        *self,
            const TallyGuard  *guard,
            ChangeFunc         func,
            const char        *event,
            GError           **error)
{
  gint64 after = 0;

  while (TRUE)
    {
      g_autoptr (GPtrArray) records = list_records (self, guard, after, PAGE, error);

      if (records == NULL)
        return FALSE;
      if (records->len == 0)
        return TRUE;

      after = ((TallyRecord *) records->pdata[records->len - 1])->id;
      for (guint i = 0; i < records->len; i++)
        {
          if (!change (self, records->pdata[i], guard->side, func, event, error))
            return FALSE;
        }
    }
}

gboolean
tally_store_hold_guarded (TallyStore        *self,
                          const TallyGuard  *guard,
                          GError           **error)
{
  return change_all (self, guard, hold, NULL, error);
}

gboolean
tally_store_free_guarded (TallyStore        *self,
                          const TallyGuard  *guard,
                          GError           **error)
{
  return change_all (self, guard, put_back, NULL, error);
}

gboolean
tally_store_hold_keys (TallyStore      *self,
                       TallyGuardSide   side,
                       GPtrArray       *keys,
                       GError         **error)
{
  for (guint i = 0; i < keys->len; i++)
    {
      g_autoptr (TallyRecord) record = NULL;

      if (!tally_store_load (self, keys->pdata[i], &record, error))
        return FALSE;
      if (record != NULL && tally_record_is_sendable (record) &&
          !change (self, record, side, hold, NULL, error))
        return FALSE;
    }

  return TRUE;
}

/**
 * tally_store_list_guarded:
 * @self: a store
 * @collection: of the question
 * @side: of the question
 * @after: id of the last one seen, 0 at the start
 * @limit: records at most
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (element-type TallyRecord): the records it is about, by id
 */
GPtrArray *
tally_store_list_guarded (TallyStore      *self,
                          const char      *collection,
                          TallyGuardSide   side,
                          gint64           after,
                          guint            limit,
                          GError         **error)
{
  const TallyGuard guard = { .collection = (char *) collection, .side = side };

  return list_records (self, &guard, after, limit, error);
}

/**
 * tally_store_is_guarded:
 * @self: a store
 * @key: of a record
 * @guarded: (out): whether its deletion on the server waits for an answer
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether it could be read
 */
gboolean
tally_store_is_guarded (TallyStore  *self,
                        const char  *key,
                        gboolean    *guarded,
                        GError     **error)
{
  g_autoptr (TallyStatement) get = tally_db_statement (self->db, "guard-record");
  TallyDbStep step;

  tally_statement_bind_text (get, ":key", key);
  step = tally_statement_step (get, error);
  *guarded = step == TALLY_DB_ROW;

  return step != TALLY_DB_FAILED;
}

static const TallyGuard *
find_guard (GPtrArray       *open,
            const char      *collection,
            TallyGuardSide   side,
            guint            n_shown,
            guint            mark,
            GError         **error)
{
  for (guint i = 0; i < open->len; i++)
    {
      const TallyGuard *guard = open->pdata[i];

      if (guard->side != side || !g_str_equal (guard->collection, collection))
        continue;
      if (guard->n_records == n_shown && (mark == 0 || guard->mark == mark))
        return guard;

      if (guard->n_records == n_shown)
        g_set_error_literal (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE,
                             _("The question is about other records now than when it was shown. Look "
                               "at it again, then decide."));
      else
        g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE,
                     _("The question is about %u records now, not %u. Look at it again, then "
                       "decide."), guard->n_records, n_shown);
      return NULL;
    }

  g_set_error_literal (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_NOT_FOUND,
                       _("There is no such question: it was answered, or asks nothing any more."));

  return NULL;
}

/* What a person wants who did not mean it. */
static const ChangeFunc undo[] = {
  [TALLY_GUARD_SERVER] = bring_back,
  [TALLY_GUARD_LOCAL] = take_back,
  [TALLY_GUARD_ALIKE] = take_back,
  [TALLY_GUARD_MERGED] = take_theirs,
};

static gboolean
answer (TallyStore      *self,
        const char      *collection,
        TallyGuardSide   side,
        gboolean         keep,
        guint            n_shown,
        guint            mark,
        GError         **error)
{
  g_autoptr (GPtrArray) open = tally_store_list_guards (self, error);
  const TallyGuard *guard;
  gboolean counted;
  gboolean done;

  if (open == NULL)
    return FALSE;
  guard = find_guard (open, collection, side, n_shown, mark, error);
  if (guard == NULL)
    return FALSE;

  if (keep)
    done = change_all (self, guard, undo[side], "kept", error);
  else
    done = side == TALLY_GUARD_SERVER || change_all (self, guard, let_go, NULL, error);

  counted = side == TALLY_GUARD_SERVER || side == TALLY_GUARD_LOCAL;

  return done && tally_store_close_guard (self, guard, tally_clock_date_us (self->clock),
                                          keep || !counted ? 0 : guard->n_records, error);
}

/**
 * tally_store_answer_guard:
 * @self: a store
 * @collection: of the question
 * @side: of the question
 * @keep: the records stay, and come back where they were deleted; otherwise the deletions are
 *   carried out with the next run
 * @n_shown: how many records the question was about when it was shown
 * @mark: the question's mark then; 0: not known
 * @error: %TALLY_STORE_ERROR_NOT_FOUND, %TALLY_STORE_ERROR_STALE, %TALLY_DB_ERROR
 *
 * Answers an open question, for exactly the records that were shown.
 *
 * Returns: whether the answer is stored
 */
gboolean
tally_store_answer_guard (TallyStore      *self,
                          const char      *collection,
                          TallyGuardSide   side,
                          gboolean         keep,
                          guint            n_shown,
                          guint            mark,
                          GError         **error)
{
  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (!answer (self, collection, side, keep, n_shown, mark, error) ||
      !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  return TRUE;
}
