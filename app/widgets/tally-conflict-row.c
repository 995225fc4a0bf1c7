/* tally-conflict-row.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-conflict-row.h"

#include "tally-wording.h"

#include "client/tally-conflict-item.h"

/**
 * TallyConflictRow:
 *
 * One row of the queue: the record and what happened to it.
 */
struct _TallyConflictRow
{
  AdwBin             parent_instance;

  TallyConflictItem *item;     /* owned, nullable */
};

enum
{
  PROP_0,
  PROP_ITEM,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyConflictRow, tally_conflict_row, ADW_TYPE_BIN)

static char *
kind_words_cb (TallyConflictRow *self,
               const char       *kind)
{
  return g_strdup (tally_wording_conflict (kind));
}

/* The list's own row has no words for a screen reader: its name is what this row shows. */
static void
update_label (TallyConflictRow *self)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *label = NULL;

  if (parent == NULL || self->item == NULL)
    return;

  label = g_strdup_printf ("%s. %s", tally_conflict_item_get_id (self->item),
                           tally_wording_conflict (tally_conflict_item_get_kind (self->item)));
  gtk_accessible_update_property (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

static void
tally_conflict_row_dispose (GObject *object)
{
  TallyConflictRow *self = TALLY_CONFLICT_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_CONFLICT_ROW);
  g_clear_object (&self->item);

  G_OBJECT_CLASS (tally_conflict_row_parent_class)->dispose (object);
}

static void
tally_conflict_row_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  if (prop_id == PROP_ITEM)
    g_value_set_object (value, TALLY_CONFLICT_ROW (object)->item);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_conflict_row_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  TallyConflictRow *self = TALLY_CONFLICT_ROW (object);

  if (prop_id != PROP_ITEM)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  else if (g_set_object (&self->item, g_value_get_object (value)))
    {
      update_label (self);
      g_object_notify_by_pspec (object, pspec);
    }
}

static void
tally_conflict_row_class_init (TallyConflictRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tally_conflict_row_dispose;
  object_class->get_property = tally_conflict_row_get_property;
  object_class->set_property = tally_conflict_row_set_property;

  properties[PROP_ITEM] =
    g_param_spec_object ("item", NULL, NULL, TALLY_TYPE_CONFLICT_ITEM,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/widgets/tally-conflict-row.ui");
  gtk_widget_class_bind_template_callback (widget_class, kind_words_cb);
}

static void
tally_conflict_row_init (TallyConflictRow *self)
{
  g_signal_connect (self, "notify::parent", G_CALLBACK (update_label), NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
}
