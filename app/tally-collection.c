/* tally-collection.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-collection.h"

#include "tally-wording.h"

#include <glib/gi18n.h>

/**
 * TallyCollection:
 *
 * One collection on the Overview: its name and its counts, as figures and as one sentence. Main
 * thread; cannot fail.
 */
struct _TallyCollection
{
  GObject parent_instance;

  char  *name;

  guint  n_records;
  guint  n_pending;
  guint  n_conflicts;
};

enum
{
  PROP_0,
  PROP_NAME,
  PROP_SUMMARY,
  PROP_N_PENDING,
  PROP_N_CONFLICTS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyCollection, tally_collection, G_TYPE_OBJECT)

static char *
make_summary (TallyCollection *self)
{
  g_autofree char *number = tally_wording_number (self->n_records);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, ngettext ("%s record", "%s records", self->n_records), number);
  if (self->n_pending > 0)
    {
      g_string_append (text, " · ");
      g_string_append_printf (text, ngettext ("%u waits to be sent", "%u wait to be sent",
                                              self->n_pending), self->n_pending);
    }
  if (self->n_conflicts > 0)
    {
      g_string_append (text, " · ");
      g_string_append_printf (text, ngettext ("%u conflict", "%u conflicts", self->n_conflicts),
                              self->n_conflicts);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
tally_collection_finalize (GObject *object)
{
  TallyCollection *self = TALLY_COLLECTION (object);

  g_clear_pointer (&self->name, g_free);

  G_OBJECT_CLASS (tally_collection_parent_class)->finalize (object);
}

static void
tally_collection_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  TallyCollection *self = TALLY_COLLECTION (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_SUMMARY:
      g_value_take_string (value, make_summary (self));
      break;
    case PROP_N_PENDING:
      g_value_set_uint (value, self->n_pending);
      break;
    case PROP_N_CONFLICTS:
      g_value_set_uint (value, self->n_conflicts);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_collection_class_init (TallyCollectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = tally_collection_finalize;
  object_class->get_property = tally_collection_get_property;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL, flags);
  properties[PROP_N_PENDING] =
    g_param_spec_uint ("n-pending", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_CONFLICTS] =
    g_param_spec_uint ("n-conflicts", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_collection_init (TallyCollection *self)
{
}

TallyCollection *
tally_collection_new (const char *name)
{
  TallyCollection *self = g_object_new (TALLY_TYPE_COLLECTION, NULL);

  self->name = g_strdup (name);

  return self;
}

const char *
tally_collection_get_name (TallyCollection *self)
{
  g_return_val_if_fail (TALLY_IS_COLLECTION (self), NULL);

  return self->name;
}

void
tally_collection_set (TallyCollection *self,
                      guint            n_records,
                      guint            n_pending,
                      guint            n_conflicts)
{
  g_return_if_fail (TALLY_IS_COLLECTION (self));

  if (self->n_records == n_records && self->n_pending == n_pending &&
      self->n_conflicts == n_conflicts)
    return;

  self->n_records = n_records;
  self->n_pending = n_pending;
  self->n_conflicts = n_conflicts;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUMMARY]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_PENDING]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CONFLICTS]);
}
