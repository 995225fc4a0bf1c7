/* tally-cli.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-cli.h"

#include "base/tally-json-node.h"
#include "cli/tally-prompt.h"
#include "cli/tally-spool.h"
#include "config.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

TallyBusSync *
tally_cli_get_proxy (TallyCli *self)
{
  return tally_session_get_proxy (self->session);
}

void
tally_cli_ready_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      slot)
{
  *(GAsyncResult **) slot = g_object_ref (result);
}

GAsyncResult *
tally_cli_wait (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);

  return g_steal_pointer (slot);
}

int
tally_cli_open_input (TallyCli    *self,
                      const char  *path,
                      GError     **error)
{
  if (self->input < 0)
    {
      self->input = tally_spool_open_input (path, error);
      if (self->input < 0)
        return -1;
      self->input_start = lseek (self->input, 0, SEEK_CUR);
    }

  lseek (self->input, self->input_start, SEEK_SET);

  return fcntl (self->input, F_DUPFD_CLOEXEC, 0);
}

/* The first line of --password-file, else TALLY_PASSWORD; *password NULL when neither is given. */
static gboolean
load_password (TallyCli  *self,
               char     **password,
               GError   **error)
{
  g_autoptr (GError) read_error = NULL;

  *password = NULL;

  if (self->options->password_file == NULL)
    {
      *password = g_strdup (g_getenv ("TALLY_PASSWORD"));
    }
  else if (!g_file_get_contents (self->options->password_file, password, NULL, &read_error))
    {
      g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_INPUT,
                   _("The password could not be read: %s"), read_error->message);
      return FALSE;
    }
  else
    {
      (*password)[strcspn (*password, "\r\n")] = '\0';
    }

  if (*password == NULL || g_utf8_validate (*password, -1, NULL))
    return TRUE;

  g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_INPUT,
                       _("The password is not valid UTF-8."));
  return FALSE;
}

/* Who the store's connection signs in as; "" when nobody was named yet. */
static char *
dup_known_user (TallyCli *self)
{
  TallyBusSync *proxy = tally_cli_get_proxy (self);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autofree char *json = NULL;
  g_autoptr (TallyJsonNode) answer = NULL;
  g_autoptr (GPtrArray) connections = NULL;
  char *user = NULL;

  tally_bus_sync_call_list_connections (proxy, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (tally_bus_sync_call_list_connections_finish (proxy, &json, result, NULL))
    answer = tally_json_node_new (json, -1, NULL);
  if (answer != NULL)
    connections = tally_json_node_list (answer, "connections");
  if (connections != NULL && connections->len > 0)
    user = tally_json_node_dup_string (g_ptr_array_index (connections, 0), "user");

  return user == NULL ? g_strdup ("") : user;
}

static gboolean
call_connect (TallyCli    *self,
              const char  *url,
              const char  *user,
              const char  *password,
              GError     **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (self);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_connect (proxy, url, user, password, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);

  return tally_bus_sync_call_connect_finish (proxy, result, error);
}

/* (transfer full): --server, else the store's own; NULL when there is neither. */
static char *
dup_server (TallyCli *self)
{
  const char *known = tally_bus_sync_get_connection (tally_cli_get_proxy (self));

  if (self->options->server != NULL)
    return g_strdup (self->options->server);

  return known == NULL || *known == '\0' ? NULL : g_strdup (known);
}

gboolean
tally_cli_connect (TallyCli  *self,
                   GError   **error)
{
  g_autofree char *server = dup_server (self);
  g_autofree char *password = NULL;
  g_autofree char *user = NULL;

  if (!load_password (self, &password, error))
    return FALSE;

  if (server == NULL ||
      (self->options->server == NULL && self->options->user == NULL && password == NULL))
    return TRUE;

  /* A name within --server is the service's to find; one already known is kept. */
  if (self->options->user != NULL)
    user = g_strdup (self->options->user);
  else if (self->options->server == NULL)
    user = dup_known_user (self);

  return call_connect (self, server, user == NULL ? "" : user, password == NULL ? "" : password,
                       error);
}

gboolean
tally_cli_sign_in (TallyCli  *self,
                   gboolean  *asked,
                   GError   **error)
{
  g_autofree char *server = dup_server (self);
  g_autofree char *user = NULL;
  g_autofree char *password = NULL;

  *asked = FALSE;
  if (server == NULL || !tally_prompt_is_possible ())
    return TRUE;

  user = self->options->user != NULL ? g_strdup (self->options->user) : dup_known_user (self);
  if (*user == '\0')
    {
      g_free (user);
      user = tally_prompt_text (_("User: "), TRUE);
    }
  if (user != NULL)
    password = tally_prompt_text (_("Password: "), FALSE);
  if (password == NULL)
    return TRUE;

  *asked = TRUE;
  return call_connect (self, server, user, password, error);
}

void
tally_cli_report (const GError *error)
{
  g_autoptr (GError) plain = g_error_copy (error);
  const char *next_step = tally_exit_code_next_step (error);
  g_autofree char *message = NULL;

  g_dbus_error_strip_remote_error (plain);
  message = tally_output_escape (plain->message);
  g_printerr ("tallyctl: %s\n", message);

  if (next_step != NULL)
    g_printerr ("  %s\n", next_step);
}

char *
tally_cli_format_date (gint64 date_us)
{
  g_autoptr (GDateTime) date = NULL;
  g_autoptr (GDateTime) local = NULL;

  if (date_us != 0)
    date = g_date_time_new_from_unix_utc (date_us / G_USEC_PER_SEC);
  if (date != NULL)
    local = g_date_time_to_local (date);

  return local == NULL ? g_strdup ("–") : g_date_time_format (local, "%Y-%m-%d %H:%M:%S");
}
