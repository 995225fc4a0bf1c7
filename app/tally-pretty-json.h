/* tally-pretty-json.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-json-scanner.h"

G_BEGIN_DECLS

/**
 * TallyPrettyFunc:
 * @token: what the piece is
 * @start: where it starts in @out, bytes
 * @out: the text so far; the piece ends where it ends
 * @user_data: the caller's
 *
 * Told of every name, string, number and word, so that a view can colour them.
 */
typedef void (*TallyPrettyFunc) (TallyJsonToken  token,
                                 gsize           start,
                                 GString        *out,
                                 gpointer        user_data);

char *tally_pretty_json      (const char      *json) G_GNUC_WARN_UNUSED_RESULT;
char *tally_pretty_json_full (const char      *json,
                              TallyPrettyFunc  func,
                              gpointer         user_data) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
