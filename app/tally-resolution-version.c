/* tally-resolution-version.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-resolution-version.h"

#include "tally-pretty-json.h"

#include <glib/gi18n.h>

/**
 * TallyResolutionVersion:
 *
 * One whole version of a record that can be taken where fields cannot be mixed: a deletion, the
 * same id made twice, a fork on the server. Knows its name, its text laid out for reading and the
 * word Resolve wants for it. Immutable.
 */
struct _TallyResolutionVersion
{
  GObject parent_instance;

  char     *take;     /* base, local, server, 1, 2 … */
  char     *title;
  char     *text;     /* for reading */
  gboolean  live;     /* false: taking it deletes the record */
};

enum
{
  PROP_0,
  PROP_TAKE,
  PROP_TITLE,
  PROP_TEXT,
  PROP_LIVE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyResolutionVersion, tally_resolution_version, G_TYPE_OBJECT)

static void
tally_resolution_version_finalize (GObject *object)
{
  TallyResolutionVersion *self = TALLY_RESOLUTION_VERSION (object);

  g_clear_pointer (&self->take, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->text, g_free);

  G_OBJECT_CLASS (tally_resolution_version_parent_class)->finalize (object);
}

static void
tally_resolution_version_get_property (GObject    *object,
                                       guint       prop_id,
                                       GValue     *value,
                                       GParamSpec *pspec)
{
  TallyResolutionVersion *self = TALLY_RESOLUTION_VERSION (object);

  switch (prop_id)
    {
    case PROP_TAKE:
      g_value_set_string (value, self->take);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    case PROP_LIVE:
      g_value_set_boolean (value, self->live);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_resolution_version_class_init (TallyResolutionVersionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = tally_resolution_version_finalize;
  object_class->get_property = tally_resolution_version_get_property;

  properties[PROP_TAKE] = g_param_spec_string ("take", NULL, NULL, NULL, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  properties[PROP_LIVE] = g_param_spec_boolean ("live", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_resolution_version_init (TallyResolutionVersion *self)
{
}

/**
 * tally_resolution_version_new:
 * @take: what Resolve is told
 * @title: its name, translated
 * @body: (nullable): JSON text; %NULL: the record is deleted in this version
 *
 * Returns: (transfer full): the version
 */
TallyResolutionVersion *
tally_resolution_version_new (const char *take,
                              const char *title,
                              const char *body)
{
  TallyResolutionVersion *self = g_object_new (TALLY_TYPE_RESOLUTION_VERSION, NULL);

  self->take = g_strdup (take);
  self->title = g_strdup (title);
  self->live = body != NULL;
  self->text = body != NULL ? tally_pretty_json (body)
                            : g_strdup (_("The record is deleted in this version."));

  return self;
}

const char *
tally_resolution_version_get_take (TallyResolutionVersion *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION_VERSION (self), NULL);

  return self->take;
}

const char *
tally_resolution_version_get_title (TallyResolutionVersion *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION_VERSION (self), NULL);

  return self->title;
}

const char *
tally_resolution_version_get_text (TallyResolutionVersion *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION_VERSION (self), NULL);

  return self->text;
}

gboolean
tally_resolution_version_is_live (TallyResolutionVersion *self)
{
  g_return_val_if_fail (TALLY_IS_RESOLUTION_VERSION (self), FALSE);

  return self->live;
}
