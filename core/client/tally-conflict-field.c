/* tally-conflict-field.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-client"

#include "client/tally-conflict-field.h"

struct _TallyConflictField
{
  GObject parent_instance;

  char *pointer;   /* owned */
  char *before;    /* owned, nullable */
  char *local;     /* owned, nullable */
  char *server;    /* owned, nullable */
  char *verdict;   /* owned */
};

enum
{
  PROP_0,
  PROP_POINTER,
  PROP_BEFORE,
  PROP_LOCAL,
  PROP_SERVER,
  PROP_VERDICT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyConflictField, tally_conflict_field, G_TYPE_OBJECT)

static void
tally_conflict_field_finalize (GObject *object)
{
  TallyConflictField *self = TALLY_CONFLICT_FIELD (object);

  g_clear_pointer (&self->pointer, g_free);
  g_clear_pointer (&self->before, g_free);
  g_clear_pointer (&self->local, g_free);
  g_clear_pointer (&self->server, g_free);
  g_clear_pointer (&self->verdict, g_free);

  G_OBJECT_CLASS (tally_conflict_field_parent_class)->finalize (object);
}

static void
tally_conflict_field_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  TallyConflictField *self = TALLY_CONFLICT_FIELD (object);

  switch (prop_id)
    {
    case PROP_POINTER:
      g_value_set_string (value, self->pointer);
      break;
    case PROP_BEFORE:
      g_value_set_string (value, self->before);
      break;
    case PROP_LOCAL:
      g_value_set_string (value, self->local);
      break;
    case PROP_SERVER:
      g_value_set_string (value, self->server);
      break;
    case PROP_VERDICT:
      g_value_set_string (value, self->verdict);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_conflict_field_class_init (TallyConflictFieldClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = tally_conflict_field_finalize;
  object_class->get_property = tally_conflict_field_get_property;

  properties[PROP_POINTER] = g_param_spec_string ("pointer", NULL, NULL, NULL, flags);
  properties[PROP_BEFORE] = g_param_spec_string ("before", NULL, NULL, NULL, flags);
  properties[PROP_LOCAL] = g_param_spec_string ("local", NULL, NULL, NULL, flags);
  properties[PROP_SERVER] = g_param_spec_string ("server", NULL, NULL, NULL, flags);
  properties[PROP_VERDICT] = g_param_spec_string ("verdict", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_conflict_field_init (TallyConflictField *self)
{
}

/**
 * tally_conflict_field_new:
 * @pointer: RFC 6901
 * @before: (nullable): JSON text at the common ancestor
 * @local: (nullable): JSON text on this computer
 * @server: (nullable): JSON text on the server
 * @verdict: who changed it
 */
TallyConflictField *
tally_conflict_field_new (const char *pointer,
                          const char *before,
                          const char *local,
                          const char *server,
                          const char *verdict)
{
  TallyConflictField *self = g_object_new (TALLY_TYPE_CONFLICT_FIELD, NULL);

  self->pointer = g_strdup (pointer);
  self->before = g_strdup (before);
  self->local = g_strdup (local);
  self->server = g_strdup (server);
  self->verdict = g_strdup (verdict);

  return self;
}

const char *
tally_conflict_field_get_pointer (TallyConflictField *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_FIELD (self), NULL);

  return self->pointer;
}

const char *
tally_conflict_field_get_before (TallyConflictField *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_FIELD (self), NULL);

  return self->before;
}

const char *
tally_conflict_field_get_local (TallyConflictField *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_FIELD (self), NULL);

  return self->local;
}

const char *
tally_conflict_field_get_server (TallyConflictField *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_FIELD (self), NULL);

  return self->server;
}

const char *
tally_conflict_field_get_verdict (TallyConflictField *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICT_FIELD (self), NULL);

  return self->verdict;
}
