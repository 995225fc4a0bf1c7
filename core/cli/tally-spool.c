/* tally-spool.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-spool.h"

#include "cli/tally-exit-code.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A pipe's own size on Linux: larger reads gain nothing. */
#define BLOCK_BYTES (64 * 1024)

static gboolean
is_standard (const char *path)
{
  return path == NULL || strcmp (path, "-") == 0;
}

static void
set_input_error (GError     **error,
                 const char  *path,
                 int          code)
{
  g_autofree char *shown = is_standard (path) ? g_strdup (_("standard input"))
                                              : g_filename_display_name (path);

  g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_INPUT, _("%s could not be read: %s"), shown,
               g_strerror (code));
}

static int
open_path (const char  *path,
           GError     **error)
{
  int fd = is_standard (path) ? fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                              : g_open (path, O_RDONLY | O_CLOEXEC, 0);

  if (fd < 0)
    set_input_error (error, path, errno);

  return fd;
}

int
tally_spool_new (GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) open_error = NULL;
  int fd = g_file_open_tmp ("tallyctl-XXXXXX", &path, &open_error);

  if (fd < 0)
    {
      g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_OUTPUT,
                   _("No temporary file could be made: %s"), open_error->message);
      return -1;
    }

  g_unlink (path);
  return fd;
}

/* FALSE with errno when @to can't take all of it. */
static gboolean
write_all (int         to,
           const char *bytes,
           gssize      length)
{
  while (length > 0)
    {
      gssize n = write (to, bytes, length);

      if (n < 0 && errno != EINTR)
        return FALSE;
      if (n > 0)
        {
          bytes += n;
          length -= n;
        }
    }

  return TRUE;
}

static gboolean
copy (const char  *path,
      int          from,
      int          to,
      GError     **error)
{
  g_autofree char *block = g_malloc (BLOCK_BYTES);

  while (TRUE)
    {
      gssize n = read (from, block, BLOCK_BYTES);

      if (n == 0)
        return TRUE;
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          set_input_error (error, path, errno);
          return FALSE;
        }
      if (!write_all (to, block, n))
        {
          g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_OUTPUT,
                       _("The temporary file could not be written: %s"), g_strerror (errno));
          return FALSE;
        }
    }
}

int
tally_spool_open_input (const char  *path,
                        GError     **error)
{
  int from = open_path (path, error);
  struct stat info;
  int to;
  gboolean copied;

  if (from < 0)
    return -1;

  if (fstat (from, &info) == 0 && S_ISREG (info.st_mode))
    return from;

  to = tally_spool_new (error);
  copied = to >= 0 && copy (path, from, to, error);
  close (from);
  if (copied)
    {
      lseek (to, 0, SEEK_SET);
      return to;
    }

  if (to >= 0)
    close (to);
  return -1;
}

char *
tally_spool_read_text (int      fd,
                       GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *block = g_malloc (BLOCK_BYTES);
  gssize n;

  do
    {
      n = read (fd, block, BLOCK_BYTES);
      if (n > 0)
        g_string_append_len (text, block, n);
    }
  while (n > 0 || (n < 0 && errno == EINTR));

  if (n < 0)
    {
      set_input_error (error, NULL, errno);
      return NULL;
    }

  if (!g_utf8_validate_len (text->str, text->len, NULL))
    {
      g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_INPUT,
                           _("The document is not valid UTF-8."));
      return NULL;
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}
