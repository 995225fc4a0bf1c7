/* tally-record.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-model"

#include "model/tally-record.h"

#include "base/tally-planted.h"

/**
 * TallyRecord:
 *
 * One record's pointers, leaves and outbox row as a value. It knows what its state is, not how
 * it came there: deciding is the business of the store's edits and of the engine. A record that
 * was handed on is never written to; change a copy. Reference counted, may cross threads.
 */

static const char * const lane_names[] = { "send", "hold", "quarantine" };

static const char * const state_names[] = {
  [TALLY_RECORD_ABSENT] = "absent",
  [TALLY_RECORD_CLEAN] = "clean",
  [TALLY_RECORD_PENDING] = "pending",
  [TALLY_RECORD_SENT] = "sent",
  [TALLY_RECORD_BEHIND] = "behind",
  [TALLY_RECORD_DIVERGED] = "diverged",
  [TALLY_RECORD_FORKED] = "forked",
  [TALLY_RECORD_DELETED_HERE] = "deleted-here",
  [TALLY_RECORD_DELETED_THERE] = "deleted-there",
  [TALLY_RECORD_QUARANTINED] = "quarantined",
  [TALLY_RECORD_HELD] = "held",
};

/**
 * tally_lane_to_string:
 * @lane: a lane
 *
 * Returns: its word in the database
 */
const char *
tally_lane_to_string (TallyLane lane)
{
  return lane_names[lane];
}

/**
 * tally_lane_from_string:
 * @text: (nullable): a word of the database
 *
 * Returns: the lane; hold for a word not known, so that nothing leaves by mistake
 */
TallyLane
tally_lane_from_string (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (lane_names); i++)
    {
      if (g_strcmp0 (lane_names[i], text) == 0)
        return i;
    }

  return TALLY_LANE_HOLD;
}

/**
 * tally_record_state_to_string:
 * @state: a state
 *
 * Returns: its word on the bus and in the terminal
 */
const char *
tally_record_state_to_string (TallyRecordState state)
{
  return state_names[state];
}

static void
swap_revision (TallyRevision       **slot,
               const TallyRevision  *revision)
{
  TallyRevision *fresh = revision != NULL ? tally_revision_ref (revision) : NULL;

  g_clear_pointer (slot, tally_revision_unref);
  *slot = fresh;
}

static void
outbox_entry_free (TallyOutboxEntry *self)
{
  g_clear_pointer (&self->sent, tally_revision_unref);
  g_clear_pointer (&self->closes, g_strfreev);
  g_clear_pointer (&self->reason, tally_reason_unref);
  g_free (self);
}

/**
 * tally_record_new:
 * @key: the record's key
 *
 * Returns: (transfer full): an absent record
 */
TallyRecord *
tally_record_new (const char *key)
{
  TallyRecord *self = g_atomic_rc_box_new0 (TallyRecord);

  self->key = g_strdup (key);
  self->leaves = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);

  return self;
}

/**
 * tally_record_copy:
 * @self: a record
 *
 * Returns: (transfer full): a record of its own with the same revisions
 */
TallyRecord *
tally_record_copy (const TallyRecord *self)
{
  TallyRecord *copy = tally_record_new (self->key);

  copy->id = self->id;
  swap_revision (&copy->base, self->base);
  swap_revision (&copy->local, self->local);
  swap_revision (&copy->remote, self->remote);

  for (guint i = 0; i < self->leaves->len; i++)
    g_ptr_array_add (copy->leaves, tally_revision_ref (self->leaves->pdata[i]));

  if (self->outbox != NULL)
    {
      copy->outbox = g_memdup2 (self->outbox, sizeof *self->outbox);
      copy->outbox->sent = NULL;
      swap_revision (&copy->outbox->sent, self->outbox->sent);
      copy->outbox->closes = g_strdupv (self->outbox->closes);
      if (self->outbox->reason != NULL)
        tally_reason_ref (self->outbox->reason);
    }

  return copy;
}

/**
 * tally_record_ref:
 * @self: a record
 *
 * Returns: (transfer full): @self
 */
TallyRecord *
tally_record_ref (TallyRecord *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
record_clear (gpointer data)
{
  TallyRecord *self = data;

  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->base, tally_revision_unref);
  g_clear_pointer (&self->local, tally_revision_unref);
  g_clear_pointer (&self->remote, tally_revision_unref);
  g_clear_pointer (&self->leaves, g_ptr_array_unref);
  g_clear_pointer (&self->outbox, outbox_entry_free);
}

/**
 * tally_record_unref:
 * @self: (transfer full): a record
 */
void
tally_record_unref (TallyRecord *self)
{
  g_atomic_rc_box_release_full (self, record_clear);
}

void
tally_record_set_base (TallyRecord         *self,
                       const TallyRevision *revision)
{
  swap_revision (&self->base, revision);
}

void
tally_record_set_local (TallyRecord         *self,
                        const TallyRevision *revision)
{
  swap_revision (&self->local, revision);
}

void
tally_record_set_remote (TallyRecord         *self,
                         const TallyRevision *revision)
{
  swap_revision (&self->remote, revision);
}

/**
 * tally_record_set_leaves:
 * @self: a record being built
 * @leaves: (element-type TallyRevision): winner first; referenced, not copied
 */
void
tally_record_set_leaves (TallyRecord *self,
                         GPtrArray   *leaves)
{
  g_ptr_array_ref (leaves);
  g_ptr_array_unref (self->leaves);
  self->leaves = leaves;
}

/**
 * tally_record_need_outbox:
 * @self: a record being built
 *
 * Returns: (transfer none): the outbox row, made when there was none
 */
TallyOutboxEntry *
tally_record_need_outbox (TallyRecord *self)
{
  if (self->outbox == NULL)
    {
      self->outbox = g_new0 (TallyOutboxEntry, 1);
      self->outbox->closes = g_new0 (char *, 1);
    }

  return self->outbox;
}

void
tally_record_clear_outbox (TallyRecord *self)
{
  g_clear_pointer (&self->outbox, outbox_entry_free);
}

void
tally_record_set_sent (TallyRecord         *self,
                       const TallyRevision *revision)
{
  swap_revision (&tally_record_need_outbox (self)->sent, revision);
}

void
tally_record_set_closes (TallyRecord        *self,
                         const char * const *revs)
{
  TallyOutboxEntry *outbox = tally_record_need_outbox (self);

  g_strfreev (outbox->closes);
  outbox->closes = g_strdupv ((char **) revs);
}

/**
 * tally_record_is_dirty:
 * @self: a record
 *
 * Returns: whether it was edited here since both sides agreed
 */
gboolean
tally_record_is_dirty (const TallyRecord *self)
{
  return !tally_revision_is_same (self->local, self->base);
}

/**
 * tally_record_open_leaves:
 * @self: a record
 *
 * Returns: (transfer full) (element-type TallyRevision): live leaves besides the remote one that
 *   no resolution has closed
 */
GPtrArray *
tally_record_open_leaves (const TallyRecord *self)
{
  GPtrArray *open = g_ptr_array_new ();

  for (guint i = 0; i < self->leaves->len; i++)
    {
      TallyRevision *leaf = self->leaves->pdata[i];

      if (leaf->deleted || tally_revision_is_same (leaf, self->remote))
        continue;
      if (self->outbox != NULL &&
          g_strv_contains ((const char * const *) self->outbox->closes, leaf->rev))
        continue;
      g_ptr_array_add (open, leaf);
    }

  return open;
}

/**
 * tally_record_is_conflict:
 * @self: a record
 *
 * Returns: whether both sides moved, or the server shows several live leaves, and nobody has
 *   settled it
 */
gboolean
tally_record_is_conflict (const TallyRecord *self)
{
  g_autoptr (GPtrArray) open = NULL;

  if (tally_record_is_dirty (self) &&
      !tally_revision_is_same (self->remote, self->base) &&
      !tally_revision_is_same (self->remote, self->local))
    return TRUE;

  open = tally_record_open_leaves (self);

  return open->len > 0;
}

/**
 * tally_record_is_sendable:
 * @self: a record
 *
 * Returns: whether its outbox row may leave; the local side of an open conflict is held
 */
gboolean
tally_record_is_sendable (const TallyRecord *self)
{
  return self->outbox != NULL && self->outbox->lane == TALLY_LANE_SEND &&
         (!tally_record_is_conflict (self) || TALLY_IS_PLANTED (HELD_PUSHED));
}

/**
 * tally_record_is_live:
 * @self: (nullable): a record
 *
 * Returns: whether this computer shows it
 */
gboolean
tally_record_is_live (const TallyRecord *self)
{
  return self != NULL && self->local != NULL && !self->local->deleted;
}

/**
 * tally_record_get_state:
 * @self: a record
 *
 * Derives the state from the pointers, the leaves and the outbox row; the order of the
 * questions is the order of urgency.
 *
 * Returns: the state
 */
TallyRecordState
tally_record_get_state (const TallyRecord *self)
{
  if (self->local == NULL && self->remote == NULL)
    return TALLY_RECORD_ABSENT;
  if (tally_record_is_conflict (self))
    {
      g_autoptr (GPtrArray) open = tally_record_open_leaves (self);

      return open->len > 0 ? TALLY_RECORD_FORKED : TALLY_RECORD_DIVERGED;
    }
  if (self->outbox != NULL && self->outbox->lane == TALLY_LANE_QUARANTINE)
    return TALLY_RECORD_QUARANTINED;
  if (self->outbox != NULL && self->outbox->lane == TALLY_LANE_HOLD)
    return TALLY_RECORD_HELD;
  if (self->outbox != NULL)
    {
      if (self->outbox->sent != NULL)
        return TALLY_RECORD_SENT;
      return self->local != NULL && self->local->deleted ? TALLY_RECORD_DELETED_HERE
                                                          : TALLY_RECORD_PENDING;
    }
  if (!tally_revision_is_same (self->remote, self->base))
    return self->remote != NULL && self->remote->deleted ? TALLY_RECORD_DELETED_THERE
                                                         : TALLY_RECORD_BEHIND;

  return TALLY_RECORD_CLEAN;
}
