/* tally-service-ask.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sync/tally-sync-ask.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The options of the bus method Sync (a{sv}) as an ask; *trigger is borrowed from @options.
 * @database: (nullable): the database's name, under which records without a collection are shown.
 * TALLY_CLIENT_ERROR_BAD_INPUT for one that is not known, of another type, or with a value that
 * means nothing: what somebody asked for is never left out silently. */
gboolean tally_service_ask_read (GVariant      *options,
                                 const char    *database,
                                 TallySyncAsk  *ask,
                                 const char   **trigger,
                                 GError       **error);

G_END_DECLS
