/* tally-conflict-model.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "client/tally-client.h"
#include "client/tally-conflict-item.h"

G_BEGIN_DECLS

/**
 * TallyConflictModel:
 *
 * The open conflicts as a list of TallyConflictItem, by id. Follows the store; a conflict that
 * did not move keeps its item, so that a selection stays. Main thread of the client. What can't
 * be read leaves the list as it is and sets "error".
 *
 * Properties: "n-items", "loading" (the first answer has not come yet), "error" (nullable text).
 */
#define TALLY_TYPE_CONFLICT_MODEL (tally_conflict_model_get_type ())
G_DECLARE_FINAL_TYPE (TallyConflictModel, tally_conflict_model, TALLY, CONFLICT_MODEL, GObject)

TallyConflictModel *tally_conflict_model_new     (TallyClient        *client) G_GNUC_WARN_UNUSED_RESULT;
/* Reads again now; happens by itself on every event that may matter. */
void                tally_conflict_model_refresh (TallyConflictModel *self);

G_END_DECLS
