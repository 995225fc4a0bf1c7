/* tally-command-records.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "base/tally-json-writer.h"
#include "cli/tally-command.h"
#include "cli/tally-spool.h"
#include "config.h"

#include <glib/gi18n.h>
#include <unistd.h>

/* Rows asked for at a time: a page crosses the bus in some milliseconds. */
#define PAGE_ROWS 1000

/* One page; *n_shown counts the rows. */
static gboolean
list_page (TallyCli         *cli,
           guint             offset,
           guint             limit,
           guint            *n_total,
           GVariant        **rows,
           GError          **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  TallyOptions *options = cli->options;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_list_records (proxy,
                                    options->collection == NULL ? "" : options->collection,
                                    options->search == NULL ? "" : options->search,
                                    options->problems, offset, limit, NULL,
                                    tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);

  return tally_bus_sync_call_list_records_finish (proxy, n_total, rows, result, error);
}

static void
print_row (TallyCli        *cli,
           TallyJsonWriter *writer,
           GVariant        *row)
{
  const char *id;
  const char *collection;
  const char *state;

  g_variant_get (row, "(&s&s&s)", &id, &collection, &state);
  if (cli->options->json)
    {
      tally_json_writer_begin_object (writer);
      tally_json_writer_member (writer, "id", id);
      tally_json_writer_member (writer, "collection", collection);
      tally_json_writer_member (writer, "state", state);
      tally_json_writer_end_object (writer);
      return;
    }

  tally_output_text (cli->output, id, 32);
  tally_output_raw (cli->output, "  ", 2);
  tally_output_text (cli->output, collection, 16);
  tally_output_raw (cli->output, "  ", 2);
  tally_output_text (cli->output, state, 0);
  tally_output_raw (cli->output, "\n", 1);
}

/* {"total":n,"records":[…]}, or a line each. */
static gboolean
print_pages (TallyCli         *cli,
             TallyJsonWriter  *writer,
             guint            *n_total,
             GError          **error)
{
  guint limit = cli->options->limit < 0 ? G_MAXUINT : (guint) cli->options->limit;
  guint offset = cli->options->offset;
  gsize n_rows;

  do
    {
      g_autoptr (GVariant) rows = NULL;
      guint page = MIN (limit, PAGE_ROWS);

      if (!list_page (cli, offset, page, n_total, &rows, error))
        return FALSE;

      n_rows = g_variant_n_children (rows);
      for (gsize i = 0; i < n_rows; i++)
        {
          g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

          print_row (cli, writer, row);
        }
      offset += n_rows;
      limit -= n_rows;
    }
  while (n_rows > 0 && limit > 0 && offset < *n_total);

  return TRUE;
}

gboolean
tally_command_records (TallyCli  *cli,
                       GError   **error)
{
  TallyJsonWriter writer;
  g_autofree char *list = NULL;
  guint n_total = 0;
  gboolean done;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_array (&writer);
  done = print_pages (cli, &writer, &n_total, error);
  tally_json_writer_end_array (&writer);
  list = tally_json_writer_finish (&writer);
  if (!done)
    return FALSE;

  if (cli->options->json)
    {
      tally_output_printf (cli->output, "{\"total\":%u,\"records\":", n_total);
      tally_output_raw (cli->output, list, -1);
      tally_output_line (cli->output, "}");
    }
  else if (n_total == 0)
    {
      tally_output_line (cli->output, _("No records."));
    }

  return TRUE;
}

gboolean
tally_command_get (TallyCli  *cli,
                   GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  const char *id = cli->options->arguments[0];
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autofree char *document = NULL;
  g_autofree char *rev = NULL;
  g_autofree char *state = NULL;
  g_autofree char *answer = NULL;
  TallyJsonWriter writer;

  tally_bus_sync_call_get_record (proxy, id, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_get_record_finish (proxy, &document, &rev, &state, result, error))
    return FALSE;

  if (!cli->options->json)
    {
      tally_output_line (cli->output, document);
      return TRUE;
    }

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "id", id);
  tally_json_writer_member (&writer, "rev", rev);
  tally_json_writer_member (&writer, "state", state);
  tally_json_writer_name (&writer, "document");
  tally_json_writer_raw (&writer, document, -1);
  tally_json_writer_end_object (&writer);
  answer = tally_json_writer_finish (&writer);
  tally_output_line (cli->output, answer);

  return TRUE;
}

static char *
read_document (TallyCli  *cli,
               GError   **error)
{
  int fd = tally_cli_open_input (cli, cli->options->arguments[1], error);
  char *document;

  if (fd < 0)
    return NULL;

  document = tally_spool_read_text (fd, error);
  close (fd);

  return document;
}

gboolean
tally_command_put (TallyCli  *cli,
                   GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  const char *id = cli->options->arguments[0];
  g_autofree char *document = read_document (cli, error);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autofree char *rev = NULL;
  g_autofree char *answer = NULL;
  TallyJsonWriter writer;

  if (document == NULL)
    return FALSE;

  tally_bus_sync_call_put_record (proxy, id, document, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_put_record_finish (proxy, &rev, result, error))
    return FALSE;

  if (!cli->options->json)
    {
      tally_output_text (cli->output, id, 0);
      tally_output_printf (cli->output, "  %s\n", rev);
      return TRUE;
    }

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "id", id);
  tally_json_writer_member (&writer, "rev", rev);
  tally_json_writer_end_object (&writer);
  answer = tally_json_writer_finish (&writer);
  tally_output_line (cli->output, answer);

  return TRUE;
}

gboolean
tally_command_delete (TallyCli  *cli,
                      GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  const char *id = cli->options->arguments[0];
  const char *rev = cli->options->rev == NULL ? "" : cli->options->rev;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autofree char *answer = NULL;
  TallyJsonWriter writer;

  tally_bus_sync_call_delete_record (proxy, id, rev, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_delete_record_finish (proxy, result, error))
    return FALSE;

  if (!cli->options->json)
    {
      tally_output_text (cli->output, id, 0);
      tally_output_printf (cli->output, "  %s\n", _("deleted"));
      return TRUE;
    }

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "id", id);
  tally_json_writer_member_boolean (&writer, "deleted", TRUE);
  tally_json_writer_end_object (&writer);
  answer = tally_json_writer_finish (&writer);
  tally_output_line (cli->output, answer);

  return TRUE;
}
