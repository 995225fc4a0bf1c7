/* tally-bent.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-sync-private.h"

#include "base/tally-planted.h"

/* Of a number that is named: nobody reads more digits. */
#define NAMED_NUMBER 40u

TallyReason *
tally_sync_dup_bent (const TallyRecord *record,
                     TallyBend          bend)
{
  const TallyRevision *edit = record->local;
  g_autofree char *becomes = NULL;
  g_autofree char *detail = NULL;
  TallyJsonSpan number;

  if (edit->body == NULL || tally_revision_is_same (edit, record->remote) ||
      TALLY_IS_PLANTED (BENT))
    return NULL;

  number = tally_json_find_bent (edit->body, -1, bend, &becomes);
  if (number.text == NULL)
    return NULL;

  detail = g_strdup_printf ("%.*s → %s", (int) MIN (number.length, NAMED_NUMBER), number.text,
                            becomes);

  return tally_reason_new ("bends-value", "detail", detail, NULL);
}

gboolean
tally_sync_set_bent_aside (TallySyncContext  *context,
                           GPtrArray         *records,
                           GError           **error)
{
  TallyBend bend = context->mark != NULL ? context->mark->bend : TALLY_BEND_NOTHING;

  for (guint i = 0; bend != TALLY_BEND_NOTHING && i < records->len; i++)
    {
      const TallyRecord *record = records->pdata[i];
      g_autoptr (TallyReason) reason = tally_sync_dup_bent (record, bend);

      if (reason == NULL)
        continue;
      if (!tally_sync_set_aside (context, record->key, record->local->rev, reason, error))
        return FALSE;
      tally_sync_note_stuck (context, record->key);
      g_ptr_array_remove_index (records, i--);
    }

  return TRUE;
}
