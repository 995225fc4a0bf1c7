/* tally-store-edit.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "config.h"

#include "base/tally-json-text.h"
#include "base/tally-planted.h"
#include "store/tally-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
is_on_server (const TallyRecord   *record,
              const TallyRevision *revision)
{
  for (guint i = 0; i < record->leaves->len; i++)
    {
      const TallyRevision *leaf = record->leaves->pdata[i];

      if (tally_revision_is_same (leaf, revision) || tally_revision_descends (leaf, revision->rev))
        return TRUE;
    }

  return tally_revision_is_same (record->remote, revision);
}

/* The revision an edit grows on. What may be on the server is never squashed: an edit on top of
 * it is its child, whether or not it ever arrived. Only edits never sent collapse into one. */
static TallyRevision *
dup_parent (const TallyRecord *record)
{
  const TallyRevision *local = record->local;

  if (local == NULL)
    return NULL;
  if (record->outbox != NULL && tally_revision_is_same (record->outbox->sent, local) &&
      !TALLY_IS_PLANTED (SQUASH_SENT))
    return tally_revision_ref (local);
  if (!tally_record_is_dirty (record) || is_on_server (record, local))
    return tally_revision_ref (local);
  if (local->ancestors[0] == NULL)
    return NULL;

  return tally_revision_new (record->key, local->ancestors[0], local->ancestors + 1,
                             FALSE, NULL, NULL);
}

/* The edit takes the record back to a revision that is known as it stands there. */
static const TallyRevision *
find_known (const TallyRecord   *record,
            const TallyRevision *parent,
            gboolean             deleted,
            const char          *body,
            const char          *attachments)
{
  const TallyRevision *candidates[] = {
    record->base, record->outbox != NULL ? record->outbox->sent : NULL,
  };

  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    {
      const TallyRevision *known = candidates[i];

      if (known == NULL || known->body == NULL || !tally_revision_is_same (known, parent))
        continue;

      /* A branch that waits to be closed may stand on it: only a child outlives the tombstone. */
      if (record->outbox != NULL && record->outbox->closes[0] != NULL)
        continue;
      if (known->deleted == deleted && g_strcmp0 (known->body, body) == 0 &&
          g_strcmp0 (known->attachments, attachments) == 0)
        return known;
    }

  return NULL;
}

/* The edit made the very revision that the server has: both sides agree again. */
static void
settle_if_met (TallyRecord *after)
{
  if (tally_revision_is_same (after->local, after->remote))
    tally_record_set_base (after, after->remote);
}

static TallyRecord *
forget_unsent_creation (const TallyRecord *record)
{
  TallyRecord *after = tally_record_copy (record);
  const TallyRevision *remote = record->remote;

  /* Where somebody else made the same id meanwhile, theirs is what remains; nothing is shown of
   * what the server would not show. */
  if (remote != NULL && remote->body == NULL && !remote->deleted)
    remote = NULL;
  tally_record_set_local (after, remote);
  tally_record_set_base (after, remote);
  tally_record_clear_outbox (after);

  return after;
}

/* Typing again what was settled against makes that very revision: it may be on the server, and it
 * must not be closed any more. */
static void
reopen (TallyRecord *after)
{
  g_autoptr (GPtrArray) closes = NULL;

  if (after->outbox == NULL ||
      !g_strv_contains ((const char * const *) after->outbox->closes, after->local->rev))
    return;

  closes = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; after->outbox->closes[i] != NULL; i++)
    {
      if (!g_str_equal (after->outbox->closes[i], after->local->rev))
        g_ptr_array_add (closes, g_strdup (after->outbox->closes[i]));
    }
  g_ptr_array_add (closes, NULL);
  tally_record_set_closes (after, (const char * const *) closes->pdata);
  tally_record_set_sent (after, after->local);
}

/**
 * tally_record_edited:
 * @record: a record as it is
 * @deleted: whether the edit deletes it
 * @body: the new body, text form; "{}" with @deleted
 *
 * What an ordinary edit makes of a record. Pure.
 *
 * Returns: (transfer full) (nullable): the record after it; %NULL when nothing changes
 */
TallyRecord *
tally_record_edited (const TallyRecord *record,
                     gboolean           deleted,
                     const char        *body)
{
  const TallyRevision *local = record->local;
  const char *attachments = local != NULL && !deleted ? local->attachments : NULL;
  g_autoptr (TallyRevision) parent = NULL;
  g_autoptr (TallyRevision) child = NULL;
  const TallyRevision *known;
  TallyRecord *after;

  if (local != NULL && local->deleted == deleted && g_strcmp0 (local->body, body) == 0 &&
      g_strcmp0 (local->attachments, attachments) == 0)
    return NULL;

  parent = dup_parent (record);
  if (parent == NULL && deleted)
    return forget_unsent_creation (record);

  after = tally_record_copy (record);
  known = find_known (record, parent, deleted, body, attachments);
  if (known == NULL)
    {
      child = tally_revision_new_child (parent, record->key, deleted, body, attachments);
      known = child;
    }
  tally_record_set_local (after, known);
  reopen (after);
  settle_if_met (after);

  if (!tally_record_is_dirty (after) &&
      (after->outbox == NULL ||
       ((after->outbox->sent == NULL || tally_revision_is_same (after->local, after->remote)) &&
        after->outbox->closes[0] == NULL)))
    {
      tally_record_clear_outbox (after);
    }
  else
    {
      TallyOutboxEntry *outbox = tally_record_need_outbox (after);

      /* A new edit is a new chance for what was refused. */
      outbox->lane = outbox->lane == TALLY_LANE_QUARANTINE ? TALLY_LANE_SEND : outbox->lane;
      if (outbox->lane == TALLY_LANE_SEND)
        g_clear_pointer (&outbox->reason, tally_reason_unref);
      outbox->tries = 0;
      outbox->next_try_us = 0;
    }

  return after;
}

typedef enum
{
  EDIT_UNCHANGED,
  EDIT_CREATED,
  EDIT_CHANGED,
  EDIT_FAILED,
} EditOutcome;

static gboolean
check_expected (const TallyRecord  *record,
                const char         *key,
                const char         *expected_rev,
                GError            **error)
{
  const char *current = record->local != NULL ? record->local->rev : "";

  if (expected_rev == NULL || g_str_equal (current, expected_rev))
    return TRUE;

  if (*expected_rev == '\0')
    g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE,
                 _("“%s” exists already. Read it first, then edit it."), key);
  else
    g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE,
                 _("“%s” has changed since revision %s. Read it again and repeat the edit."),
                 key, expected_rev);

  return FALSE;
}

/* Inside a transaction. */
static EditOutcome
edit (TallyStore  *self,
      const char  *key,
      gboolean     deleted,
      const char  *body,
      const char  *expected_rev,
      GError     **error)
{
  g_autoptr (TallyRecord) seen = NULL;
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (TallyRecord) after = NULL;
  g_autoptr (TallyDecision) decision = NULL;
  gboolean existed;
  gboolean moved;

  if (!tally_store_load (self, key, &seen, error))
    return EDIT_FAILED;

  record = seen != NULL ? tally_record_ref (seen) : tally_record_new (key);
  existed = tally_record_is_live (record);
  if (!check_expected (record, key, expected_rev, error))
    return EDIT_FAILED;
  if (deleted && !existed)
    {
      g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_NOT_FOUND,
                   _("There is no record “%s”."), key);
      return EDIT_FAILED;
    }

  after = tally_record_edited (record, deleted, body);
  if (after == NULL)
    return EDIT_UNCHANGED;

  decision = tally_decision_new (seen, after);
  if (!tally_store_write (self, decision, 0, &moved, error))
    return EDIT_FAILED;

  return existed ? EDIT_CHANGED : EDIT_CREATED;
}

/* Bodies come as the text form, made at the door; a wrong one here is the caller's mistake, but
 * it must never reach the file. */
static gboolean
check_body (const char  *key,
            const char  *body,
            GError     **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = tally_json_text_compact (body, -1, &local_error);
  g_autoptr (GArray) members = NULL;

  if (text != NULL && strlen (text) > TALLY_STORE_MAX_BODY)
    g_set_error (&local_error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                 _("it is larger than the %d bytes that a server takes; divide it into several "
                   "records"), TALLY_STORE_MAX_BODY);
  else if (text != NULL)
    members = tally_json_text_members (text, -1, &local_error);
  for (guint i = 0; members != NULL && i < members->len && local_error == NULL; i++)
    {
      const TallyJsonMember *member = &g_array_index (members, TallyJsonMember, i);

      if (member->name.length > 1 && member->name.text[1] == '_')
        g_set_error (&local_error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                     _("its member %.*s begins with “_”, which is reserved"),
                     (int) member->name.length, member->name.text);
    }

  if (local_error == NULL)
    return tally_key_check (key, error);

  g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
               _("“%s” can’t be stored: %s"), key, local_error->message);

  return FALSE;
}

static gboolean
edit_one (TallyStore      *self,
          const char      *key,
          gboolean         deleted,
          const char      *body,
          const char      *expected_rev,
          TallyRevision  **revision,
          GError         **error)
{
  g_autoptr (TallyRecord) record = NULL;

  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (edit (self, key, deleted, body, expected_rev, error) == EDIT_FAILED ||
      (revision != NULL && !tally_store_load (self, key, &record, error)) ||
      (!tally_db_commit (self->db, error) && !TALLY_IS_PLANTED (ACK_FAILED)))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  if (revision != NULL)
    *revision = tally_revision_ref (record->local);

  return TRUE;
}

/**
 * tally_store_put:
 * @self: a store
 * @key: of the record
 * @body: an object in text form
 * @expected_rev: (nullable): the local revision the edit was made on; "": there was none;
 *   %NULL: any
 * @revision: (out) (optional) (transfer full): the local revision after it
 * @error: %TALLY_STORE_ERROR_STALE, %TALLY_STORE_ERROR_BAD_INPUT, %TALLY_MODEL_ERROR_BAD_KEY,
 *   %TALLY_DB_ERROR
 *
 * Creates or edits a record: revision and outbox row in one durable transaction.
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_put (TallyStore      *self,
                 const char      *key,
                 const char      *body,
                 const char      *expected_rev,
                 TallyRevision  **revision,
                 GError         **error)
{
  return check_body (key, body, error) &&
         edit_one (self, key, FALSE, body, expected_rev, revision, error);
}

/**
 * tally_store_delete:
 * @self: a store
 * @key: of the record
 * @expected_rev: (nullable): the local revision that was seen; %NULL: any
 * @error: %TALLY_STORE_ERROR_NOT_FOUND, %TALLY_STORE_ERROR_STALE, %TALLY_DB_ERROR
 *
 * Deletes a record here; its tombstone leaves with the next run. A record that never left
 * just goes.
 *
 * Returns: whether it is deleted
 */
gboolean
tally_store_delete (TallyStore  *self,
                    const char  *key,
                    const char  *expected_rev,
                    GError     **error)
{
  return edit_one (self, key, TRUE, "{}", expected_rev, NULL, error);
}

static gboolean
import_all (TallyStore         *self,
            GPtrArray          *documents,
            TallyImportResult  *result,
            GError            **error)
{
  for (guint i = 0; i < documents->len; i++)
    {
      TallyRevision *document = documents->pdata[i];
      EditOutcome outcome = edit (self, document->key, document->deleted,
                                  document->deleted ? "{}" : document->body,
                                  document->rev, error);

      if (outcome == EDIT_FAILED)
        {
          g_prefix_error (error, _("line %u: "), i + 1);
          return FALSE;
        }
      result->n_created += outcome == EDIT_CREATED;
      result->n_changed += outcome == EDIT_CHANGED;
      result->n_unchanged += outcome == EDIT_UNCHANGED;
    }

  return TRUE;
}

/**
 * tally_store_import:
 * @self: a store
 * @documents: (element-type TallyRevision): as parsed, one a line
 * @result: (out caller-allocates): what they did
 * @error: %TALLY_STORE_ERROR, %TALLY_DB_ERROR; the message begins with the line
 *
 * Puts all documents in one transaction, or none.
 *
 * Returns: whether they are stored
 */
gboolean
tally_store_import (TallyStore         *self,
                    GPtrArray          *documents,
                    TallyImportResult  *result,
                    GError            **error)
{
  *result = (TallyImportResult) { 0 };

  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (!import_all (self, documents, result, error) || !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  return TRUE;
}
