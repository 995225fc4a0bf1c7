/* tally-store-settle.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "config.h"

#include "base/tally-planted.h"
#include "store/tally-store-private.h"

#include <glib/gi18n-lib.h>

static gboolean
is_in_tree (const TallyRecord   *record,
            const TallyRevision *revision)
{
  for (guint i = 0; i < record->leaves->len; i++)
    {
      const TallyRevision *leaf = record->leaves->pdata[i];

      if (tally_revision_is_same (leaf, revision) || tally_revision_descends (leaf, revision->rev))
        return TRUE;
    }

  return FALSE;
}

/* Never what the result is or grows on: the same content on the same parent is one revision, so
 * a result may well be an edit that left without proof, or a branch that was settled against. */
static void
add_rev (GPtrArray           *revs,
         const TallyRevision *result,
         const char          *rev)
{
  if (result != NULL && (g_str_equal (result->rev, rev) || tally_revision_descends (result, rev)))
    return;

  if (!g_ptr_array_find_with_equal_func (revs, rev, g_str_equal, NULL))
    g_ptr_array_add (revs, (gpointer) rev);
}

/* Everything live besides the winner, and what may still arrive: a revision that left without
 * proof is closed before it shows, so that its late arrival changes nothing. A tombstone needs no
 * closing; and as all tombstones of a revision are one, closing it before it shows would keep
 * anybody else from ending its parent. */
static GPtrArray *
list_closes (const TallyRecord   *record,
             const TallyRevision *result)
{
  GPtrArray *closes = g_ptr_array_new ();
  const TallyOutboxEntry *outbox = record->outbox;

  for (guint i = 0; i < record->leaves->len; i++)
    {
      const TallyRevision *leaf = record->leaves->pdata[i];

      /* What the server shows as a leaf is one, even where the result is known to descend from
       * it: that branch came there by itself once more, without its line. */
      if (!leaf->deleted && !tally_revision_is_same (leaf, record->remote) &&
          !tally_revision_is_same (leaf, result))
        add_rev (closes, NULL, leaf->rev);
    }

  if (outbox != NULL)
    {
      if (outbox->sent != NULL && !outbox->sent->deleted && !is_in_tree (record, outbox->sent))
        add_rev (closes, result, outbox->sent->rev);
      for (guint i = 0; outbox->closes[i] != NULL; i++)
        add_rev (closes, result, outbox->closes[i]);
    }

  g_ptr_array_add (closes, NULL);

  return closes;
}

/* Whether this very revision may be on the server already: it was sent once, or is to be closed
 * because it was. */
static gboolean
may_have_left (const TallyRecord   *record,
               const TallyRevision *revision)
{
  if (record->outbox == NULL || revision == NULL)
    return FALSE;

  return tally_revision_is_same (record->outbox->sent, revision) ||
         g_strv_contains ((const char * const *) record->outbox->closes, revision->rev);
}

static gboolean
is_content (const TallyRevision *revision,
            const char          *body,
            const char          *attachments)
{
  if (revision == NULL || revision->deleted)
    return body == NULL && (revision == NULL || revision->deleted);

  return body != NULL && g_strcmp0 (revision->body, body) == 0 &&
         g_strcmp0 (revision->attachments, attachments) == 0;
}

/* Whether something of ours may yet arrive that grew on the server's winner, or ends it. */
static gboolean
may_be_outgrown (const TallyRecord *record)
{
  const TallyOutboxEntry *outbox = record->outbox;

  return outbox != NULL && (outbox->closes[0] != NULL ||
                            (outbox->sent != NULL && !is_in_tree (record, outbox->sent)));
}

/* What holds a record back holds its merged edit too; a refusal was of the old revision only, and
 * whether it is one of too many alike is judged anew. */
static void
keep_hold (TallyRecord       *after,
           const TallyRecord *record)
{
  if (record->outbox == NULL || record->outbox->lane != TALLY_LANE_HOLD ||
      tally_outbox_is_edit_guarded (record->outbox))
    return;

  after->outbox->lane = TALLY_LANE_HOLD;
  if (record->outbox->reason != NULL)
    after->outbox->reason = tally_reason_ref (record->outbox->reason);
}

/**
 * tally_record_settled:
 * @record: a record in conflict
 * @body: (nullable): the result in text form; %NULL: deleted
 * @attachments: (nullable): the result's attachments
 *
 * Pure, and the same on every device that sees the same leaves and has nothing under way: two that
 * settle alike make one revision.
 *
 * Returns: (transfer full): the record after it
 */
TallyRecord *
tally_record_settled (const TallyRecord *record,
                      const char        *body,
                      const char        *attachments)
{
  g_autoptr (GPtrArray) closes = NULL;
  g_autoptr (TallyRevision) child = NULL;
  TallyRecord *after = tally_record_copy (record);

  /* The winner itself will do only where nothing may still come on top of it: a tombstone for that
   * would end the winner along with it. */
  if (!is_content (record->remote, body, attachments) ||
      (body != NULL && may_be_outgrown (record)))
    child = tally_revision_new_child (record->remote, record->key, body == NULL,
                                      body != NULL ? body : "{}",
                                      body != NULL ? attachments : NULL);

  closes = list_closes (record, child != NULL ? child : record->remote);
  tally_record_clear_outbox (after);
  tally_record_set_base (after, record->remote);
  tally_record_set_local (after, child != NULL ? child : record->remote);

  if (child != NULL || closes->pdata[0] != NULL)
    {
      tally_record_set_closes (after, (const char * const *) closes->pdata);
      if (may_have_left (record, child))
        tally_record_set_sent (after, child);
      keep_hold (after, record);
    }

  return after;
}

static gboolean
same_leaves (const TallyRecord *a,
             const TallyRecord *b)
{
  if (a->leaves->len != b->leaves->len)
    return FALSE;

  for (guint i = 0; i < a->leaves->len; i++)
    {
      if (!tally_revision_is_same (a->leaves->pdata[i], b->leaves->pdata[i]))
        return FALSE;
    }

  return TRUE;
}

/* Nobody can decide about what he has not seen, even where it is known by now. */
static gboolean
check_known (const TallyRecord  *shown,
             GError            **error)
{
  for (guint i = 0; i < shown->leaves->len; i++)
    {
      const TallyRevision *leaf = shown->leaves->pdata[i];

      if (leaf->body != NULL)
        continue;

      g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE,
                   _("The server’s version of “%s” could not be read yet. It is asked for with "
                     "the next synchronization; decide then."), shown->key);
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_shown (const TallyRecord  *stored,
             const TallyRecord  *shown,
             GError            **error)
{
  if (stored != NULL && tally_record_is_conflict (stored) &&
      tally_revision_is_same (stored->local, shown->local) &&
      ((tally_revision_is_same (stored->base, shown->base) &&
        tally_revision_is_same (stored->remote, shown->remote) &&
        same_leaves (stored, shown)) || TALLY_IS_PLANTED (SETTLE_UNSEEN)))
    return TRUE;

  g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE,
               _("“%s” has moved since its conflict was shown. Look at it again, then decide."),
               shown->key);

  return FALSE;
}

/* The first open version that is not the server's winner stands for the local side in a fork. */
static const TallyRevision *
local_side (const TallyRecord *record)
{
  g_autoptr (GPtrArray) open = tally_record_open_leaves (record);

  if (!tally_revision_is_same (record->local, record->remote))
    return record->local;

  return open->len > 0 ? open->pdata[0] : record->local;
}

static gboolean
settle (TallyStore   *self,
        TallyRecord  *shown,
        const char   *body,
        const char   *attachments,
        TallyRecord **after,
        GError      **error)
{
  g_autoptr (TallyRecord) stored = NULL;
  g_autoptr (TallyRecord) settled = NULL;
  g_autoptr (TallyDecision) decision = NULL;
  gboolean moved;

  if (!tally_store_load (self, shown->key, &stored, error) ||
      !check_shown (stored, shown, error) || !check_known (shown, error))
    return FALSE;

  settled = tally_record_settled (stored, body, attachments);
  decision = tally_decision_new (stored, settled);
  tally_decision_set_history (decision, "settled", stored->base, local_side (stored),
                              stored->remote, settled->local);
  if (!tally_store_write (self, decision, 0, &moved, error))
    return FALSE;

  *after = g_steal_pointer (&settled);

  return TRUE;
}

/**
 * tally_store_settle:
 * @self: a store
 * @shown: the record as the person saw it
 * @body: (nullable): the result in text form; %NULL: deleted
 * @attachments: (nullable): the result's attachments
 * @result: (out) (optional) (transfer full): the local revision after it
 * @error: %TALLY_STORE_ERROR_STALE, %TALLY_DB_ERROR
 *
 * Settles an open conflict with an ordinary edit; both sides go to history.
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_settle (TallyStore     *self,
                    TallyRecord    *shown,
                    const char     *body,
                    const char     *attachments,
                    TallyRevision **result,
                    GError        **error)
{
  g_autoptr (TallyRecord) after = NULL;

  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (!settle (self, shown, body, attachments, &after, error) ||
      !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  if (result != NULL)
    *result = after->local != NULL ? tally_revision_ref (after->local) : NULL;

  return TRUE;
}
