/* tally-value.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether @text can be a field's value; *message (optional) says why not, translated. */
gboolean tally_value_check (const char  *text,
                            char       **message);

G_END_DECLS
