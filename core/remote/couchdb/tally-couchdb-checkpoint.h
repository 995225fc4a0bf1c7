/* tally-couchdb-checkpoint.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "remote/couchdb/tally-couchdb-endpoint.h"
#include "remote/tally-remote.h"

G_BEGIN_DECLS

gboolean tally_couchdb_checkpoint_load (TallyCouchdbEndpoint         *endpoint,
                                        const char                   *id,
                                        TallyRemoteCheckpoint       **checkpoint,
                                        GCancellable                 *cancellable,
                                        GError                      **error);
gboolean tally_couchdb_checkpoint_save (TallyCouchdbEndpoint         *endpoint,
                                        const char                   *id,
                                        TallyRemoteCheckpoint        *checkpoint,
                                        gboolean                     *stale,
                                        GCancellable                 *cancellable,
                                        GError                      **error);

G_END_DECLS
