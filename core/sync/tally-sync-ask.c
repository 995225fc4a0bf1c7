/* tally-sync-ask.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "sync/tally-sync-ask.h"

static const char * const phase_names[] = {
  [TALLY_PHASE_IDLE] = "idle",
  [TALLY_PHASE_VALIDATE] = "validate",
  [TALLY_PHASE_PREPARE] = "prepare",
  [TALLY_PHASE_EXECUTE] = "execute",
  [TALLY_PHASE_VERIFY] = "verify",
  [TALLY_PHASE_CLEAN_UP] = "clean-up",
};

/**
 * tally_phase_to_string:
 * @phase: a phase
 *
 * Returns: its word on the bus and in JSON
 */
const char *
tally_phase_to_string (TallyPhase phase)
{
  return phase_names[phase];
}

gboolean
tally_phase_from_string (const char *word,
                         TallyPhase *phase)
{
  for (guint i = 0; i < G_N_ELEMENTS (phase_names); i++)
    {
      if (g_str_equal (phase_names[i], word))
        {
          *phase = i;
          return TRUE;
        }
    }

  return FALSE;
}

/**
 * tally_sync_ask_copy:
 * @self: an ask
 * @copy: (out): what tally_sync_ask_clear() frees
 */
void
tally_sync_ask_copy (const TallySyncAsk *self,
                     TallySyncAsk       *copy)
{
  *copy = *self;
  copy->records = g_strdupv (self->records);
  copy->collections = g_strdupv (self->collections);
}

void
tally_sync_ask_clear (TallySyncAsk *self)
{
  g_clear_pointer (&self->records, g_strfreev);
  g_clear_pointer (&self->collections, g_strfreev);
}

/* The last phase that is gone through. */
static TallyPhase
get_last (const TallySyncAsk *self)
{
  return self->stop_after == TALLY_PHASE_IDLE ? TALLY_PHASE_VERIFY : self->stop_after;
}

/* Whether every one of @texts is in @others; NULL stands for all there are. */
static gboolean
covers (char **others,
        char **texts)
{
  if (others == NULL || texts == NULL)
    return others == NULL;

  for (guint i = 0; texts[i] != NULL; i++)
    {
      if (!g_strv_contains ((const char * const *) others, texts[i]))
        return FALSE;
    }

  return TRUE;
}

static gboolean
sends_all_of (const TallySyncAsk *self,
              const TallySyncAsk *wanted)
{
  if (wanted->pull_only || wanted->look_only || get_last (wanted) < TALLY_PHASE_EXECUTE)
    return TRUE;

  return !self->pull_only && covers (self->records, wanted->records) &&
         covers (self->collections, wanted->collections);
}

/**
 * tally_sync_ask_serves:
 * @self: what a run did
 * @wanted: what somebody wants
 *
 * One that was cut off by its time has said so in its outcome, and is an answer to those who gave
 * it that time only. Size of batches and number of tries do not change what is done.
 *
 * Returns: whether whoever wants that can take it for theirs
 */
gboolean
tally_sync_ask_serves (const TallySyncAsk *self,
                       const TallySyncAsk *wanted)
{
  if (self->look_only != wanted->look_only ||
      (self->seconds != 0 && self->seconds != wanted->seconds))
    return FALSE;

  return (self->full || self->adopt || !wanted->full) && (self->adopt || !wanted->adopt) &&
         self->proof >= wanted->proof && get_last (self) >= get_last (wanted) &&
         sends_all_of (self, wanted);
}

/* Nothing is left out that others could miss. */
static gboolean
is_whole (const TallySyncAsk *self)
{
  return !self->look_only && self->stop_after == TALLY_PHASE_IDLE && self->seconds == 0 &&
         self->records == NULL && self->collections == NULL;
}

gboolean
tally_sync_ask_join (TallySyncAsk       *self,
                     const TallySyncAsk *other)
{
  if (!is_whole (self) || !is_whole (other))
    return tally_sync_ask_serves (self, other);

  self->full |= other->full;
  self->adopt |= other->adopt;
  self->pull_only &= other->pull_only;
  self->proof = MAX (self->proof, other->proof);

  return TRUE;
}

gboolean
tally_sync_ask_sends (const TallySyncAsk *self,
                      const char         *key,
                      const char         *collection)
{
  if (self->pull_only || self->look_only)
    return FALSE;

  return (self->records == NULL ||
          g_strv_contains ((const char * const *) self->records, key)) &&
         (self->collections == NULL ||
          g_strv_contains ((const char * const *) self->collections, collection));
}

gboolean
tally_sync_ask_holds_back (const TallySyncAsk *self)
{
  return self->pull_only || self->look_only || self->records != NULL ||
         self->collections != NULL || get_last (self) < TALLY_PHASE_EXECUTE;
}
