/* tally-json-double.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-json-scanner.h"

G_BEGIN_DECLS

/**
 * TallyBend:
 * @TALLY_BEND_WHOLE: numbers written as digits alone
 * @TALLY_BEND_DECIMAL: those with a point or an exponent
 *
 * Which numbers a program keeps as IEEE 754 doubles, and so not as they were written: JavaScript
 * (PouchDB Server) all of them, CouchDB those with a point or an exponent.
 */
typedef enum
{
  TALLY_BEND_NOTHING = 0,
  TALLY_BEND_WHOLE   = 1 << 0,
  TALLY_BEND_DECIMAL = 1 << 1,
} TallyBend;

/**
 * tally_json_find_bent:
 * @text: valid JSON
 * @length: bytes, or -1 up to the end
 * @bend: the numbers that are kept as doubles
 * @bent: (out) (transfer full) (nullable): as what the first of those that do not keep their value
 *   would come back; "null" for what no double holds
 *
 * Returns: the number itself, borrowed from @text; its text is %NULL where all values stay
 */
TallyJsonSpan tally_json_find_bent (const char *text,
                                    gssize      length,
                                    TallyBend   bend,
                                    char      **bent);

G_END_DECLS
