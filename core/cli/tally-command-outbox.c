/* tally-command-outbox.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "base/tally-json-writer.h"
#include "cli/tally-command.h"
#include "config.h"
#include "model/tally-reason.h"

#include <glib/gi18n.h>

/* Rows asked for at a time. */
#define PAGE_ROWS 500

/* A row of the answer; borrowed from it. */
typedef struct
{
  const char *id;
  const char *collection;
  gboolean    deleted;
  const char *reason;
  guint       n_tries;
  gint64      created_us;
  gint64      next_try_us;
} Row;

static void
write_row (TallyJsonWriter *writer,
           const Row       *row)
{
  tally_json_writer_begin_object (writer);
  tally_json_writer_member (writer, "id", row->id);
  tally_json_writer_member (writer, "collection", row->collection);
  tally_json_writer_member_boolean (writer, "deleted", row->deleted);
  tally_json_writer_name (writer, "reason");
  tally_json_writer_raw (writer, *row->reason != '\0' ? row->reason : "null", -1);
  tally_json_writer_member_int (writer, "tries", row->n_tries);
  tally_json_writer_member_date (writer, "since", row->created_us);
  tally_json_writer_member_date (writer, "next_try", row->next_try_us);
  tally_json_writer_end_object (writer);
}

static void
print_row (TallyCli  *cli,
           const Row *row)
{
  g_autofree char *since = tally_cli_format_date (row->created_us);
  g_autoptr (TallyReason) reason = tally_reason_from_json (row->reason);

  tally_output_text (cli->output, row->id, 32);
  tally_output_printf (cli->output, "  %s", since);
  if (row->deleted)
    tally_output_printf (cli->output, "  %s", _("deleted"));
  if (row->n_tries > 0)
    tally_output_printf (cli->output,
                         ngettext ("  sent %u time", "  sent %u times", row->n_tries),
                         row->n_tries);
  tally_output_raw (cli->output, "\n", 1);
  if (reason != NULL)
    {
      g_autofree char *words = tally_reason_describe (reason);

      tally_output_raw (cli->output, "    ", -1);
      tally_output_text (cli->output, words, 0);
      tally_output_raw (cli->output, "\n", 1);
    }
}

static GVariant *
list_page (TallyCli    *cli,
           const char  *lane,
           guint        offset,
           guint        limit,
           GError     **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  GVariant *rows = NULL;

  tally_bus_sync_call_list_outbox (proxy, lane, offset, limit, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);

  return tally_bus_sync_call_list_outbox_finish (proxy, &rows, result, error) ? rows : NULL;
}

/* A line each, or {"records":[…]}. */
static gboolean
print_lane (TallyCli    *cli,
            const char  *lane,
            const char  *nothing,
            GError     **error)
{
  guint limit = cli->options->limit < 0 ? G_MAXUINT : (guint) cli->options->limit;
  guint offset = cli->options->offset;
  g_autofree char *json = NULL;
  TallyJsonWriter writer;
  guint n = 0;
  gsize n_rows;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_name (&writer, "records");
  tally_json_writer_begin_array (&writer);
  do
    {
      g_autoptr (GVariant) rows = list_page (cli, lane, offset + n, MIN (limit - n, PAGE_ROWS),
                                             error);

      n_rows = rows != NULL ? g_variant_n_children (rows) : 0;
      for (gsize i = 0; i < n_rows; i++)
        {
          Row row;

          g_variant_get_child (rows, i, "(&s&sb&suxx)", &row.id, &row.collection, &row.deleted,
                               &row.reason, &row.n_tries, &row.created_us, &row.next_try_us);
          if (cli->options->json)
            write_row (&writer, &row);
          else
            print_row (cli, &row);
        }
      n += n_rows;
      if (rows == NULL)
        {
          g_free (tally_json_writer_finish (&writer));
          return FALSE;
        }
    }
  while (n_rows > 0 && n < limit);

  tally_json_writer_end_array (&writer);
  tally_json_writer_end_object (&writer);
  json = tally_json_writer_finish (&writer);
  if (cli->options->json)
    tally_output_line (cli->output, json);
  else if (n == 0)
    tally_output_line (cli->output, nothing);

  return TRUE;
}

static gboolean
release (TallyCli    *cli,
         const char  *id,
         GError     **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  guint n;

  tally_bus_sync_call_release (proxy, id != NULL ? id : "", NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_release_finish (proxy, &n, result, error))
    return FALSE;

  if (!cli->options->json)
    tally_output_printf (cli->output,
                         ngettext ("%u record leaves with the next synchronization.\n",
                                   "%u records leave with the next synchronization.\n", n), n);

  return TRUE;
}

gboolean
tally_command_pending (TallyCli  *cli,
                       GError   **error)
{
  const char *action = cli->options->arguments[0];
  const char *id = action != NULL ? cli->options->arguments[1] : NULL;

  if (action == NULL)
    return print_lane (cli, "send", _("Nothing waits to be sent."), error);
  if (g_str_equal (action, "release"))
    return release (cli, id, error);
  if (g_str_equal (action, "held") && id == NULL)
    return print_lane (cli, "hold", _("Nothing is held."), error);

  g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                       _("It is “pending”, “pending held” or “pending release [ID]”."));

  return FALSE;
}

static gboolean
retry (TallyCli    *cli,
       const char  *id,
       GError     **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  guint n;

  tally_bus_sync_call_retry (proxy, id != NULL ? id : "", NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_retry_finish (proxy, &n, result, error))
    return FALSE;

  if (!cli->options->json)
    tally_output_printf (cli->output,
                         ngettext ("%u record leaves once more with the next synchronization.\n",
                                   "%u records leave once more with the next synchronization.\n",
                                   n), n);

  return TRUE;
}

/* NULL: a deletion that was refused has no document. */
static char *
dup_document (TallyCli   *cli,
              const char *id)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  char *document = NULL;

  tally_bus_sync_call_get_record (proxy, id, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  tally_bus_sync_call_get_record_finish (proxy, &document, NULL, NULL, result, NULL);

  return document;
}

/* As “import” takes it: a document a line, a deletion as such. */
static void
print_refused (TallyCli   *cli,
               const char *id)
{
  g_autofree char *document = dup_document (cli, id);
  g_autofree char *json = NULL;
  TallyJsonWriter writer;

  if (document != NULL)
    {
      tally_output_line (cli->output, document);
      return;
    }

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "_id", id);
  tally_json_writer_member_boolean (&writer, "_deleted", TRUE);
  tally_json_writer_end_object (&writer);
  json = tally_json_writer_finish (&writer);
  tally_output_line (cli->output, json);
}

static gboolean
export (TallyCli  *cli,
        GError   **error)
{
  guint n = 0;

  while (TRUE)
    {
      g_autoptr (GVariant) rows = list_page (cli, "quarantine", n, PAGE_ROWS, error);
      gsize n_rows = rows != NULL ? g_variant_n_children (rows) : 0;

      for (gsize i = 0; i < n_rows; i++)
        {
          g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
          const char *id;

          g_variant_get_child (row, 0, "&s", &id);
          print_refused (cli, id);
        }
      n += n_rows;
      if (n_rows == 0)
        return rows != NULL;
    }
}

/* The document first, so that it can be kept: what is given up leaves the screen. */
static gboolean
discard (TallyCli    *cli,
         const char  *id,
         GError     **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autofree char *document = dup_document (cli, id);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  tally_bus_sync_call_discard (proxy, id, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_discard_finish (proxy, result, error))
    return FALSE;

  if (document != NULL)
    tally_output_line (cli->output, document);

  return TRUE;
}

gboolean
tally_command_quarantine (TallyCli  *cli,
                          GError   **error)
{
  const char *action = cli->options->arguments[0];
  const char *id = action != NULL ? cli->options->arguments[1] : NULL;

  if (action == NULL)
    return print_lane (cli, "quarantine", _("Nothing is set aside."), error);
  if (g_str_equal (action, "retry"))
    return retry (cli, id, error);
  if (g_str_equal (action, "export") && id == NULL)
    return export (cli, error);
  if (g_str_equal (action, "discard") && id != NULL)
    return discard (cli, id, error);

  g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                       _("It is “quarantine”, “quarantine export”, “quarantine retry [ID]” or "
                         "“quarantine discard ID”."));

  return FALSE;
}
