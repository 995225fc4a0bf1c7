/* tally-couchdb-remote.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "http/tally-http-client.h"
#include "remote/tally-remote.h"

G_BEGIN_DECLS

#define TALLY_TYPE_COUCHDB_REMOTE (tally_couchdb_remote_get_type ())
G_DECLARE_FINAL_TYPE (TallyCouchdbRemote, tally_couchdb_remote, TALLY, COUCHDB_REMOTE, GObject)

/* @url: the database, e.g. "http://127.0.0.1:5985/shop", without user or password. */
TallyRemote *tally_couchdb_remote_new (TallyHttpClient *client,
                                       const char      *url) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
