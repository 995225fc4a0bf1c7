/* tally-pulled-line.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much of a leaf's line of ancestors is known, and how much must be.
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-pulled.h"

/* Lineage matters where more than one branch is in play. */
static gboolean
needs_ancestors (const TallyPulled *item)
{
  return item->change->leaves[1] != NULL ||
         (item->record != NULL &&
          (tally_record_is_dirty (item->record) || item->record->outbox != NULL));
}

static gboolean
has_ancestors (const TallyRevision *revision)
{
  return revision->ancestors[0] != NULL || tally_rev_generation (revision->rev) <= 1;
}

/* A settlement ends branches that the server lists no more. Whether they are over or have yet to
 * arrive, only a line that is known from its root can tell: a revision of the same id may lie deep
 * in it, where a record was deleted, made anew and settled to the same tombstone. */
static gboolean
needs_whole_line (const TallyPulled *item)
{
  const TallyOutboxEntry *outbox = item->record != NULL ? item->record->outbox : NULL;

  for (guint i = 0; outbox != NULL && outbox->closes[i] != NULL; i++)
    {
      if (!g_strv_contains ((const char * const *) item->change->leaves, outbox->closes[i]))
        return TRUE;
    }

  return FALSE;
}

static gboolean
has_whole_line (const TallyRevision *revision)
{
  return g_strv_length ((char **) revision->ancestors) + 1 >= tally_rev_generation (revision->rev);
}

gboolean
tally_pulled_has_line (const TallyPulled   *item,
                       const TallyRevision *revision)
{
  if (needs_whole_line (item))
    return has_whole_line (revision);

  return !needs_ancestors (item) || has_ancestors (revision);
}

gboolean
tally_pulled_hides_closed (const TallyPulled   *item,
                           const TallyRevision *leaf)
{
  return needs_whole_line (item) && !has_whole_line (leaf);
}

TallyRevision *
tally_pulled_dup_with_line (const TallyPulled   *item,
                            const TallyRevision *winner)
{
  const TallyRecord *record = item->record;
  const TallyRevision *parent;
  g_autoptr (GPtrArray) ancestors = NULL;

  if (record == NULL || record->leaves->len != 1 || item->change->leaves[1] != NULL ||
      has_ancestors (winner))
    return tally_revision_ref ((TallyRevision *) winner);

  parent = record->leaves->pdata[0];
  if (tally_rev_generation (parent->rev) + 1 != tally_rev_generation (winner->rev))
    return tally_revision_ref ((TallyRevision *) winner);

  ancestors = g_ptr_array_new ();
  g_ptr_array_add (ancestors, (gpointer) parent->rev);
  for (guint i = 0; parent->ancestors[i] != NULL; i++)
    g_ptr_array_add (ancestors, (gpointer) parent->ancestors[i]);
  g_ptr_array_add (ancestors, NULL);

  return tally_revision_new (winner->key, winner->rev, (const char * const *) ancestors->pdata,
                             winner->deleted, winner->body, winner->attachments);
}
