/* tally-window-actions.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-window-private.h"

#include "tally-outbox-dialog.h"
#include "tally-question-dialog.h"

#include "tally-deletions.h"
#include "tally-plan-only.h"
#include "tally-undo.h"

#include <glib/gi18n.h>

/* A page that has nothing to focus after as many frames (a third of a second) has nothing. */
#define FOCUS_FRAMES 20

static void
sync_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  tally_session_sync (TALLY_WINDOW (widget)->session, "checked");
}

static void
compare_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  tally_session_sync (TALLY_WINDOW (widget)->session, "compared");
}

static void
pause_action (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  TallyWindow *self = TALLY_WINDOW (widget);
  gboolean paused;

  g_object_get (self->session, "paused", &paused, NULL);
  tally_session_set_paused (self->session, !paused);
}

static void
connect_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  tally_session_connect (TALLY_WINDOW (widget)->session);
}

/* A list makes its rows with the first frame that shows it: only then they can have the focus. */
static gboolean
focus_page_cb (GtkWidget     *widget,
               GdkFrameClock *frame_clock,
               gpointer       user_data)
{
  TallyWindow *self = TALLY_WINDOW (widget);

  if (self->focus_frames > 0 &&
      !gtk_widget_grab_focus (adw_view_stack_get_visible_child (self->pages)))
    {
      self->focus_frames--;
      return G_SOURCE_CONTINUE;
    }

  self->focus_frames = 0;

  return G_SOURCE_REMOVE;
}

static void
show_page_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  TallyWindow *self = TALLY_WINDOW (widget);

  adw_view_stack_set_visible_child_name (self->pages, g_variant_get_string (parameter, NULL));
  if (self->focus_frames == 0)
    gtk_widget_add_tick_callback (widget, focus_page_cb, NULL, NULL);
  self->focus_frames = FOCUS_FRAMES;
}

static void
show_problems_action (GtkWidget  *widget,
                      const char *action_name,
                      GVariant   *parameter)
{
  TallyWindow *self = TALLY_WINDOW (widget);

  if (self->records != NULL)
    tally_records_show (self->records, TRUE, NULL);
  adw_view_stack_set_visible_child_name (self->pages, "records");
}

/* Each question of its own is told by the holder of the store. */
static void
ask_about (GtkWidget       *widget,
           const char      *title,
           TallyQuestion * (*question_new) (TallyBusSync *sync))
{
  TallyClient *client = tally_session_get_client (TALLY_WINDOW (widget)->session);

  if (client != NULL)
    tally_question_dialog_present (GTK_WINDOW (widget), title,
                                   question_new (tally_client_get_proxy (client)));
}

static void
review_deletions_action (GtkWidget  *widget,
                         const char *action_name,
                         GVariant   *parameter)
{
  ask_about (widget, _("Please Decide"), tally_deletions_new);
}

static void
undo_run_action (GtkWidget  *widget,
                 const char *action_name,
                 GVariant   *parameter)
{
  ask_about (widget, _("Undo a Run"), tally_undo_new);
}

static void
show_outbox_action (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  TallyWindow *self = TALLY_WINDOW (widget);
  TallyClient *client = tally_session_get_client (self->session);

  if (client != NULL)
    tally_outbox_dialog_present (GTK_WINDOW (widget), tally_client_get_proxy (client), self->clock);
}

static void
plan_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  ask_about (widget, _("Plan"), tally_plan_only_new);
}

static void
show_collection_action (GtkWidget  *widget,
                        const char *action_name,
                        GVariant   *parameter)
{
  TallyWindow *self = TALLY_WINDOW (widget);

  if (self->records != NULL)
    tally_records_show (self->records, FALSE, g_variant_get_string (parameter, NULL));
  adw_view_stack_set_visible_child_name (self->pages, "records");
}

static void
search_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  TallyWindow *self = TALLY_WINDOW (widget);

  adw_view_stack_set_visible_child_name (self->pages, "records");
  gtk_widget_grab_focus (self->records_page);
}

void
tally_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.sync-now", NULL, sync_action);
  gtk_widget_class_install_action (widget_class, "win.compare", NULL, compare_action);
  gtk_widget_class_install_action (widget_class, "win.show-outbox", NULL, show_outbox_action);
  gtk_widget_class_install_action (widget_class, "win.plan", NULL, plan_action);
  gtk_widget_class_install_action (widget_class, "win.pause", NULL, pause_action);
  gtk_widget_class_install_action (widget_class, "win.connect", NULL, connect_action);
  gtk_widget_class_install_action (widget_class, "win.show-page", "s", show_page_action);
  gtk_widget_class_install_action (widget_class, "win.show-problems", NULL, show_problems_action);
  gtk_widget_class_install_action (widget_class, "win.review-deletions", NULL,
                                   review_deletions_action);
  gtk_widget_class_install_action (widget_class, "win.undo-run", NULL, undo_run_action);
  gtk_widget_class_install_action (widget_class, "win.show-collection", "s",
                                   show_collection_action);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_action);
}
