/* tally-state-line.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallyStateLine:
 * @headline: what holds, one sentence
 * @detail: what happens next, or ""
 * @icon: a symbolic icon's name
 * @style: CSS class: "success", "warning", "error" or "dim-label"
 * @action: label of the one action that helps; "" for none
 * @action_name: detailed name of that action, e.g. "win.show-page::conflicts"
 *
 * The state as the Overview says it, made of the reason's code and words. Plain data.
 */
typedef struct
{
  char       *headline;
  char       *detail;
  const char *icon;
  const char *style;
  const char *action;
  const char *action_name;
} TallyStateLine;

TallyStateLine *tally_state_line_new  (const char     *reason_json) G_GNUC_WARN_UNUSED_RESULT;
void            tally_state_line_free (TallyStateLine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyStateLine, tally_state_line_free)

G_END_DECLS
