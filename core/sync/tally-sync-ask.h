/* tally-sync-ask.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TALLY_PHASE_IDLE,
  TALLY_PHASE_VALIDATE,
  TALLY_PHASE_PREPARE,
  TALLY_PHASE_EXECUTE,
  TALLY_PHASE_VERIFY,
  TALLY_PHASE_CLEAN_UP,   /* the run is over, however it went: it is written down */
} TallyPhase;

const char *tally_phase_to_string   (TallyPhase           phase);
/* A word that names none: FALSE. */
gboolean    tally_phase_from_string (const char          *word,
                                     TallyPhase          *phase);

/**
 * TallyProof:
 * @TALLY_PROOF_CHECKED: every record that the run touched was looked at: no extra listing
 * @TALLY_PROOF_VERIFIED: every record's revisions are the same on both sides: one listing
 * @TALLY_PROOF_COMPARED: … and every body: everything is read once more
 *
 * How far a run goes to prove agreement.
 */
typedef enum
{
  TALLY_PROOF_CHECKED,
  TALLY_PROOF_VERIFIED,
  TALLY_PROOF_COMPARED,
} TallyProof;

/**
 * TallySyncAsk:
 * @full: read everything again from the start
 * @adopt: a person has said that the server's database is the right one, though it is not the one
 *   this store knows: what it lacks is given back to it, then everything is read again
 * @pull_only: nothing is sent; what waits goes on waiting. Not together with @adopt, which gives
 *   back to the server
 * @look_only: nothing is taken in and nothing sent: only the proof is done
 * @proof: what it is to prove in the end
 * @stop_after: the last phase; IDLE: all of them
 * @seconds: after so long it ends as if cancelled; 0: as long as it takes
 * @batch_bytes: of a push, at most; 0: as the speed allows
 * @n_tries: how often a request is sent at most; 0: three times
 * @records: (nullable): only edits of these keys are sent
 * @collections: (nullable): only edits of these collections are sent ("": of those without one)
 *
 * What somebody wants of a run; all 0: an ordinary one. A plain value.
 */
typedef struct
{
  gboolean    full;
  gboolean    adopt;
  gboolean    pull_only;
  gboolean    look_only;
  TallyProof  proof;
  TallyPhase  stop_after;
  guint       seconds;
  guint       batch_bytes;
  guint       n_tries;
  char      **records;
  char      **collections;
} TallySyncAsk;

void          tally_sync_ask_copy       (const TallySyncAsk *self,
                                         TallySyncAsk       *copy);
void          tally_sync_ask_clear      (TallySyncAsk       *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TallySyncAsk, tally_sync_ask_clear)

/* Whether a run that did @self did all that @wanted is about. */
gboolean      tally_sync_ask_serves     (const TallySyncAsk *self,
                                         const TallySyncAsk *wanted);
/* Makes @self one run that serves @other, too; FALSE: there is none, each needs its own. */
gboolean      tally_sync_ask_join       (TallySyncAsk       *self,
                                         const TallySyncAsk *other);
/* Whether such a run sends the edits of this record. */
gboolean      tally_sync_ask_sends      (const TallySyncAsk *self,
                                         const char         *key,
                                         const char         *collection);
/* Whether it leaves out something of what is to be sent. */
gboolean      tally_sync_ask_holds_back (const TallySyncAsk *self);

G_END_DECLS
