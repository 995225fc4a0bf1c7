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
 * @TALLY_PLANTED_LAZY_SYNC: what a device answered for is synced to its disk later
 * @TALLY_PLANTED_ACK_FAILED: an edit whose commit failed is answered for as stored
 * @TALLY_PLANTED_THIRD_FORGOTTEN: of a fork of three that is settled, one version is kept nowhere
 * @TALLY_PLANTED_SETTLE_UNSEEN: a settlement decides on versions that nobody was shown
 * @TALLY_PLANTED_SAME_DEVICE: a store that was copied to another machine keeps its device id
 * @TALLY_PLANTED_DROP_IN_FLIGHT: the look confirms an edit made after the one that was sent
 * @TALLY_PLANTED_MOVED_FORGOTTEN: a row that was edited meanwhile is not decided again
 * @TALLY_PLANTED_NEVER_CLOSED: a branch that the look shows ended is ended again and again
 * @TALLY_PLANTED_WRONG_BASE: a fork is merged over what was last agreed, not the common ancestor
 * @TALLY_PLANTED_UNLISTED: what a full listing does not show is deleted here
 * @TALLY_PLANTED_BELIEVE_ANSWER: an answered batch is taken for stored, whatever the answer says
 * @TALLY_PLANTED_NO_IDENTITY: a database without our mark is taken for the one we know
 * @TALLY_PLANTED_NO_AGE: a database older than what we have seen is taken as it is
 * @TALLY_PLANTED_MARK_FIRST: the store counts a session before the server has it
 * @TALLY_PLANTED_LOCAL_WINS: of a member changed twice the local value is taken
 * @TALLY_PLANTED_GREATER_WINS: of a member changed twice the greater value is taken, like a date
 * @TALLY_PLANTED_DELETE_WINS: an edit against a deletion is settled by deleting
 * @TALLY_PLANTED_MERGE_DROPS: a merge drops a member that only the local side has
 * @TALLY_PLANTED_MERGE_BASE: a merge takes the common ancestor's value for the local one
 * @TALLY_PLANTED_HELD_PUSHED: the local side of an open conflict is sent
 * @TALLY_PLANTED_UNIQUE_REV: the same edit made twice is two revisions
 * @TALLY_PLANTED_PAGE_SKIP: the last row of a full page is left out, and the checkpoint passes it
 * @TALLY_PLANTED_CUT_IS_EMPTY: a page that cannot be read is taken for an empty one
 * @TALLY_PLANTED_NO_PATIENCE: what a server asks for with Retry-After is not heeded
 * @TALLY_PLANTED_LOGIN_AGAIN: a refused login is tried again by itself
 * @TALLY_PLANTED_NO_RETRY: after a failed run nothing runs until the next edit
 * @TALLY_PLANTED_NO_BACKOFF: a failed run is tried again at once
 * @TALLY_PLANTED_HIDES_PENDING: the sentence says up-to-date although edits wait
 * @TALLY_PLANTED_HIDES_FAILURE: the sentence says up-to-date although the last run failed
 * @TALLY_PLANTED_NO_GUARD: however many are deleted, nobody is asked
 * @TALLY_PLANTED_NO_EDIT_GUARD: however many are edited alike, nobody is asked
 * @TALLY_PLANTED_UNDO_EDITED: undoing a run takes what was edited since along
 * @TALLY_PLANTED_BENT: numbers that the server would change are sent all the same
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
  TALLY_PLANTED_LAZY_SYNC,
  TALLY_PLANTED_ACK_FAILED,
  TALLY_PLANTED_THIRD_FORGOTTEN,
  TALLY_PLANTED_SETTLE_UNSEEN,
  TALLY_PLANTED_SAME_DEVICE,
  TALLY_PLANTED_DROP_IN_FLIGHT,
  TALLY_PLANTED_MOVED_FORGOTTEN,
  TALLY_PLANTED_NEVER_CLOSED,
  TALLY_PLANTED_WRONG_BASE,
  TALLY_PLANTED_UNLISTED,
  TALLY_PLANTED_BELIEVE_ANSWER,
  TALLY_PLANTED_NO_IDENTITY,
  TALLY_PLANTED_NO_AGE,
  TALLY_PLANTED_MARK_FIRST,
  TALLY_PLANTED_LOCAL_WINS,
  TALLY_PLANTED_GREATER_WINS,
  TALLY_PLANTED_DELETE_WINS,
  TALLY_PLANTED_MERGE_DROPS,
  TALLY_PLANTED_MERGE_BASE,
  TALLY_PLANTED_HELD_PUSHED,
  TALLY_PLANTED_UNIQUE_REV,
  TALLY_PLANTED_PAGE_SKIP,
  TALLY_PLANTED_CUT_IS_EMPTY,
  TALLY_PLANTED_NO_PATIENCE,
  TALLY_PLANTED_LOGIN_AGAIN,
  TALLY_PLANTED_NO_RETRY,
  TALLY_PLANTED_NO_BACKOFF,
  TALLY_PLANTED_HIDES_PENDING,
  TALLY_PLANTED_HIDES_FAILURE,
  TALLY_PLANTED_NO_GUARD,
  TALLY_PLANTED_NO_EDIT_GUARD,
  TALLY_PLANTED_UNDO_EDITED,
  TALLY_PLANTED_BENT,
  TALLY_N_PLANTED,
} TallyPlanted;

#ifdef TALLY_PLANTED_BUGS
extern TallyPlanted tally_planted;

/* Something new each time in a world, and the same in the same world again. */
unsigned int tally_planted_draw (void);

#define TALLY_IS_PLANTED(name) (tally_planted == TALLY_PLANTED_##name)
#else
#define TALLY_IS_PLANTED(name) FALSE
#endif
