/* tally-reconcile.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "model/tally-record.h"

G_BEGIN_DECLS

/**
 * tally_reconcile:
 * @record: the record as it is here; absent for one never seen
 * @leaves: (element-type TallyRevision): every leaf of the server's tree, any order
 *
 * What the server's leaves make of a record: pointers, leaves and outbox row. Pure; merges
 * nothing, so the record may come out diverged or forked. Ancestors must be known of every leaf
 * that is new while the record is dirty, and of every leaf while several are live.
 *
 * Returns: (transfer full): the record after it
 */
TallyRecord *tally_reconcile      (const TallyRecord *record,
                                   GPtrArray         *leaves) G_GNUC_WARN_UNUSED_RESULT;

/* A pulled deletion of a clean record waits as the remote pointer until the end of the pull; so
 * does what stood against an edit that was taken back. This applies it. */
TallyRecord *tally_catch_up       (const TallyRecord *record) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
