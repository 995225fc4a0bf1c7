/* tally-soup-transport.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "http/tally-transport.h"

G_BEGIN_DECLS

/**
 * TallyCredentials:
 * Who we are to a server: a value given in, never stored by this layer, never logged.
 */
typedef struct
{
  const char *user;
  const char *password;
} TallyCredentials;

TallyCredentials *tally_credentials_new    (const char *user,
                                            const char *password) G_GNUC_WARN_UNUSED_RESULT;
TallyCredentials *tally_credentials_ref    (TallyCredentials *self);
/* Wipes the password's bytes before they are freed. */
void              tally_credentials_unref  (TallyCredentials *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyCredentials, tally_credentials_unref)

#define TALLY_TYPE_SOUP_TRANSPORT (tally_soup_transport_get_type ())
G_DECLARE_FINAL_TYPE (TallySoupTransport, tally_soup_transport, TALLY, SOUP_TRANSPORT, GObject)

/* @credentials: (nullable): sent as Basic auth with every request. */
TallyTransport *tally_soup_transport_new (TallyCredentials *credentials) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
