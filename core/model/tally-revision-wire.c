/* tally-revision-wire.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-model"

#include "config.h"

#include "model/tally-revision.h"

#include "base/tally-json-writer.h"
#include "base/tally-json-text.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A document being taken apart. */
typedef struct
{
  const char *text;           /* the document */

  char       *key;            /* owned, nullable */
  char       *rev;            /* owned, nullable */
  GStrv       path;           /* owned, nullable: the ids of _revisions in full, newest first */
  gboolean    deleted;
  GString    *body;           /* owned */
  GString    *attachments;    /* owned, nullable */
} Document;

static void
document_clear (Document *self)
{
  g_free (self->key);
  g_free (self->rev);
  g_strfreev (self->path);
  if (self->body != NULL)
    g_string_free (self->body, TRUE);
  if (self->attachments != NULL)
    g_string_free (self->attachments, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Document, document_clear)

static gboolean
refuse (Document             *self,
        const TallyJsonSpan  *where,
        TallyModelError       code,
        const char           *what,
        GError              **error)
{
  g_set_error (error, TALLY_MODEL_ERROR, code, _("line %u: %s"),
               tally_json_span_get_line (where, self->text), what);
  return FALSE;
}

static gboolean
read_id (Document             *self,
         const TallyJsonSpan  *value,
         GError              **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *key = tally_json_span_dup_string (value, &local_error);

  if (key == NULL)
    return refuse (self, value,
                   g_error_matches (local_error, TALLY_JSON_ERROR, TALLY_JSON_ERROR_ENCODING)
                     ? TALLY_MODEL_ERROR_BAD_KEY : TALLY_MODEL_ERROR_BAD_DOCUMENT,
                   local_error->message, error);
  if (*key == '\0')
    return refuse (self, value, TALLY_MODEL_ERROR_BAD_KEY, _("the id is empty"), error);

  g_free (self->key);
  self->key = g_steal_pointer (&key);

  return TRUE;
}

static gboolean
read_rev (Document             *self,
          const TallyJsonSpan  *value,
          GError              **error)
{
  self->rev = tally_json_span_dup_string (value, NULL);
  if (self->rev == NULL || !tally_rev_is_valid (self->rev))
    return refuse (self, value, TALLY_MODEL_ERROR_BAD_REV, _("_rev is not a revision id"), error);

  return TRUE;
}

static gboolean
read_deleted (Document             *self,
              const TallyJsonSpan  *value,
              GError              **error)
{
  if (value->text[0] != 't' && value->text[0] != 'f')
    return refuse (self, value, TALLY_MODEL_ERROR_BAD_DOCUMENT,
                   _("_deleted is neither true nor false"), error);

  self->deleted = value->text[0] == 't';

  return TRUE;
}

/* {"start": 3, "ids": ["c…", "b…", "a…"]} means 3-c… 2-b… 1-a… */
static GStrv
read_path (const TallyJsonSpan *value)
{
  g_autoptr (GArray) members = tally_json_text_members (value->text, (gssize) value->length, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GArray) ids = NULL;
  const TallyJsonMember *member;
  gint64 generation;

  member = members != NULL ? tally_json_members_find (members, "start") : NULL;
  if (member == NULL || !tally_json_span_get_int (&member->value, &generation, NULL))
    return NULL;

  member = tally_json_members_find (members, "ids");
  if (member == NULL)
    return NULL;
  ids = tally_json_text_elements (member->value.text, (gssize) member->value.length, NULL);
  if (ids == NULL || ids->len == 0 || generation < ids->len)
    return NULL;

  for (guint i = 0; i < ids->len; i++, generation--)
    {
      g_autofree char *id = tally_json_span_dup_string (&g_array_index (ids, TallyJsonSpan, i), NULL);
      g_autofree char *rev = g_strdup_printf ("%" G_GINT64_FORMAT "-%s", generation, id ? id : "");

      if (!tally_rev_is_valid (rev))
        return NULL;
      g_strv_builder_add (builder, rev);
    }

  return g_strv_builder_end (builder);
}

static gboolean
read_revisions (Document             *self,
                const TallyJsonSpan  *value,
                GError              **error)
{
  self->path = read_path (value);
  if (self->path == NULL)
    return refuse (self, value, TALLY_MODEL_ERROR_BAD_REV,
                   _("_revisions is not a list of revision ids"), error);

  return TRUE;
}

static gboolean
read_attachments (Document             *self,
                  const TallyJsonSpan  *value,
                  GError              **error)
{
  g_autoptr (GArray) members = tally_json_text_members (value->text, (gssize) value->length, NULL);

  if (members == NULL)
    return refuse (self, value, TALLY_MODEL_ERROR_BAD_DOCUMENT,
                   _("_attachments is not an object"), error);
  for (guint i = 0; i < members->len; i++)
    if (g_array_index (members, TallyJsonMember, i).value.text[0] != '{')
      return refuse (self, value, TALLY_MODEL_ERROR_BAD_DOCUMENT,
                     _("an attachment is not an object"), error);
  if (members->len == 0)
    return TRUE;

  self->attachments = g_string_sized_new (value->length);

  return tally_json_span_append_compact (value, self->text, self->attachments, error);
}

/* Said by CouchDB when asked for, of no meaning in a document that is given. */
static gboolean
read_over (Document             *self,
           const TallyJsonSpan  *value,
           GError              **error)
{
  return TRUE;
}

static const struct
{
  const char *name;
  gboolean  (*read) (Document *, const TallyJsonSpan *, GError **);
} envelope[] = {
  { "_id", read_id },
  { "_rev", read_rev },
  { "_deleted", read_deleted },
  { "_revisions", read_revisions },
  { "_attachments", read_attachments },
  { "_conflicts", read_over },
  { "_deleted_conflicts", read_over },
  { "_revs_info", read_over },
  { "_local_seq", read_over },
};

static gboolean
read_envelope (Document               *self,
               const TallyJsonMember  *member,
               GError                **error)
{
  g_autofree char *name = NULL;
  g_autofree char *what = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (envelope); i++)
    if (tally_json_span_equals (&member->name, envelope[i].name))
      return envelope[i].read (self, &member->value, error);

  name = tally_json_span_dup (&member->name);
  what = g_strdup_printf (_("the member %s is not known, and names with a leading “_” are reserved"),
                          name);

  return refuse (self, &member->name, TALLY_MODEL_ERROR_BAD_DOCUMENT, what, error);
}

static gboolean
is_reserved (const TallyJsonSpan *name)
{
  g_autoptr (GString) bytes = NULL;

  /* an escape may hide the underscore */
  if (name->text[1] != '\\')
    return name->text[1] == '_';

  bytes = g_string_new (NULL);
  tally_json_span_append_bytes (name, bytes);

  return bytes->str[0] == '_';
}

static gboolean
read_member (Document               *self,
             const TallyJsonMember  *member,
             GError                **error)
{
  if (is_reserved (&member->name))
    return read_envelope (self, member, error);

  if (self->body->len > 1)
    g_string_append_c (self->body, ',');
  g_string_append_len (self->body, member->name.text, member->name.length);
  g_string_append_c (self->body, ':');

  return tally_json_span_append_compact (&member->value, self->text, self->body, error);
}

/* _rev and _revisions must tell the same; one may stand alone. */
static gboolean
join_revisions (Document  *self,
                GError   **error)
{
  if (self->path == NULL)
    return TRUE;

  if (self->rev == NULL)
    self->rev = g_strdup (self->path[0]);
  if (strcmp (self->rev, self->path[0]) == 0)
    return TRUE;

  g_set_error (error, TALLY_MODEL_ERROR, TALLY_MODEL_ERROR_BAD_REV,
               _("_rev says %s, _revisions %s"), self->rev, self->path[0]);
  return FALSE;
}

/**
 * tally_revision_parse_keyed:
 * @json: a document
 * @length: bytes, or -1 when NUL-terminated
 * @key: (nullable): the key of a document without `_id`
 * @error: #TallyJsonError, #TallyModelError; the message names the line
 *
 * Takes a document apart, as tally_revision_parse() does. An `_id` in the document counts more
 * than @key: whether they agree is the caller's to say.
 *
 * Returns: (transfer full) (nullable): the revision
 */
TallyRevision *
tally_revision_parse_keyed (const char  *json,
                            gssize       length,
                            const char  *key,
                            GError     **error)
{
  g_auto (Document) document = { .text = json };
  g_autoptr (GArray) members = tally_json_text_members (json, length, error);

  if (members == NULL)
    return NULL;

  document.key = g_strdup (key);
  document.body = g_string_sized_new (length < 0 ? 512 : (gsize) length + 1);
  g_string_append_c (document.body, '{');
  for (guint i = 0; i < members->len; i++)
    if (!read_member (&document, &g_array_index (members, TallyJsonMember, i), error))
      return NULL;
  g_string_append_c (document.body, '}');

  if (document.key == NULL)
    {
      g_set_error_literal (error, TALLY_MODEL_ERROR, TALLY_MODEL_ERROR_BAD_DOCUMENT,
                           _("line 1: the document has no _id"));
      return NULL;
    }
  if (!join_revisions (&document, error))
    return NULL;

  return tally_revision_new (document.key, document.rev,
                             document.path != NULL ? (const char * const *) document.path + 1 : NULL,
                             document.deleted, document.body->str,
                             document.attachments != NULL ? document.attachments->str : NULL);
}

/**
 * tally_revision_parse:
 * @json: a document
 * @length: bytes, or -1 when NUL-terminated
 * @error: #TallyJsonError, #TallyModelError; the message names the line
 *
 * Takes a document apart: the envelope's members, and the body's text form from all others.
 * `_design/` and `_local/` documents are read too; who wants only records asks
 * tally_key_check().
 *
 * Returns: (transfer full) (nullable): the revision
 */
TallyRevision *
tally_revision_parse (const char  *json,
                      gssize       length,
                      GError     **error)
{
  return tally_revision_parse_keyed (json, length, NULL, error);
}

static const char *
rev_id (const char *rev)
{
  return strchr (rev, '-') + 1;
}

static void
write_revisions (TallyJsonWriter     *writer,
                 const TallyRevision *self)
{
  guint generation = tally_rev_generation (self->rev);

  tally_json_writer_name (writer, "_revisions");
  tally_json_writer_begin_object (writer);
  tally_json_writer_member_int (writer, "start", generation);
  tally_json_writer_name (writer, "ids");
  tally_json_writer_begin_array (writer);
  tally_json_writer_string (writer, rev_id (self->rev));
  /* ids without numbers cannot tell of a gap: the list ends there */
  for (guint i = 0; self->ancestors[i] != NULL; i++)
    {
      if (tally_rev_generation (self->ancestors[i]) + i + 1 != generation)
        break;
      tally_json_writer_string (writer, rev_id (self->ancestors[i]));
    }
  tally_json_writer_end_array (writer);
  tally_json_writer_end_object (writer);
}

/**
 * tally_revision_write:
 * @self: a revision
 * @flags: what of the envelope
 * @out: appended to
 *
 * Writes the document: `_id` first, the envelope, then the body's members byte for byte.
 */
void
tally_revision_write (const TallyRevision     *self,
                      TallyRevisionWriteFlags  flags,
                      GString                 *out)
{
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, out);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "_id", self->key);
  if ((flags & TALLY_REVISION_WRITE_REV) != 0 && self->rev != NULL)
    tally_json_writer_member (&writer, "_rev", self->rev);
  if ((flags & TALLY_REVISION_WRITE_REVISIONS) != 0 && self->rev != NULL)
    write_revisions (&writer, self);
  if ((flags & TALLY_REVISION_WRITE_DELETED) != 0 && self->deleted)
    tally_json_writer_member_boolean (&writer, "_deleted", TRUE);
  if ((flags & TALLY_REVISION_WRITE_ATTACHMENTS) != 0 && self->attachments != NULL)
    {
      tally_json_writer_name (&writer, "_attachments");
      tally_json_writer_raw (&writer, self->attachments, -1);
    }

  if (self->body != NULL && strcmp (self->body, "{}") != 0)
    {
      g_string_append_c (out, ',');
      g_string_append_len (out, self->body + 1, (gssize) strlen (self->body) - 2);
    }
  tally_json_writer_end_object (&writer);
}
