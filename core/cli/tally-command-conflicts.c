/* tally-command-conflicts.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "base/tally-json-writer.h"
#include "cli/tally-command.h"
#include "base/tally-json-node.h"
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

/* Conflicts asked for at a time: each carries three bodies. */
#define PAGE_CONFLICTS 100

/* Longer values are cut in the list; `conflicts ID` and JSON show all of them. */
#define VALUE_CHARACTERS 60

/* One page's answer. */
static TallyJsonNode *
list_page (TallyCli    *cli,
           const char  *id,
           guint        offset,
           guint        limit,
           GError     **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autofree char *json = NULL;

  tally_bus_sync_call_list_conflicts (proxy, id, offset, limit, NULL, tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_list_conflicts_finish (proxy, &json, result, error))
    return NULL;

  return tally_json_node_new (json, -1, error);
}

static void
copy_member (TallyJsonWriter *writer,
             TallyJsonNode   *from,
             const char      *name)
{
  g_autofree char *raw = tally_json_node_dup_raw (from, name);

  /* A side without the member stays without it: null is a value. */
  if (raw == NULL)
    return;
  tally_json_writer_name (writer, name);
  tally_json_writer_raw (writer, raw, -1);
}

/* The documented members; what the window needs besides stays inside. */
static void
write_conflict (TallyJsonWriter *writer,
                TallyJsonNode   *conflict)
{
  g_autoptr (GPtrArray) fields = tally_json_node_list (conflict, "fields");

  tally_json_writer_begin_object (writer);
  copy_member (writer, conflict, "id");
  copy_member (writer, conflict, "collection");
  copy_member (writer, conflict, "kind");
  tally_json_writer_name (writer, "fields");
  tally_json_writer_begin_array (writer);
  for (guint i = 0; i < fields->len; i++)
    {
      tally_json_writer_begin_object (writer);
      copy_member (writer, fields->pdata[i], "pointer");
      copy_member (writer, fields->pdata[i], "before");
      copy_member (writer, fields->pdata[i], "local");
      copy_member (writer, fields->pdata[i], "server");
      tally_json_writer_end_object (writer);
    }
  tally_json_writer_end_array (writer);
  copy_member (writer, conflict, "base");
  copy_member (writer, conflict, "local");
  copy_member (writer, conflict, "server");
  copy_member (writer, conflict, "versions");
  tally_json_writer_end_object (writer);
}

static const char *
describe_kind (const char *kind)
{
  static const char * const kinds[][2] = {
    { "edit", N_("changed on both sides") },
    { "delete", N_("changed on one side, deleted on the other") },
    { "create", N_("created on both sides") },
    { "attachments", N_("attachments differ") },
    { "fork", N_("more than one version on the server") },
  };

  for (guint i = 0; kind != NULL && i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i][0], kind) == 0)
      return _(kinds[i][1]);

  return kind == NULL ? "" : kind;
}

static void
print_value (TallyCli      *cli,
             const char    *label,
             TallyJsonNode *view,
             const char    *name)
{
  g_autofree char *raw = tally_json_node_dup_raw (view, name);
  gboolean whole = cli->options->arguments[0] != NULL;

  if (raw != NULL && !whole && g_utf8_strlen (raw, -1) > VALUE_CHARACTERS)
    {
      g_autofree char *start = g_utf8_substring (raw, 0, VALUE_CHARACTERS);

      g_free (raw);
      raw = g_strconcat (start, "…", NULL);
    }

  tally_output_raw (cli->output, "    ", 4);
  tally_output_text (cli->output, label, 16);
  tally_output_text (cli->output, raw == NULL ? "–" : raw, 0);
  tally_output_raw (cli->output, "\n", 1);
}

static void
print_versions (TallyCli      *cli,
                TallyJsonNode *conflict)
{
  g_autoptr (GPtrArray) versions = tally_json_node_list (conflict, "versions");

  for (guint i = 0; i < versions->len; i++)
    {
      g_autofree char *label = g_strdup_printf (_("Version %u"), i + 1);

      if (tally_json_node_get_boolean (versions->pdata[i], "deleted"))
        tally_output_printf (cli->output, "    %s: %s\n", label, _("deleted"));
      else
        print_value (cli, label, versions->pdata[i], "body");
    }
}

/* Nothing to decide field by field: whole versions. */
static gboolean
is_whole (const char *kind)
{
  return g_strcmp0 (kind, "delete") == 0 || g_strcmp0 (kind, "attachments") == 0 ||
         g_strcmp0 (kind, "fork") == 0;
}

static void
print_sides (TallyCli      *cli,
             TallyJsonNode *view,
             const char    *before)
{
  print_value (cli, _("Before"), view, before);
  print_value (cli, _("This computer"), view, "local");
  print_value (cli, _("Server"), view, "server");
}

static void
print_conflict (TallyCli      *cli,
                TallyJsonNode *conflict)
{
  g_autofree char *id = tally_json_node_dup_string (conflict, "id");
  g_autofree char *kind = tally_json_node_dup_string (conflict, "kind");
  g_autoptr (GPtrArray) fields = tally_json_node_list (conflict, "fields");
  g_autofree char *quoted = g_shell_quote (id == NULL ? "" : id);

  tally_output_text (cli->output, id == NULL ? "" : id, 0);
  tally_output_printf (cli->output, ": %s\n", describe_kind (kind));

  for (guint i = 0; i < fields->len && !is_whole (kind); i++)
    {
      g_autofree char *pointer = tally_json_node_dup_string (fields->pdata[i], "pointer");
      g_autofree char *verdict = tally_json_node_dup_string (fields->pdata[i], "verdict");

      /* What one side alone changed comes decided. */
      if (verdict != NULL && strcmp (verdict, "conflict") != 0)
        continue;
      tally_output_raw (cli->output, "  ", 2);
      tally_output_text (cli->output, pointer == NULL ? "" : pointer, 0);
      tally_output_raw (cli->output, "\n", 1);
      print_sides (cli, fields->pdata[i], "before");
    }

  if (is_whole (kind))
    {
      print_sides (cli, conflict, "base");
      print_versions (cli, conflict);
    }

  tally_output_raw (cli->output, "  tallyctl resolve ", -1);
  tally_output_text (cli->output, quoted, 0);
  tally_output_line (cli->output, is_whole (kind) ? " --take local|server|…"
                                                  : " --field /…=local|server …");
}

/* All pages within --limit and --offset. */
static gboolean
print_pages (TallyCli         *cli,
             TallyJsonWriter  *writer,
             guint            *n_printed,
             GError          **error)
{
  const char *id = cli->options->arguments[0] == NULL ? "" : cli->options->arguments[0];
  guint limit = cli->options->limit < 0 ? G_MAXUINT : (guint) cli->options->limit;
  guint offset = cli->options->offset;
  guint n_page;

  *n_printed = 0;
  do
    {
      g_autoptr (TallyJsonNode) answer = NULL;
      g_autoptr (GPtrArray) page = NULL;

      answer = list_page (cli, id, offset, MIN (limit, PAGE_CONFLICTS), error);
      if (answer == NULL)
        return FALSE;

      page = tally_json_node_list (answer, "conflicts");
      for (guint i = 0; i < page->len; i++)
        if (cli->options->json)
          write_conflict (writer, page->pdata[i]);
        else
          print_conflict (cli, page->pdata[i]);

      n_page = page->len;
      offset += n_page;
      limit -= MIN (limit, n_page);
      *n_printed += n_page;
      if (offset >= tally_json_node_get_int (answer, "total"))
        return TRUE;
    }
  while (n_page > 0 && limit > 0);

  return TRUE;
}

gboolean
tally_command_conflicts (TallyCli  *cli,
                         GError   **error)
{
  TallyJsonWriter writer;
  g_autofree char *list = NULL;
  guint n_printed;
  gboolean done;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_name (&writer, "conflicts");
  tally_json_writer_begin_array (&writer);
  done = print_pages (cli, &writer, &n_printed, error);
  tally_json_writer_end_array (&writer);
  tally_json_writer_end_object (&writer);
  list = tally_json_writer_finish (&writer);
  if (!done)
    return FALSE;

  if (cli->options->json)
    tally_output_line (cli->output, list);
  else if (n_printed == 0)
    tally_output_line (cli->output, _("No conflicts."));

  return TRUE;
}

/* "/total=server": names of members may hold a '=' too, sides do not. */
static gboolean
add_field (GVariantBuilder  *builder,
           const char       *text,
           GError          **error)
{
  const char *equals = strrchr (text, '=');
  const char *side = equals == NULL ? "" : equals + 1;
  g_autofree char *pointer = NULL;

  if (text[0] == '/' && (strcmp (side, "base") == 0 || strcmp (side, "local") == 0 ||
                         strcmp (side, "server") == 0))
    {
      pointer = g_strndup (text, equals - text);
      g_variant_builder_add (builder, "(sss)", pointer, side, "");
      return TRUE;
    }

  g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
               _("--field %s is not understood; it is /POINTER=base, =local or =server."), text);
  return FALSE;
}

/* "/x=…": the first '=' that leaves a JSON text. */
static gboolean
add_value (GVariantBuilder  *builder,
           const char       *text,
           GError          **error)
{
  for (const char *equals = strchr (text, '='); text[0] == '/' && equals != NULL;
       equals = strchr (equals + 1, '='))
    {
      g_autofree char *value = tally_json_text_compact (equals + 1, -1, NULL);
      g_autofree char *pointer = g_strndup (text, equals - text);

      if (value != NULL)
        {
          g_variant_builder_add (builder, "(sss)", pointer, "value", value);
          return TRUE;
        }
    }

  g_set_error (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
               _("--value %s is not understood; it is /POINTER=JSON, a text in double quotes."),
               text);
  return FALSE;
}

static GVariant *
make_fields (TallyOptions  *options,
             GError       **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sss)"));

  for (guint i = 0; options->fields != NULL && options->fields[i] != NULL; i++)
    if (!add_field (&builder, options->fields[i], error))
      return NULL;
  for (guint i = 0; options->values != NULL && options->values[i] != NULL; i++)
    if (!add_value (&builder, options->values[i], error))
      return NULL;

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

gboolean
tally_command_resolve (TallyCli  *cli,
                       GError   **error)
{
  TallyBusSync *proxy = tally_cli_get_proxy (cli);
  TallyOptions *options = cli->options;
  g_autoptr (GVariant) fields = make_fields (options, error);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autofree char *rev = NULL;
  g_autofree char *answer = NULL;
  TallyJsonWriter writer;

  if (fields == NULL)
    return FALSE;

  if ((options->take == NULL) == (g_variant_n_children (fields) == 0))
    {
      g_set_error_literal (error, TALLY_CLI_ERROR, TALLY_CLI_ERROR_USAGE,
                           _("Give either --take, or --field and --value for each field that both "
                             "sides changed; “tallyctl conflicts ID” shows them."));
      return FALSE;
    }

  tally_bus_sync_call_resolve (proxy, options->arguments[0], "",
                               options->take == NULL ? "" : options->take, fields, NULL,
                               tally_cli_ready_cb, &slot);
  result = tally_cli_wait (&slot);
  if (!tally_bus_sync_call_resolve_finish (proxy, &rev, result, error))
    return FALSE;

  if (!options->json)
    {
      tally_output_text (cli->output, options->arguments[0], 0);
      tally_output_printf (cli->output, "  %s  %s\n", rev, _("settled"));
      return TRUE;
    }

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "id", options->arguments[0]);
  tally_json_writer_member (&writer, "rev", rev);
  tally_json_writer_end_object (&writer);
  answer = tally_json_writer_finish (&writer);
  tally_output_line (cli->output, answer);

  return TRUE;
}
