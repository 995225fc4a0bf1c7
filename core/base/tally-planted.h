/* tally-planted.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

/**
 * TallyPlanted:
 * @TALLY_PLANTED_NOTHING: as it should be
 * @TALLY_PLANTED_SQUASH_SENT: an edit on top of a sent revision takes its place
 * @TALLY_PLANTED_UNMARKED: a batch leaves without being written down as sent
 * @TALLY_PLANTED_BELIEVE: an unknown outcome is taken for stored
 * @TALLY_PLANTED_CHECKPOINT_FIRST: the checkpoint is written before its rows
 * @TALLY_PLANTED_BLIND_APPLY: what was edited meanwhile is overwritten
 * @TALLY_PLANTED_SERVER_WINS: a conflict is settled by dropping the local side
 * @TALLY_PLANTED_NO_HISTORY: what a merge took in is kept nowhere
 * @TALLY_PLANTED_UNSYNCED: nothing is synced to the disk
 * @TALLY_PLANTED_NO_IDENTITY: a database that was made anew or put back is taken for the old one
 *
 * Mistakes that the simulator must find, or it proves nothing. They exist only in the copy of
 * the code that tests/sim compiles for that; everywhere else the condition is a plain FALSE.
 */
typedef enum
{
  TALLY_PLANTED_NOTHING,
  TALLY_PLANTED_SQUASH_SENT,
  TALLY_PLANTED_UNMARKED,
  TALLY_PLANTED_BELIEVE,
  TALLY_PLANTED_CHECKPOINT_FIRST,
  TALLY_PLANTED_BLIND_APPLY,
  TALLY_PLANTED_SERVER_WINS,
  TALLY_PLANTED_NO_HISTORY,
  TALLY_PLANTED_UNSYNCED,
  TALLY_PLANTED_NO_IDENTITY,
  TALLY_N_PLANTED,
} TallyPlanted;

#ifdef TALLY_PLANTED_BUGS
extern TallyPlanted tally_planted;
#define TALLY_IS_PLANTED(name) (tally_planted == TALLY_PLANTED_##name)
#else
#define TALLY_IS_PLANTED(name) FALSE
#endif
