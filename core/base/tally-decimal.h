/* tally-decimal.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Compares two JSON numbers exactly, whatever their length or exponent: never through a double.
 * 1.0 = 1 = 10e-1, -0.0 = 0. Both texts must be valid JSON numbers. Returns -1, 0 or 1. */
int  tally_decimal_compare (const char *a,
                            gsize       a_length,
                            const char *b,
                            gsize       b_length);

G_END_DECLS
