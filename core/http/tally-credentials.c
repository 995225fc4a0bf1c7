/* tally-credentials.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-http"

#include "http/tally-credentials.h"

#include <string.h>

/**
 * tally_credentials_new:
 * @user: the user's name
 * @password: the password; copied
 *
 * Returns: (transfer full): the pair as a value
 */
TallyCredentials *
tally_credentials_new (const char *user,
                       const char *password)
{
  TallyCredentials *self = g_atomic_rc_box_new0 (TallyCredentials);

  self->user = g_strdup (user);
  self->password = g_strdup (password);

  return self;
}

TallyCredentials *
tally_credentials_ref (TallyCredentials *self)
{
  return g_atomic_rc_box_acquire (self);
}

/* Unlike memset(), explicit_bzero() survives the optimizer. */
static void
free_wiped (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

static void
credentials_clear (gpointer data)
{
  TallyCredentials *self = data;

  g_free ((char *) self->user);
  free_wiped ((char *) self->password);
}

void
tally_credentials_unref (TallyCredentials *self)
{
  g_atomic_rc_box_release_full (self, credentials_clear);
}

/**
 * tally_credentials_dup_basic:
 * @self: who we are
 *
 * Returns: (transfer full): the value of an Authorization header (RFC 7617, UTF-8); free it with
 *   tally_credentials_free_basic()
 */
char *
tally_credentials_dup_basic (const TallyCredentials *self)
{
  g_autofree char *pair = g_strconcat (self->user, ":", self->password, NULL);
  g_autofree char *coded = g_base64_encode ((const guchar *) pair, strlen (pair));
  char *value = g_strconcat ("Basic ", coded, NULL);

  explicit_bzero (pair, strlen (pair));
  explicit_bzero (coded, strlen (coded));

  return value;
}

void
tally_credentials_free_basic (char *value)
{
  free_wiped (value);
}
