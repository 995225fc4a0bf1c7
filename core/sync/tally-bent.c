/* tally-bent.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-sync-private.h"

#include "base/tally-planted.h"

/* Of a number that is named: nobody reads more digits. */
#define NAMED_NUMBER 40u

TallyBend
tally_sync_get_bend (const TallySyncContext *context)
{
  TallyBend kept = context->mark != NULL ? context->mark->kept : TALLY_BEND_NOTHING;

  return (TALLY_BEND_WHOLE | TALLY_BEND_DECIMAL) & ~kept;
}

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

/* The mark is what tells: written with numbers in it, and read again. */
static gboolean
probe (TallySyncContext  *context,
       GError           **error)
{
  context->probed = TRUE;

  return tally_sync_move_mark (context, error) && tally_sync_load_mark (context, error);
}

static gboolean
find_bent (TallySyncContext   *context,
           const TallyRecord  *record,
           TallyReason       **reason,
           GError            **error)
{
  *reason = tally_sync_dup_bent (record, tally_sync_get_bend (context));
  if (*reason == NULL || context->probed)
    return TRUE;
  g_clear_pointer (reason, tally_reason_unref);
  if (!probe (context, error))
    return FALSE;

  *reason = tally_sync_dup_bent (record, tally_sync_get_bend (context));

  return TRUE;
}

gboolean
tally_sync_set_bent_aside (TallySyncContext  *context,
                           GPtrArray         *records,
                           GError           **error)
{
  guint n_kept = 0;

  for (guint i = 0; i < records->len; i++)
    {
      TallyRecord *record = records->pdata[i];
      g_autoptr (TallyReason) reason = NULL;

      if (!find_bent (context, record, &reason, error))
        return FALSE;
      if (reason == NULL)
        {
          records->pdata[i] = records->pdata[n_kept];
          records->pdata[n_kept++] = record;
          continue;
        }
      if (!tally_sync_set_aside (context, record->key, record->local->rev, reason, error))
        return FALSE;
      tally_sync_note_stuck (context, record->key);
    }

  g_ptr_array_set_size (records, (int) n_kept);

  return TRUE;
}
