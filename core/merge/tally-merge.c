/* tally-merge.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-merge"

#include "merge/tally-merge-private.h"

#include "base/tally-planted.h"

G_DEFINE_QUARK (tally-merge-error-quark, tally_merge_error)

/**
 * tally_conflict_kind_to_string:
 * @kind: a kind
 *
 * Returns: its word in `conflicts --json` and on the bus
 */
const char *
tally_conflict_kind_to_string (TallyConflictKind kind)
{
  static const char * const words[] = {
    [TALLY_CONFLICT_NONE] = "none",
    [TALLY_CONFLICT_EDIT] = "edit",
    [TALLY_CONFLICT_DELETE] = "delete",
    [TALLY_CONFLICT_CREATE] = "create",
    [TALLY_CONFLICT_ATTACHMENTS] = "attachments",
  };

  g_return_val_if_fail ((guint) kind < G_N_ELEMENTS (words), NULL);

  return words[kind];
}

/**
 * tally_field_diff_free:
 * @self: (transfer full): a diff
 *
 * Frees it.
 */
void
tally_field_diff_free (TallyFieldDiff *self)
{
  g_free (self->pointer);
  g_free (self->before);
  g_free (self->local);
  g_free (self->server);
  g_free (self);
}

/**
 * tally_merge_free:
 * @self: (transfer full): a merge
 *
 * Frees it.
 */
void
tally_merge_free (TallyMerge *self)
{
  g_free (self->body);
  g_free (self->attachments);
  g_ptr_array_unref (self->fields);
  g_free (self);
}

static char *
dup_value (const TallyMergeMember *member,
           TallySide               side)
{
  return member->values[side].text != NULL ? tally_json_span_dup (&member->values[side]) : NULL;
}

/* TRUE when one member at least waits for a person. */
static gboolean
list_fields (TallyMerge *self,
             GPtrArray  *members)
{
  gboolean conflict = FALSE;

  for (guint i = 0; i < members->len; i++)
    {
      const TallyMergeMember *member = members->pdata[i];
      TallyFieldDiff *diff;

      conflict = conflict || member->verdict == TALLY_FIELD_CONFLICT;
      if (!member->listed)
        continue;

      diff = g_new (TallyFieldDiff, 1);
      diff->pointer = g_strdup (member->pointer);
      diff->before = dup_value (member, TALLY_SIDE_BASE);
      diff->local = dup_value (member, TALLY_SIDE_LOCAL);
      diff->server = dup_value (member, TALLY_SIDE_SERVER);
      diff->verdict = member->verdict;
      g_ptr_array_add (self->fields, diff);
    }

  return conflict;
}

static char *
join_members (GPtrArray *members)
{
  GString *body = g_string_new ("{");

  for (guint i = 0; i < members->len; i++)
    {
      const TallyMergeMember *member = members->pdata[i];
      TallySide source = tally_merge_member_source (member);
      TallyJsonSpan name;
      TallyJsonSpan value;

      if (TALLY_IS_PLANTED (MERGE_BASE) && source == TALLY_SIDE_LOCAL)
        source = TALLY_SIDE_BASE;
      if (tally_merge_member_get (member, source, &name, &value))
        tally_merge_append_member (body, &name, value.text, (gssize) value.length);
    }
  g_string_append_c (body, '}');

  return g_string_free (body, FALSE);
}

static gboolean
is_unchanged (const TallyRevision *base,
              const TallyRevision *side)
{
  if (base == NULL)
    return FALSE;
  if (tally_revision_is_same (base, side) || (base->deleted && side->deleted))
    return TRUE;

  return tally_revision_same_content (base, side);
}

static gboolean
attachments_equal (const TallyRevision *a,
                   const TallyRevision *b)
{
  if (a->attachments == NULL || b->attachments == NULL)
    return a->attachments == b->attachments;

  return tally_json_text_equal (a->attachments, -1, b->attachments, -1);
}

/* One side was not touched: the other is the result, with its attachments. */
static void
take_whole (TallyMerge          *self,
            const TallyRevision *side,
            GPtrArray           *members)
{
  self->deleted = side->deleted;
  self->body = g_strdup (side->deleted ? "{}" : side->body);
  self->attachments = g_strdup (side->deleted ? NULL : side->attachments);
  if (!side->deleted)
    list_fields (self, members);
}

static void
merge_members (TallyMerge          *self,
               const TallyRevision *base,
               const TallyRevision *local,
               const TallyRevision *server,
               GPtrArray           *members)
{
  gboolean conflict = list_fields (self, members);

  if (local->deleted != server->deleted && TALLY_IS_PLANTED (DELETE_WINS))
    take_whole (self, local->deleted ? local : server, members);
  else if (local->deleted != server->deleted)
    self->kind = TALLY_CONFLICT_DELETE;
  else if (!attachments_equal (local, server))
    self->kind = TALLY_CONFLICT_ATTACHMENTS;
  else if (conflict)
    self->kind = base == NULL || base->deleted ? TALLY_CONFLICT_CREATE : TALLY_CONFLICT_EDIT;
  else
    {
      self->body = join_members (members);
      self->attachments = g_strdup (server->attachments);
    }
}

/**
 * tally_merge_three_way:
 * @base: (nullable): the common ancestor; may have no body
 * @local: one side, its body known
 * @server: the other side, its body known; in a fork the winner
 *
 * Merges member by member. Two tombstones are one; a side that is as the base leaves the word to
 * the other, a deletion included; an edit against a deletion waits for a person, and so does
 * whatever touches attachments on both sides. A member is taken from a side byte for byte: a
 * merge never invents a value. Changing @local and @server about gives the same value for each
 * member, in another order perhaps.
 *
 * Returns: (transfer full): the merge
 */
TallyMerge *
tally_merge_three_way (const TallyRevision *base,
                       const TallyRevision *local,
                       const TallyRevision *server)
{
  TallyMerge *self;
  g_autoptr (GPtrArray) members = NULL;

  g_return_val_if_fail (local->deleted || local->body != NULL, NULL);
  g_return_val_if_fail (server->deleted || server->body != NULL, NULL);

  self = g_new0 (TallyMerge, 1);
  self->fields = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_field_diff_free);
  members = tally_merge_members (base, local, server);

  if (local->deleted && server->deleted)
    take_whole (self, server, members);
  else if (is_unchanged (base, local))
    take_whole (self, server, members);
  else if (is_unchanged (base, server))
    take_whole (self, local, members);
  else
    merge_members (self, base, local, server, members);

  return self;
}
