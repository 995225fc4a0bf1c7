/* tally-prompt.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether somebody can be asked: standard input and error are a terminal. */
gboolean  tally_prompt_is_possible (void);
/* Asks on standard error and reads a line; without @echo nothing of it is shown. NULL at the end
 * of input. (transfer full) */
char     *tally_prompt_text        (const char *question,
                                    gboolean    echo) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
