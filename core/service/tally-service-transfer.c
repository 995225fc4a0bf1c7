/* tally-service-transfer.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-call.h"

#include "config.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib/gi18n-lib.h>

/* One system call for some hundred records. */
#define BUFFER_BYTES (256 * 1024)

static gboolean
check_fd (const TallyServiceCall  *call,
          GError                 **error)
{
  if (call->fd >= 0)
    return TRUE;

  g_set_error_literal (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                       _("No file came with the call."));

  return FALSE;
}

/* Every line of the file as a document; the first bad one is named. */
static GPtrArray *
read_documents (TallyServiceCall  *call,
                GError           **error)
{
  g_autoptr (GInputStream) file = g_unix_input_stream_new (call->fd, FALSE);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (file);
  g_autoptr (GPtrArray) documents = NULL;
  g_autoptr (GError) local_error = NULL;

  documents = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
  g_buffered_input_stream_set_buffer_size (G_BUFFERED_INPUT_STREAM (lines), BUFFER_BYTES);
  while (local_error == NULL)
    {
      g_autofree char *line = NULL;
      TallyRevision *document;
      gsize length;

      line = g_data_input_stream_read_line (lines, &length, call->cancellable, &local_error);
      if (line == NULL)
        break;

      document = tally_revision_parse (line, (gssize) length, &local_error);
      if (document != NULL)
        g_ptr_array_add (documents, document);
      else
        g_prefix_error (&local_error, _("line %u: "), documents->len + 1);
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  return g_steal_pointer (&documents);
}

GVariant *
tally_service_import (TallyStore        *store,
                      TallyServiceCall  *call,
                      GError           **error)
{
  g_autoptr (GPtrArray) documents = NULL;
  TallyImportResult result = { 0 };

  if (!check_fd (call, error))
    return NULL;

  documents = read_documents (call, error);
  if (documents == NULL || !tally_store_import (store, documents, &result, error))
    return NULL;

  call->changed = result.n_created + result.n_changed > 0;

  return g_variant_new ("(uuu)", result.n_created, result.n_changed, result.n_unchanged);
}

typedef struct
{
  TallyServiceCall *call;     /* borrowed */
  GOutputStream    *stream;   /* owned */
  GString          *line;     /* owned */
  guint             n;
} Export;

static gboolean
export_one (const TallyRevision  *revision,
            gpointer              user_data,
            GError              **error)
{
  Export *export = user_data;

  g_string_truncate (export->line, 0);
  tally_revision_write (revision, TALLY_REVISION_WRITE_ID_ONLY, export->line);
  g_string_append_c (export->line, '\n');
  export->n++;

  return g_output_stream_write_all (export->stream, export->line->str, export->line->len, NULL,
                                    export->call->cancellable, error);
}

GVariant *
tally_service_export (TallyStore        *store,
                      TallyServiceCall  *call,
                      GError           **error)
{
  g_autoptr (GOutputStream) file = NULL;
  g_autoptr (GOutputStream) stream = NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  Export export = { 0 };

  if (!check_fd (call, error))
    return NULL;

  file = g_unix_output_stream_new (call->fd, FALSE);
  stream = g_buffered_output_stream_new_sized (file, BUFFER_BYTES);
  export.call = call;
  export.stream = stream;
  export.line = line;
  if (!tally_store_foreach_live (store, export_one, &export, error) ||
      !g_output_stream_flush (stream, call->cancellable, error))
    return NULL;

  return g_variant_new ("(u)", export.n);
}
