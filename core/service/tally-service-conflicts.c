/* tally-service-conflicts.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-call.h"

#include "base/tally-json-text.h"
#include "base/tally-json-writer.h"
#include "config.h"
#include "merge/tally-merge.h"
#include "sync/tally-fold.h"

#include <glib/gi18n-lib.h>

/* Bodies of all sides go along: a larger page would hold up everything behind it. */
#define MAX_PAGE 500

/* A conflict as a person sees it: a view on a record, which it keeps. */
typedef struct
{
  TallyRecord         *record;   /* owned */
  GPtrArray           *sides;    /* owned; of TallyRevision, the server's winner first */
  TallyRevision       *base;     /* owned, nullable; without a body when that is gone */
  const TallyRevision *local;    /* borrowed, nullable */
  const TallyRevision *server;   /* borrowed, nullable */
  char                *shown;    /* owned: names every revision that took part */
} Conflict;

static void
conflict_clear (Conflict *self)
{
  g_clear_pointer (&self->base, tally_revision_unref);
  g_clear_pointer (&self->sides, g_ptr_array_unref);
  g_clear_pointer (&self->record, tally_record_unref);
  g_clear_pointer (&self->shown, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Conflict, conflict_clear)

static void
append_rev (GString             *text,
            const TallyRevision *revision)
{
  g_string_append (text, revision != NULL ? revision->rev : "-");
  g_string_append_c (text, ' ');
}

static char *
dup_shown (const TallyRecord *record)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append_rev (text, record->base);
  append_rev (text, record->local);
  append_rev (text, record->remote);
  for (guint i = 0; i < record->leaves->len; i++)
    append_rev (text, record->leaves->pdata[i]);
  g_string_truncate (text, text->len - 1);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Pointers, leaves and what history keeps are all revisions of the store. A common ancestor whose
 * body is gone is still one: both sides changed something, nobody created the record twice. */
static gboolean
find_base (TallyStore           *store,
           const TallyRecord    *record,
           const TallyRevision  *server,
           const TallyRevision  *local,
           TallyRevision       **base,
           GError              **error)
{
  const char *rev = tally_fold_base_rev (record, server, local);

  if (rev == NULL)
    return TRUE;
  if (!tally_store_get_revision (store, record->key, rev, base, error))
    return FALSE;
  if (*base == NULL)
    *base = tally_revision_new (record->key, rev, NULL, FALSE, NULL, NULL);

  return TRUE;
}

static gboolean
conflict_init (Conflict     *self,
               TallyStore   *store,
               TallyRecord  *record,
               GError      **error)
{
  self->record = tally_record_ref (record);
  self->sides = tally_fold_sides (record);
  self->server = record->remote;
  self->local = self->sides->len > 1 ? self->sides->pdata[1] : record->local;
  self->shown = dup_shown (record);

  return self->server == NULL || self->local == NULL ||
         find_base (store, record, self->server, self->local, &self->base, error);
}

static const char *
body_of (const TallyRevision *revision)
{
  return revision == NULL || revision->deleted ? NULL : revision->body;
}

static gboolean
is_fork (const Conflict *self)
{
  return self->sides->len > 2 ||
         tally_record_get_state (self->record) == TALLY_RECORD_FORKED;
}

static void
write_value (TallyJsonWriter *writer,
             const char      *name,
             const char      *json)
{
  if (json == NULL)
    return;

  tally_json_writer_name (writer, name);
  tally_json_writer_raw (writer, json, -1);
}

static void
write_fields (TallyJsonWriter  *writer,
              const TallyMerge *merge)
{
  static const char * const verdicts[] = { "equal", "local", "server", "conflict" };

  tally_json_writer_name (writer, "fields");
  tally_json_writer_begin_array (writer);
  for (guint i = 0; i < merge->fields->len; i++)
    {
      const TallyFieldDiff *field = merge->fields->pdata[i];

      tally_json_writer_begin_object (writer);
      tally_json_writer_member (writer, "pointer", field->pointer);
      write_value (writer, "before", field->before);
      write_value (writer, "local", field->local);
      write_value (writer, "server", field->server);
      tally_json_writer_member (writer, "verdict", verdicts[field->verdict]);
      tally_json_writer_end_object (writer);
    }
  tally_json_writer_end_array (writer);
}

static void
write_body (TallyJsonWriter     *writer,
            const char          *name,
            const TallyRevision *revision)
{
  tally_json_writer_name (writer, name);
  tally_json_writer_raw (writer, body_of (revision), -1);
}

static void
write_versions (TallyJsonWriter *writer,
                const Conflict  *self)
{
  tally_json_writer_name (writer, "versions");
  tally_json_writer_begin_array (writer);
  for (guint i = 0; i < self->sides->len; i++)
    {
      const TallyRevision *side = self->sides->pdata[i];

      tally_json_writer_begin_object (writer);
      tally_json_writer_member (writer, "rev", side->rev);
      tally_json_writer_member_boolean (writer, "deleted", side->deleted);
      write_body (writer, "body", side);
      tally_json_writer_end_object (writer);
    }
  tally_json_writer_end_array (writer);
}

static void
write_conflict (TallyJsonWriter        *writer,
                const Conflict         *self,
                const TallyServiceCall *call)
{
  g_autoptr (TallyMerge) merge = tally_merge_three_way (self->base, self->local, self->server);
  g_autofree char *collection = NULL;
  const char *kind = "fork";

  collection = tally_key_dup_collection (self->record->key,
                                         call->database != NULL ? call->database : "");
  if (!is_fork (self))
    kind = tally_conflict_kind_to_string (merge->kind != TALLY_CONFLICT_NONE
                                          ? merge->kind : TALLY_CONFLICT_EDIT);

  tally_json_writer_begin_object (writer);
  tally_json_writer_member (writer, "id", self->record->key);
  tally_json_writer_member (writer, "collection", collection);
  tally_json_writer_member (writer, "kind", kind);
  write_fields (writer, merge);
  write_body (writer, "base", self->base);
  write_body (writer, "local", self->local);
  write_body (writer, "server", self->server);
  if (is_fork (self))
    write_versions (writer, self);
  tally_json_writer_member (writer, "shown", self->shown);
  tally_json_writer_end_object (writer);
}

/* The open conflicts that were asked for; *total: of all that were meant. */
static GPtrArray *
find_conflicts (TallyStore        *store,
                TallyServiceCall  *call,
                guint             *total,
                GError           **error)
{
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (TallyRecord) record = NULL;
  g_autoptr (GError) local_error = NULL;
  TallyStoreCounts counts = { 0 };
  const char *key;
  guint offset;
  guint limit;

  g_variant_get (call->parameters, "(&suu)", &key, &offset, &limit);
  if (*key == '\0')
    {
      if (!tally_store_count (store, &counts, error))
        return NULL;
      *total = counts.n_conflicts;
      return tally_store_list_conflicts (store, offset, MIN (limit, MAX_PAGE), error);
    }

  record = tally_store_get (store, key, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  records = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_record_unref);
  if (record != NULL && tally_record_is_conflict (record))
    g_ptr_array_add (records, g_steal_pointer (&record));
  *total = records->len;

  return g_steal_pointer (&records);
}

GVariant *
tally_service_list_conflicts (TallyStore        *store,
                              TallyServiceCall  *call,
                              GError           **error)
{
  g_autoptr (GPtrArray) records = NULL;
  g_autofree char *json = NULL;
  TallyJsonWriter writer;
  guint total = 0;

  records = find_conflicts (store, call, &total, error);
  if (records == NULL)
    return NULL;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_name (&writer, "conflicts");
  tally_json_writer_begin_array (&writer);
  for (guint i = 0; i < records->len; i++)
    {
      g_auto (Conflict) conflict = { 0 };

      if (!conflict_init (&conflict, store, records->pdata[i], error))
        {
          g_free (tally_json_writer_finish (&writer));
          return NULL;
        }
      write_conflict (&writer, &conflict, call);
    }
  tally_json_writer_end_array (&writer);
  tally_json_writer_member_int (&writer, "total", total);
  tally_json_writer_end_object (&writer);
  json = tally_json_writer_finish (&writer);

  return g_variant_new ("(s)", json);
}

/* --- settling --- */

/* The whole version that @take names; *found FALSE when there is none of that name. */
static const TallyRevision *
find_version (const Conflict *self,
              const char     *take,
              gboolean       *found)
{
  guint64 number;

  *found = TRUE;
  if (g_str_equal (take, "base"))
    return self->base;
  if (g_str_equal (take, "local"))
    return self->local;
  if (g_str_equal (take, "server"))
    return self->server;
  if (g_ascii_string_to_unsigned (take, 10, 1, self->sides->len, &number, NULL))
    return self->sides->pdata[number - 1];

  *found = FALSE;

  return NULL;
}

static gboolean
take_version (const Conflict  *self,
              const char      *take,
              char           **body,
              char           **attachments,
              GError         **error)
{
  gboolean found;
  const TallyRevision *version = find_version (self, take, &found);

  if (!found)
    {
      g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                   _("The conflict of “%s” has no version “%s”."), self->record->key, take);
      return FALSE;
    }
  if (version != NULL && !version->deleted && version->body == NULL)
    {
      g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                   _("What “%s” was before is not known here any more. Take another version."),
                   self->record->key);
      return FALSE;
    }

  *body = g_strdup (body_of (version));
  *attachments = *body != NULL ? g_strdup (version->attachments) : NULL;

  return TRUE;
}

static TallyFieldChoice *
make_choice (const char  *pointer,
             const char  *side,
             const char  *value,
             GPtrArray   *texts,
             GError     **error)
{
  static const char * const sides[] = { "base", "local", "server" };
  TallyFieldChoice choice = { TALLY_SIDE_BASE, NULL };

  if (g_str_equal (side, "value"))
    {
      char *compact = tally_json_text_compact (value, -1, error);

      if (compact == NULL)
        {
          g_prefix_error (error, "%s: ", pointer);
          return NULL;
        }
      g_ptr_array_add (texts, compact);
      choice.value = compact;
      return g_memdup2 (&choice, sizeof choice);
    }

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (g_str_equal (side, sides[i]))
      {
        choice.side = (TallySide) i;
        return g_memdup2 (&choice, sizeof choice);
      }

  g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
               _("“%s” is none of base, local, server, value."), side);

  return NULL;
}

static gboolean
build_from_fields (const Conflict  *self,
                   GVariantIter    *fields,
                   char           **body,
                   char           **attachments,
                   GError         **error)
{
  g_autoptr (GHashTable) choices = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  const char *pointer;
  const char *side;
  const char *value;

  if (body_of (self->local) == NULL || body_of (self->server) == NULL || self->sides->len > 2)
    {
      g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                   _("“%s” is not settled field by field: take one whole version."),
                   self->record->key);
      return FALSE;
    }
  if (g_strcmp0 (self->local->attachments, self->server->attachments) != 0)
    {
      g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_BAD_INPUT,
                   _("The attachments of “%s” differ: take one whole version."),
                   self->record->key);
      return FALSE;
    }

  while (g_variant_iter_next (fields, "(&s&s&s)", &pointer, &side, &value))
    {
      TallyFieldChoice *choice = make_choice (pointer, side, value, texts, error);

      if (choice == NULL)
        return FALSE;
      g_hash_table_insert (choices, (gpointer) pointer, choice);
    }

  *body = tally_merge_build (self->base, self->local, self->server, choices, error);
  *attachments = g_strdup (self->server->attachments);

  return *body != NULL;
}

static gboolean
load_conflict (TallyStore  *store,
               const char  *key,
               const char  *shown,
               Conflict    *conflict,
               GError     **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TallyRecord) record = tally_store_get (store, key, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (record == NULL || !tally_record_is_conflict (record))
    {
      g_set_error (error, TALLY_STORE_ERROR,
                   *shown == '\0' ? TALLY_STORE_ERROR_NOT_FOUND : TALLY_STORE_ERROR_STALE,
                   _("“%s” is in no open conflict."), key);
      return FALSE;
    }

  if (!conflict_init (conflict, store, record, error))
    return FALSE;
  if (*shown != '\0' && !g_str_equal (shown, conflict->shown))
    {
      g_set_error (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_STALE,
                   _("“%s” has moved since its conflict was shown. Look at it again, then decide."),
                   key);
      return FALSE;
    }

  return TRUE;
}

GVariant *
tally_service_resolve (TallyStore        *store,
                       TallyServiceCall  *call,
                       GError           **error)
{
  g_auto (Conflict) conflict = { 0 };
  g_autoptr (GVariantIter) fields = NULL;
  g_autoptr (TallyRevision) result = NULL;
  g_autofree char *body = NULL;
  g_autofree char *attachments = NULL;
  const char *key;
  const char *shown;
  const char *take;
  gboolean built;

  g_variant_get (call->parameters, "(&s&s&sa(sss))", &key, &shown, &take, &fields);
  if (!load_conflict (store, key, shown, &conflict, error))
    return NULL;

  built = *take != '\0' ? take_version (&conflict, take, &body, &attachments, error)
                        : build_from_fields (&conflict, fields, &body, &attachments, error);
  if (!built || !tally_store_settle (store, conflict.record, body, attachments, &result, error))
    return NULL;

  call->changed = TRUE;
  call->settled = TRUE;
  call->key = g_strdup (key);

  return g_variant_new ("(s)", result != NULL ? result->rev : "");
}
