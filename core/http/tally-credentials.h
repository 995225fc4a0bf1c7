/* tally-credentials.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallyCredentials:
 *
 * Who we are to a server: a value given in, never stored by this layer, never logged.
 * Immutable, reference counted, may cross threads.
 */
typedef struct
{
  const char *user;
  const char *password;
} TallyCredentials;

TallyCredentials *tally_credentials_new        (const char             *user,
                                                const char             *password) G_GNUC_WARN_UNUSED_RESULT;
TallyCredentials *tally_credentials_ref        (TallyCredentials       *self);
/* Wipes the password's bytes before they are freed. */
void              tally_credentials_unref      (TallyCredentials       *self);
char             *tally_credentials_dup_basic  (const TallyCredentials *self) G_GNUC_WARN_UNUSED_RESULT;
void              tally_credentials_free_basic (char                   *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyCredentials, tally_credentials_unref)

G_END_DECLS
