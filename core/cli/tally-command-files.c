/* tally-command-files.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "base/tally-json-writer.h"
#include "cli/tally-command.h"
#include "cli/tally-spool.h"
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What any program gives a new file; the umask takes from it. */
#define NEW_FILE_MODE 0666

/* The list closes @fd at its end. */
static GUnixFDList *
take_fd (int fd)
{
  return g_unix_fd_list_new_from_array (&fd, 1);
}

gboolean
tally_command_import (TallyCli  *cli,
                      GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  int fd = tally_cli_open_input (cli, cli->options->arguments[0], error);
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  guint n_created;
  guint n_changed;
  guint n_unchanged;

  if (fd < 0)
    return FALSE;

  fds = take_fd (fd);
  tally_bus_sync_call_import (proxy, g_variant_new_handle (0), fds, NULL, tally_cli_ready_cb,
                              &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_import_finish (proxy, &n_created, &n_changed, &n_unchanged, NULL,
                                          result, error))
    return FALSE;

  tally_output_printf (cli->output,
                       cli->options->json ? "{\"created\":%u,\"changed\":%u,\"unchanged\":%u}\n"
                                          : _("%u created, %u changed, %u unchanged\n"),
                       n_created, n_changed, n_unchanged);
  return TRUE;
}

/* Has the holder write all records into @fd. */
static gboolean
export_to (TallyCli  *cli,
           int        fd,
           guint     *n_records,
           GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autoptr (GError) call_error = NULL;

  if (g_unix_fd_list_append (fds, fd, error) < 0)
    return FALSE;

  tally_bus_sync_call_export (proxy, g_variant_new_handle (0), fds, NULL, tally_cli_ready_cb,
                              &slot);
  result = tally_cli_wait (&slot);

  if (tally_bus_sync_call_export_finish (proxy, n_records, NULL, result, &call_error))
    return TRUE;

  /* It is the export's disk that is full, not the store's. */
  if (g_error_matches (call_error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_DISK_FULL))
    {
      g_dbus_error_strip_remote_error (call_error);
      g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_OUTPUT, call_error->message);
    }
  else
    {
      g_propagate_error (error, g_steal_pointer (&call_error));
    }

  return FALSE;
}

/* By way of a file of our own: whoever reads our output slowly must not hold up the holder. */
static gboolean
export_to_output (TallyCli     *cli,
                  TallyOutput  *output,
                  guint        *n_records,
                  GError      **error)
{
  int fd = tally_spool_new (error);
  gboolean done;

  if (fd < 0)
    return FALSE;

  done = export_to (cli, fd, n_records, error);
  if (done)
    {
      lseek (fd, 0, SEEK_SET);
      done = tally_output_copy (output, fd, error);
    }
  close (fd);

  return done;
}

static void
set_write_error (GError     **error,
                 const char  *path,
                 int          code)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_OUTPUT, _("%s could not be written: %s"),
               shown, g_strerror (code));
}

/* A device or a pipe: written to, never replaced. */
static gboolean
export_to_special (TallyCli    *cli,
                   const char  *path,
                   guint       *n_records,
                   GError     **error)
{
  g_autoptr (TallyOutput) output = NULL;
  int fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);
  gboolean done;

  if (fd < 0)
    {
      set_write_error (error, path, errno);
      return FALSE;
    }

  output = tally_output_new (fd);
  done = export_to_output (cli, output, n_records, error) && tally_output_close (output, error);
  close (fd);

  return done;
}

/* Beside @path first: a file that is there stays whole until all of the new one is on the disk. */
static gboolean
export_to_file (TallyCli    *cli,
                const char  *path,
                guint       *n_records,
                GError     **error)
{
  g_autofree char *beside = g_strdup_printf ("%s.XXXXXX", path);
  int fd = g_mkstemp_full (beside, O_WRONLY | O_CLOEXEC, NEW_FILE_MODE);
  gboolean done;

  if (fd < 0)
    {
      set_write_error (error, path, errno);
      return FALSE;
    }

  done = export_to (cli, fd, n_records, error);
  if (done && (fsync (fd) != 0 || g_rename (beside, path) != 0))
    {
      set_write_error (error, path, errno);
      done = FALSE;
    }
  close (fd);
  if (!done)
    g_unlink (beside);

  return done;
}

static gboolean
is_special (const char *path)
{
  struct stat info;

  return stat (path, &info) == 0 && !S_ISREG (info.st_mode) && !S_ISDIR (info.st_mode);
}

static void
print_exported (TallyCli   *cli,
                const char *path,
                guint       n_records)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *answer = NULL;
  TallyJsonWriter writer;

  if (!cli->options->json)
    {
      tally_output_printf (cli->output, ngettext ("%u record written to ",
                                                  "%u records written to ", n_records),
                           n_records);
      tally_output_text (cli->output, shown, 0);
      tally_output_raw (cli->output, "\n", 1);
      return;
    }

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "file", shown);
  tally_json_writer_member_int (&writer, "records", n_records);
  tally_json_writer_end_object (&writer);
  answer = tally_json_writer_finish (&writer);
  tally_output_line (cli->output, answer);
}

gboolean
tally_command_export (TallyCli  *cli,
                      GError   **error)
{
  const char *path = cli->options->arguments[0];
  guint n_records = 0;
  gboolean done;

  /* The lines are JSON as they are; nothing is added to them. */
  if (path == NULL || strcmp (path, "-") == 0)
    return export_to_output (cli, cli->output, &n_records, error);

  done = is_special (path) ? export_to_special (cli, path, &n_records, error)
                           : export_to_file (cli, path, &n_records, error);
  if (done)
    print_exported (cli, path, n_records);

  return done;
}
