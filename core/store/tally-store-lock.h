/* tally-store-lock.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TallyStoreLock:
 *
 * The right to open a store: flock() on `FILE.lock`, which also names the holder's pid and the
 * D-Bus address of its private socket. The file is never unlinked and the descriptor is
 * O_CLOEXEC. Lasts until freed or the process ends. Any thread, one at a time.
 */
typedef struct _TallyStoreLock TallyStoreLock;

/* What a lock file says of its holder. */
typedef struct
{
  int   pid;
  char *address;    /* "" while the holder has no socket (yet) */
} TallyStoreHolder;

void            tally_store_holder_free      (TallyStoreHolder  *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyStoreHolder, tally_store_holder_free)

/* NULL with TALLY_STORE_ERROR_LOCKED and *holder (optional) when another process has it. */
TallyStoreLock *tally_store_lock_acquire     (const char         *store_path,
                                              TallyStoreHolder  **holder,
                                              GError            **error) G_GNUC_WARN_UNUSED_RESULT;
/* Written once the private socket listens. */
gboolean        tally_store_lock_set_address (TallyStoreLock     *self,
                                              const char         *address,
                                              GError            **error);
void            tally_store_lock_release     (TallyStoreLock     *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyStoreLock, tally_store_lock_release)

G_END_DECLS
