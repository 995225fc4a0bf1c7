/* tally-window-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-window.h"

#include "tally-conflicts.h"
#include "tally-health-report.h"
#include "tally-overview.h"
#include "tally-records.h"

#include "base/tally-clock.h"

G_BEGIN_DECLS

/**
 * TallyWindow:
 *
 * The main window: header, pages, and what is to be seen while nobody holds the store. Makes the
 * pages' presentation objects for each connection and offers the actions `win.*`.
 */
struct _TallyWindow
{
  AdwApplicationWindow  parent_instance;

  TallySession         *session;      /* owned */
  TallyClock           *clock;        /* owned */
  TallyOverview        *overview;     /* owned, nullable */
  TallyRecords         *records;      /* owned, nullable */
  TallyConflicts       *conflicts;    /* owned, nullable */
  TallyHealthReport    *health;       /* owned, nullable */

  AdwToastOverlay      *toasts;
  AdwViewStack         *pages;
  AdwViewStackPage     *conflicts_tab;
  GtkWidget            *records_page;
  GtkWidget            *pause;
  guint                 focus_frames;  /* to go on trying to give the page the focus */
};

/* The actions `win.*` (tally-window-actions.c). */
void tally_window_install_actions (GtkWidgetClass *widget_class);

G_END_DECLS
