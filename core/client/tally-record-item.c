/* tally-record-item.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-client"

#include "client/tally-record-item.h"

struct _TallyRecordItem
{
  GObject parent_instance;

  char     *id;           /* owned */
  char     *collection;   /* owned */
  char     *state;        /* owned */
  gboolean  loaded;
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_COLLECTION,
  PROP_STATE,
  PROP_LOADED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyRecordItem, tally_record_item, G_TYPE_OBJECT)

static void
tally_record_item_finalize (GObject *object)
{
  TallyRecordItem *self = TALLY_RECORD_ITEM (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->collection, g_free);
  g_clear_pointer (&self->state, g_free);

  G_OBJECT_CLASS (tally_record_item_parent_class)->finalize (object);
}

static void
tally_record_item_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  TallyRecordItem *self = TALLY_RECORD_ITEM (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_COLLECTION:
      g_value_set_string (value, self->collection);
      break;
    case PROP_STATE:
      g_value_set_string (value, self->state);
      break;
    case PROP_LOADED:
      g_value_set_boolean (value, self->loaded);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_record_item_class_init (TallyRecordItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = tally_record_item_finalize;
  object_class->get_property = tally_record_item_get_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, "", flags);
  properties[PROP_COLLECTION] = g_param_spec_string ("collection", NULL, NULL, "", flags);
  properties[PROP_STATE] = g_param_spec_string ("state", NULL, NULL, "", flags);
  properties[PROP_LOADED] = g_param_spec_boolean ("loaded", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_record_item_init (TallyRecordItem *self)
{
  self->id = g_strdup ("");
  self->collection = g_strdup ("");
  self->state = g_strdup ("");
}

TallyRecordItem *
tally_record_item_new (void)
{
  return g_object_new (TALLY_TYPE_RECORD_ITEM, NULL);
}

static void
set_text (TallyRecordItem  *self,
          char            **text,
          const char       *value,
          guint             prop_id)
{
  if (g_str_equal (*text, value))
    return;

  g_free (*text);
  *text = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

void
tally_record_item_fill (TallyRecordItem *self,
                        const char      *id,
                        const char      *collection,
                        const char      *state)
{
  g_return_if_fail (TALLY_IS_RECORD_ITEM (self));

  g_object_freeze_notify (G_OBJECT (self));
  set_text (self, &self->id, id, PROP_ID);
  set_text (self, &self->collection, collection, PROP_COLLECTION);
  set_text (self, &self->state, state, PROP_STATE);
  if (!self->loaded)
    {
      self->loaded = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

const char *
tally_record_item_get_id (TallyRecordItem *self)
{
  g_return_val_if_fail (TALLY_IS_RECORD_ITEM (self), NULL);

  return self->id;
}

const char *
tally_record_item_get_collection (TallyRecordItem *self)
{
  g_return_val_if_fail (TALLY_IS_RECORD_ITEM (self), NULL);

  return self->collection;
}

const char *
tally_record_item_get_state (TallyRecordItem *self)
{
  g_return_val_if_fail (TALLY_IS_RECORD_ITEM (self), NULL);

  return self->state;
}

gboolean
tally_record_item_is_loaded (TallyRecordItem *self)
{
  g_return_val_if_fail (TALLY_IS_RECORD_ITEM (self), FALSE);

  return self->loaded;
}
