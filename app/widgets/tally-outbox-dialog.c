/* tally-outbox-dialog.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-outbox-dialog.h"

#include "tally-give-up.h"
#include "tally-outbox-item.h"
#include "widgets/tally-question-dialog.h"

#include <glib/gi18n.h>

/**
 * TallyOutboxDialog:
 *
 * Lists what was edited here and has not arrived, and why; what was refused can leave again or be
 * given up.
 */
struct _TallyOutboxDialog
{
  AdwWindow    parent_instance;

  TallyOutbox *outbox;      /* owned, nullable */
  GtkListBox  *list;
};

enum
{
  PROP_0,
  PROP_OUTBOX,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyOutboxDialog, tally_outbox_dialog, ADW_TYPE_WINDOW)

static GtkWidget *
create_button (const char *icon_name,
               const char *words,
               const char *action,
               const char *id)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon_name);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", id);
  gtk_widget_add_css_class (button, "flat");

  return button;
}

/* How a row of each lane looks, and how it leaves. */
static const struct
{
  const char *icon_name;
  const char *button_icon_name;
  const char *words;
  const char *action;
} ways[] = {
  [TALLY_OUTBOX_REFUSED] = { "action-unavailable-symbolic", "view-refresh-symbolic",
                             N_("Send Again"), "outbox.retry" },
  [TALLY_OUTBOX_HELD] = { "media-playback-pause-symbolic", "media-playback-start-symbolic",
                          N_("Let It Leave"), "outbox.release" },
  [TALLY_OUTBOX_WAITING] = { "document-send-symbolic", "go-up-symbolic",
                             N_("Send This One Now"), "outbox.send" },
};

static GtkWidget *
create_row (gpointer item,
            gpointer user_data)
{
  GtkWidget *row = adw_action_row_new ();
  TallyOutboxLane lane = tally_outbox_item_get_lane (item);
  const char *id = tally_outbox_item_get_id (item);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), id);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), tally_outbox_item_get_detail (item));
  adw_action_row_set_icon_name (ADW_ACTION_ROW (row), ways[lane].icon_name);
  if (tally_outbox_item_can_leave (item))
    adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                               create_button (ways[lane].button_icon_name, _(ways[lane].words),
                                              ways[lane].action, id));
  if (lane == TALLY_OUTBOX_REFUSED)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                               create_button ("user-trash-symbolic", _("Give Up the Edit…"),
                                              "outbox.give-up", id));

  return row;
}

static void
retry_action (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  tally_outbox_retry (TALLY_OUTBOX_DIALOG (widget)->outbox, g_variant_get_string (parameter, NULL));
}

static void
release_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  tally_outbox_release (TALLY_OUTBOX_DIALOG (widget)->outbox,
                        g_variant_get_string (parameter, NULL));
}

static void
send_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  tally_outbox_send (TALLY_OUTBOX_DIALOG (widget)->outbox, g_variant_get_string (parameter, NULL));
}

static void
give_up_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  TallyOutbox *outbox = TALLY_OUTBOX_DIALOG (widget)->outbox;

  tally_question_dialog_present (GTK_WINDOW (widget), _("Give Up an Edit"),
                                 tally_give_up_new (tally_outbox_get_sync (outbox),
                                                    g_variant_get_string (parameter, NULL)));
}

static void
send_cb (TallyOutboxDialog *self)
{
  tally_outbox_send (self->outbox, NULL);
}

static gboolean
has_text_cb (TallyOutboxDialog *self,
             const char        *text)
{
  return text != NULL && *text != '\0';
}

static void
tally_outbox_dialog_dispose (GObject *object)
{
  TallyOutboxDialog *self = TALLY_OUTBOX_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), TALLY_TYPE_OUTBOX_DIALOG);
  g_clear_object (&self->outbox);

  G_OBJECT_CLASS (tally_outbox_dialog_parent_class)->dispose (object);
}

static void
tally_outbox_dialog_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  if (prop_id == PROP_OUTBOX)
    g_value_set_object (value, TALLY_OUTBOX_DIALOG (object)->outbox);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_outbox_dialog_class_init (TallyOutboxDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tally_outbox_dialog_dispose;
  object_class->get_property = tally_outbox_dialog_get_property;

  properties[PROP_OUTBOX] =
    g_param_spec_object ("outbox", NULL, NULL, TALLY_TYPE_OUTBOX,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_install_action (widget_class, "outbox.retry", "s", retry_action);
  gtk_widget_class_install_action (widget_class, "outbox.release", "s", release_action);
  gtk_widget_class_install_action (widget_class, "outbox.send", "s", send_action);
  gtk_widget_class_install_action (widget_class, "outbox.give-up", "s", give_up_action);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/tallystick/Tallystick/widgets/tally-outbox-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, TallyOutboxDialog, list);
  gtk_widget_class_bind_template_callback (widget_class, send_cb);
  gtk_widget_class_bind_template_callback (widget_class, has_text_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
tally_outbox_dialog_init (TallyOutboxDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
tally_outbox_dialog_present (GtkWindow    *parent,
                             TallyBusSync *sync,
                             TallyClock   *clock)
{
  TallyOutboxDialog *self = g_object_new (TALLY_TYPE_OUTBOX_DIALOG, "transient-for", parent, NULL);
  g_autoptr (GListModel) items = NULL;

  self->outbox = tally_outbox_new (sync, clock);
  g_object_get (self->outbox, "items", &items, NULL);
  gtk_list_box_bind_model (self->list, items, create_row, NULL, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OUTBOX]);
  tally_outbox_load (self->outbox);
  gtk_window_present (GTK_WINDOW (self));
}
