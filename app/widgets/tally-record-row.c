/* tally-record-row.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-record-row.h"

#include "tally-wording.h"

#include "client/tally-record-item.h"

/**
 * TallyRecordRow:
 *
 * One row of the list of records: id and state, the state as icon and word.
 */
struct _TallyRecordRow
{
  AdwBin           parent_instance;

  TallyRecordItem *item;     /* owned, nullable */
  GSignalGroup    *signals;  /* owned */
};

enum
{
  PROP_0,
  PROP_ITEM,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyRecordRow, tally_record_row, ADW_TYPE_BIN)

static char *
state_words_cb (TallyRecordRow *self,
                const char     *state)
{
  return g_strdup (state != NULL && *state != '\0' ? tally_wording_record_state (state) : "");
}

static char *
state_icon_cb (TallyRecordRow *self,
               const char     *state)
{
  return g_strdup (state != NULL && *state != '\0' ? tally_wording_record_icon (state)
                                                   : "content-loading-symbolic");
}

/* The list's own row has no words for a screen reader: its name is what this row shows. */
static void
update_label (TallyRecordRow *self)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *label = NULL;

  if (parent == NULL || self->item == NULL)
    return;

  label = g_strdup_printf ("%s. %s", tally_record_item_get_id (self->item),
                           tally_wording_record_state (tally_record_item_get_state (self->item)));
  gtk_accessible_update_property (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

static void
tally_record_row_dispose (GObject *object)
{
  TallyRecordRow *self = TALLY_RECORD_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_RECORD_ROW);
  g_clear_object (&self->signals);
  g_clear_object (&self->item);

  G_OBJECT_CLASS (tally_record_row_parent_class)->dispose (object);
}

static void
tally_record_row_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  if (prop_id == PROP_ITEM)
    g_value_set_object (value, TALLY_RECORD_ROW (object)->item);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_record_row_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  TallyRecordRow *self = TALLY_RECORD_ROW (object);

  if (prop_id != PROP_ITEM)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  else if (g_set_object (&self->item, g_value_get_object (value)))
    {
      g_signal_group_set_target (self->signals, self->item);
      update_label (self);
      g_object_notify_by_pspec (object, pspec);
    }
}

static void
tally_record_row_class_init (TallyRecordRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tally_record_row_dispose;
  object_class->get_property = tally_record_row_get_property;
  object_class->set_property = tally_record_row_set_property;

  properties[PROP_ITEM] =
    g_param_spec_object ("item", NULL, NULL, TALLY_TYPE_RECORD_ITEM,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/widgets/tally-record-row.ui");
  gtk_widget_class_bind_template_callback (widget_class, state_words_cb);
  gtk_widget_class_bind_template_callback (widget_class, state_icon_cb);
}

static void
tally_record_row_init (TallyRecordRow *self)
{
  self->signals = g_signal_group_new (TALLY_TYPE_RECORD_ITEM);
  g_signal_group_connect_swapped (self->signals, "notify", G_CALLBACK (update_label), self);
  g_signal_connect (self, "notify::parent", G_CALLBACK (update_label), NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
}
