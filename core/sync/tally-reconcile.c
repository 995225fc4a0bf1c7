/* tally-reconcile.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-reconcile.h"

#include "base/tally-planted.h"

/* Where a revision of ours stands in the server's tree. */
typedef struct
{
  const TallyRevision *leaf;   /* nullable: the leaf it is, or that grew on it; live ones first */
  gboolean             exact;  /* it is that leaf itself */
} Place;

static int
compare_leaves (gconstpointer a,
                gconstpointer b)
{
  const TallyRevision *left = *(TallyRevision * const *) a;
  const TallyRevision *right = *(TallyRevision * const *) b;

  return tally_rev_compare_winner (right->rev, right->deleted, left->rev, left->deleted);
}

static GPtrArray *
sort_leaves (GPtrArray *leaves)
{
  GPtrArray *sorted = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);

  for (guint i = 0; i < leaves->len; i++)
    g_ptr_array_add (sorted, tally_revision_ref (leaves->pdata[i]));
  g_ptr_array_sort (sorted, compare_leaves);

  return sorted;
}

static Place
find_place (GPtrArray  *leaves,
            const char *rev)
{
  Place place = { NULL, FALSE };

  for (guint i = 0; rev != NULL && i < leaves->len; i++)
    {
      const TallyRevision *leaf = leaves->pdata[i];

      if (g_strcmp0 (leaf->rev, rev) == 0)
        return (Place) { leaf, TRUE };
      if (place.leaf == NULL && tally_revision_descends (leaf, rev))
        place.leaf = leaf;
    }

  return place;
}

/* Whether the branch that ended in @rev is over: something grew on it, its tombstone or an edit,
 * and it is no live leaf any more. A leaf that was never seen is over once its tombstone shows. */
static gboolean
is_closed (GPtrArray  *leaves,
           const char *rev)
{
  Place place = find_place (leaves, rev);

  return place.leaf != NULL && (!place.exact || place.leaf->deleted);
}

static void
drop_closed (TallyRecord *after)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  TallyOutboxEntry *outbox = after->outbox;

  if (outbox == NULL || outbox->closes[0] == NULL || TALLY_IS_PLANTED (NEVER_CLOSED))
    return;

  for (guint i = 0; outbox->closes[i] != NULL; i++)
    {
      if (!is_closed (after->leaves, outbox->closes[i]))
        g_ptr_array_add (open, g_strdup (outbox->closes[i]));
    }
  g_ptr_array_add (open, NULL);
  tally_record_set_closes (after, (const char * const *) open->pdata);
  for (guint i = 0; i < open->len; i++)
    g_free (open->pdata[i]);
}

static gboolean
has_other_live (const TallyRecord   *after,
                const TallyRevision *ours)
{
  for (guint i = 0; i < after->leaves->len; i++)
    {
      const TallyRevision *leaf = after->leaves->pdata[i];

      if (leaf->deleted || tally_revision_is_same (leaf, ours))
        continue;
      if (after->outbox != NULL &&
          g_strv_contains ((const char * const *) after->outbox->closes, leaf->rev))
        continue;
      return TRUE;
    }

  return FALSE;
}

/* The row's revision is proved: nothing is left to send but leaves to close. */
static void
confirm (TallyRecord *after)
{
  if (after->outbox->closes[0] == NULL)
    {
      tally_record_clear_outbox (after);
      return;
    }

  tally_record_set_sent (after, NULL);
}

static void
point_all (TallyRecord         *after,
           const TallyRevision *revision)
{
  tally_record_set_base (after, revision);
  tally_record_set_local (after, revision);
  tally_record_set_remote (after, revision);
}

/* Nothing of ours is at stake: show what the server shows. */
static void
reconcile_clean (TallyRecord         *after,
                 const TallyRevision *winner)
{
  if (winner->body == NULL && !winner->deleted)
    tally_record_set_remote (after, winner);
  else if (winner->deleted && tally_record_is_live (after))
    tally_record_set_remote (after, winner);
  else
    point_all (after, winner);

  if (after->outbox != NULL && after->outbox->closes[0] == NULL)
    tally_record_clear_outbox (after);
}

/* The look shows our revision, or one that grew on it. */
static void
reconcile_arrived (TallyRecord         *after,
                   const TallyRevision *winner,
                   Place                ours)
{
  gboolean other_live = has_other_live (after, ours.leaf);

  confirm (after);

  /* Somebody ended our branch for another one: that is a settlement, not a deletion of ours. */
  if (!ours.exact && ours.leaf->deleted && other_live && winner->body != NULL)
    {
      point_all (after, winner);
      return;
    }

  if (!ours.exact && (ours.leaf->body != NULL || ours.leaf->deleted))
    tally_record_set_local (after, ours.leaf);
  if (other_live)
    {
      /* Base stays the common ancestor: a race was lost, and the look shows both sides. */
      tally_record_set_remote (after, winner);
      return;
    }
  if (!ours.exact && ours.leaf->body == NULL && !ours.leaf->deleted)
    {
      tally_record_set_base (after, after->local);
      tally_record_set_remote (after, ours.leaf);
      return;
    }

  /* With every branch dead, any tombstone says the same as ours. */
  point_all (after, ours.leaf->deleted ? winner : after->local);
}

/* An edit on top of a sent revision waits; the look shows the sent one, or what grew on it. */
static void
reconcile_sent (TallyRecord         *after,
                const TallyRevision *sent,
                const TallyRevision *winner,
                Place                place)
{
  if (!has_other_live (after, place.leaf))
    {
      tally_record_set_base (after, sent);
      tally_record_set_remote (after, place.exact ? sent : place.leaf);
      if (place.leaf->deleted && !place.exact)
        tally_record_set_remote (after, winner);
    }
  else
    {
      if (tally_revision_is_same (winner, sent) || tally_revision_descends (winner, sent->rev))
        tally_record_set_base (after, sent);
      tally_record_set_remote (after, winner);
    }

  tally_record_set_sent (after, NULL);
  if (TALLY_IS_PLANTED (DROP_IN_FLIGHT))
    tally_record_clear_outbox (after);
}

static void
reconcile_dirty (TallyRecord         *after,
                 const TallyRevision *winner)
{
  Place ours = find_place (after->leaves, after->local != NULL ? after->local->rev : NULL);
  g_autoptr (TallyRevision) sent = NULL;
  Place place = { NULL, FALSE };

  if (ours.leaf != NULL)
    {
      tally_record_need_outbox (after);
      reconcile_arrived (after, winner, ours);
      return;
    }

  if (after->outbox != NULL && after->outbox->sent != NULL &&
      !tally_revision_is_same (after->outbox->sent, after->local))
    {
      sent = tally_revision_ref (after->outbox->sent);
      place = find_place (after->leaves, sent->rev);
    }
  if (place.leaf != NULL)
    reconcile_sent (after, sent, winner, place);
  else
    tally_record_set_remote (after, winner);
}

/* An edit that grew on what the server shows, with no other branch alive, disputes nothing: the
 * fork that it was in is over, whoever settled it. */
static void
rebase_on_ancestor (TallyRecord *after)
{
  if (tally_record_is_dirty (after) && after->remote != NULL && after->local != NULL &&
      tally_revision_descends (after->local, after->remote->rev) &&
      !has_other_live (after, after->remote))
    tally_record_set_base (after, after->remote);
}

/* The server's winner among what nobody here has settled against. A branch of ours that arrives
 * after that is about to be closed, so it disputes nothing: with no other leaf the server stands
 * where both sides last agreed. */
static const TallyRevision *
find_winner (const TallyRecord *after)
{
  const char * const *closes = NULL;

  if (after->outbox != NULL)
    closes = (const char * const *) after->outbox->closes;

  for (guint i = 0; i < after->leaves->len; i++)
    {
      const TallyRevision *leaf = after->leaves->pdata[i];

      if (closes == NULL || !g_strv_contains (closes, leaf->rev))
        return leaf;
    }

  if (tally_record_is_dirty (after) && after->base != NULL)
    return after->base;

  return after->leaves->pdata[0];
}

/* The server has our tombstone without its line, as somebody gave it back who did not know more: so
 * what it ended is alive there. Sent once more, with its line, it ends that. */
static gboolean
ends_winner (const TallyRecord   *after,
             const TallyRevision *winner)
{
  return after->local != NULL && after->local->deleted && !winner->deleted &&
         tally_revision_descends (after->local, winner->rev) &&
         find_place (after->leaves, after->local->rev).exact && !has_other_live (after, winner);
}

static void
end_again (TallyRecord         *after,
           const TallyRevision *winner)
{
  tally_record_need_outbox (after);
  tally_record_set_sent (after, NULL);
  tally_record_set_base (after, winner);
  tally_record_set_remote (after, winner);
}

TallyRecord *
tally_reconcile (const TallyRecord *record,
                 GPtrArray         *leaves)
{
  g_autoptr (GPtrArray) sorted = sort_leaves (leaves);
  TallyRecord *after = tally_record_copy (record);
  const TallyRevision *winner;

  g_return_val_if_fail (sorted->len > 0, after);

  tally_record_set_leaves (after, sorted);
  drop_closed (after);
  winner = find_winner (after);

  if (ends_winner (after, winner))
    end_again (after, winner);
  else if (tally_record_is_dirty (after))
    reconcile_dirty (after, winner);
  else
    reconcile_clean (after, winner);
  rebase_on_ancestor (after);

  return after;
}

/**
 * tally_catch_up:
 * @record: a record with nothing of ours at stake, behind the server
 *
 * Returns: (transfer full): the record after it
 */
TallyRecord *
tally_catch_up (const TallyRecord *record)
{
  TallyRecord *after = tally_record_copy (record);

  point_all (after, record->remote);

  return after;
}
