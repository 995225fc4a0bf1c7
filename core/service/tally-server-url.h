/* tally-server-url.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TallyServerUrl:
 * @url: the database's address without user, password, query or a slash at the end
 * @user: (nullable): as it stood in the text, unescaped
 * @password: (nullable): likewise; kept out of everything that is stored, logged or shown
 * @database: the last part of the path, unescaped
 * @loopback: the server is on this machine, so that no network is needed
 *
 * An address as somebody typed it, taken apart. A plain value.
 */
typedef struct
{
  char     *url;
  char     *user;
  char     *password;
  char     *database;
  gboolean  loopback;
} TallyServerUrl;

/* %TALLY_CLIENT_ERROR_BAD_INPUT; the message never repeats a password. */
TallyServerUrl *tally_server_url_parse (const char      *text,
                                        GError         **error) G_GNUC_WARN_UNUSED_RESULT;
void            tally_server_url_free  (TallyServerUrl  *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyServerUrl, tally_server_url_free)

/* Whether both are databases of one server: what is secret to one may be told to the other. */
gboolean        tally_server_url_same_server (const TallyServerUrl  *self,
                                              const TallyServerUrl  *other);

G_END_DECLS
