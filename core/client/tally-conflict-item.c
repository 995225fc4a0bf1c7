/* tally-conflict-item.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-client"

#include "client/tally-conflict-item.h"

#include "base/tally-json-text.h"

struct _TallyConflictItem
{
  GObject parent_instance;

  char       *id;           /* owned */
  char       *collection;   /* owned */
  char       *kind;         /* owned */
  char       *shown;        /* owned */
  char       *base;         /* owned, nullable */
  char       *local;        /* owned, nullable */
  char       *server;       /* owned, nullable */
  GListStore *fields;       /* owned; of TallyConflictField */
  GPtrArray  *versions;     /* owned; of TallyConflictVersion */
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_COLLECTION,
  PROP_KIND,
  PROP_SHOWN,
  PROP_BASE,
  PROP_LOCAL,
  PROP_SERVER,
  PROP_FIELDS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyConflictItem, tally_conflict_item, G_TYPE_OBJECT)

static void
version_free (gpointer data)
{
  TallyConflictVersion *version = data;

  g_free (version->rev);
  g_free (version->body);
  g_free (version);
}

/* A member's string, NULL where it is absent. */
static char *
dup_string (GArray     *members,
            const char *name)
{
  const TallyJsonMember *member = tally_json_members_find (members, name);

  return member == NULL ? NULL : tally_json_span_dup_string (&member->value, NULL);
}

/* A member's value as text, NULL where it is absent. */
static char *
dup_text (GArray     *members,
          const char *name)
{
  const TallyJsonMember *member = tally_json_members_find (members, name);

  return member == NULL ? NULL : tally_json_span_dup (&member->value);
}

/* A body: null says that there is none. */
static char *
dup_body (GArray     *members,
          const char *name)
{
  g_autofree char *text = dup_text (members, name);

  return text == NULL || g_str_equal (text, "null") ? NULL : g_steal_pointer (&text);
}

/* The elements of a member's array; empty where it is absent. */
static GArray *
list_elements (GArray      *members,
               const char  *name,
               GError     **error)
{
  const TallyJsonMember *member = tally_json_members_find (members, name);

  if (member == NULL)
    return g_array_new (FALSE, FALSE, sizeof (TallyJsonSpan));

  return tally_json_text_elements (member->value.text, (gssize) member->value.length, error);
}

static gboolean
read_fields (TallyConflictItem  *self,
             GArray             *members,
             GError            **error)
{
  g_autoptr (GArray) elements = list_elements (members, "fields", error);

  if (elements == NULL)
    return FALSE;

  for (guint i = 0; i < elements->len; i++)
    {
      const TallyJsonSpan *span = &g_array_index (elements, TallyJsonSpan, i);
      g_autoptr (GArray) parts = NULL;
      g_autoptr (TallyConflictField) field = NULL;
      g_autofree char *pointer = NULL;
      g_autofree char *before = NULL;
      g_autofree char *local = NULL;
      g_autofree char *server = NULL;
      g_autofree char *verdict = NULL;

      parts = tally_json_text_members (span->text, (gssize) span->length, error);
      if (parts == NULL)
        return FALSE;

      pointer = dup_string (parts, "pointer");
      before = dup_text (parts, "before");
      local = dup_text (parts, "local");
      server = dup_text (parts, "server");
      verdict = dup_string (parts, "verdict");
      field = tally_conflict_field_new (pointer, before, local, server, verdict);
      g_list_store_append (self->fields, field);
    }

  return TRUE;
}

static gboolean
read_versions (TallyConflictItem  *self,
               GArray             *members,
               GError            **error)
{
  g_autoptr (GArray) elements = list_elements (members, "versions", error);

  if (elements == NULL)
    return FALSE;

  for (guint i = 0; i < elements->len; i++)
    {
      const TallyJsonSpan *span = &g_array_index (elements, TallyJsonSpan, i);
      g_autoptr (GArray) parts = NULL;
      g_autofree char *deleted = NULL;
      TallyConflictVersion *version;

      parts = tally_json_text_members (span->text, (gssize) span->length, error);
      if (parts == NULL)
        return FALSE;

      deleted = dup_text (parts, "deleted");
      version = g_new0 (TallyConflictVersion, 1);
      version->rev = dup_string (parts, "rev");
      version->deleted = g_strcmp0 (deleted, "true") == 0;
      version->body = dup_body (parts, "body");
      g_ptr_array_add (self->versions, version);
    }

  return TRUE;
}

static void
tally_conflict_item_finalize (GObject *object)
{
  TallyConflictItem *self = TALLY_CONFLICT_ITEM (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->collection, g_free);
  g_clear_pointer (&self->kind, g_free);
  g_clear_pointer (&self->shown, g_free);
  g_clear_pointer (&self->base, g_free);
  g_clear_pointer (&self->local, g_free);
  g_clear_pointer (&self->server, g_free);
  g_clear_object (&self->fields);
  g_clear_pointer (&self->versions, g_ptr_array_unref);

  G_OBJECT_CLASS (tally_conflict_item_parent_class)->finalize (object);
}

static void
tally_conflict_item_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  TallyConflictItem *self = TALLY_CONFLICT_ITEM (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_COLLECTION:
      g_value_set_string (value, self->collection);
      break;
    case PROP_KIND:
      g_value_set_string (value, self->kind);
      break;
    case PROP_SHOWN:
      g_value_set_string (value, self->shown);
      break;
    case PROP_BASE:
      g_value_set_string (value, self->base);
      break;
    case PROP_LOCAL:
      g_value_set_string (value, self->local);
      break;
    case PROP_SERVER:
      g_value_set_string (value, self->server);
      break;
    case PROP_FIELDS:
      g_value_set_object (value, self->fields);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_conflict_item_class_init (TallyConflictItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = tally_conflict_item_finalize;
  object_class->get_property = tally_conflict_item_get_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_COLLECTION] = g_param_spec_string ("collection", NULL, NULL, NULL, flags);
  properties[PROP_KIND] = g_param_spec_string ("kind", NULL, NULL, NULL, flags);
  properties[PROP_SHOWN] = g_param_spec_string ("shown", NULL, NULL, NULL, flags);
  properties[PROP_BASE] = g_param_spec_string ("base", NULL, NULL, NULL, flags);
  properties[PROP_LOCAL] = g_param_spec_string ("local", NULL, NULL, NULL, flags);
  properties[PROP_SERVER] = g_param_spec_string ("server", NULL, NULL, NULL, flags);
  properties[PROP_FIELDS] = g_param_spec_object ("fields", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_conflict_item_init (TallyConflictItem *self)
{
  self->fields = g_list_store_new (TALLY_TYPE_CONFLICT_FIELD);
  self->versions = g_ptr_array_new_with_free_func (version_free);
}

/**
 * tally_conflict_item_new_from_json:
 * @json: one element of the "conflicts" array
 * @length: bytes; -1: NUL-terminated
 * @error: %TALLY_JSON_ERROR
 *
 * Cuts the text into its parts without reading any value: a number keeps every digit.
 *
 * Returns: (transfer full): the conflict
 */
TallyConflictItem *
tally_conflict_item_new_from_json (const char  *json,
                                   gssize       length,
                                   GError     **error)
{
  g_autoptr (TallyConflictItem) self = g_object_new (TALLY_TYPE_CONFLICT_ITEM, NULL);
  g_autoptr (GArray) members = tally_json_text_members (json, length, error);

  if (members == NULL || !read_fields (self, members, error) ||
      !read_versions (self, members, error))
    return NULL;

  self->id = dup_string (members, "id");
  self->collection = dup_string (members, "collection");
  self->kind = dup_string (members, "kind");
  self->shown = dup_string (members, "shown");
  self->base = dup_body (members, "base");
  self->local = dup_body (members, "local");
  self->server = dup_body (members, "server");

  return g_steal_pointer (&self);
}

const char *
tally_conflict_item_get_id (TallyConflictItem *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_ITEM (self), NULL);

  return self->id;
}

const char *
tally_conflict_item_get_collection (TallyConflictItem *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_ITEM (self), NULL);

  return self->collection;
}

const char *
tally_conflict_item_get_kind (TallyConflictItem *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_ITEM (self), NULL);

  return self->kind;
}

const char *
tally_conflict_item_get_shown (TallyConflictItem *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_ITEM (self), NULL);

  return self->shown;
}

const char *
tally_conflict_item_get_base (TallyConflictItem *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_ITEM (self), NULL);

  return self->base;
}

const char *
tally_conflict_item_get_local (TallyConflictItem *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_ITEM (self), NULL);

  return self->local;
}

const char *
tally_conflict_item_get_server (TallyConflictItem *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_ITEM (self), NULL);

  return self->server;
}

GListModel *
tally_conflict_item_get_fields (TallyConflictItem *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_ITEM (self), NULL);

  return G_LIST_MODEL (self->fields);
}

GPtrArray *
tally_conflict_item_get_versions (TallyConflictItem *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_ITEM (self), NULL);

  return self->versions;
}
