/* sim-user.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-guard.h"
#include "sim/sim-ledger.h"
#include "sim/sim-regret.h"
#include "store/tally-store.h"

G_BEGIN_DECLS

/* What somebody is given; all outlives him. */
typedef struct
{
  guint           actor;
  guint           n_records;
  TallySimBaton  *baton;
  TallySimTrace  *trace;
  TallySimEvents *events;
  TallySimLedger *ledger;
  TallySimGuard  *guard;
  TallySimRegret *regret;
} TallySimUserOptions;

/**
 * TallySimUser:
 *
 * Somebody at one device who edits the same few records and fields as everybody else, deletes,
 * takes edits back, imports, looks about and settles conflicts, and tells the ledger what he has
 * seen. Knows nothing of the network. On the actor that has the store open.
 */
typedef struct _TallySimUser TallySimUser;

TallySimUser *tally_sim_user_new    (const TallySimUserOptions  *options) G_GNUC_WARN_UNUSED_RESULT;
void          tally_sim_user_free   (TallySimUser               *self);

/* One thing a user does. FALSE: the store failed (what it refuses is no failure). */
gboolean      tally_sim_user_act    (TallySimUser               *self,
                                     TallyStore                 *store,
                                     GError                    **error);
/* Moves when one begins and when it ends. */
guint         tally_sim_user_get_n_acts (TallySimUser           *self);
/* Settles one open conflict, if there is any: *settled. */
gboolean      tally_sim_user_settle (TallySimUser               *self,
                                     TallyStore                 *store,
                                     gboolean                   *settled,
                                     GError                    **error);
/* Edits one record whose edit the server refused, as the reason says, if there is any: *retried. */
gboolean      tally_sim_user_retry  (TallySimUser               *self,
                                     TallyStore                 *store,
                                     gboolean                   *retried,
                                     GError                    **error);

/* Says what is to become of the deletions that wait for a word, if any do: *answered. */
gboolean      tally_sim_user_answer (TallySimUser               *self,
                                     TallyStore                 *store,
                                     gboolean                   *answered,
                                     GError                    **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallySimUser, tally_sim_user_free)

G_END_DECLS
