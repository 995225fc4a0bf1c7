/* tally-couchdb-missing.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "remote/couchdb/tally-couchdb-endpoint.h"
#include "remote/tally-remote.h"

G_BEGIN_DECLS

GPtrArray *tally_couchdb_missing (TallyCouchdbEndpoint  *endpoint,
                                  GPtrArray             *revisions,
                                  GCancellable          *cancellable,
                                  GError               **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
