/* tally-why.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The answer of Why in words, a line for each reason; NULL when there is none. */
char *tally_why_describe (const char *json) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
