/* tally-json-scanner.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallyJsonError:
 * @TALLY_JSON_ERROR_SYNTAX: not JSON (RFC 8259)
 * @TALLY_JSON_ERROR_ENCODING: not UTF-8, or a lone surrogate escape where text is needed
 * @TALLY_JSON_ERROR_DUPLICATE: an object names one member twice
 * @TALLY_JSON_ERROR_DEPTH: nested deeper than %TALLY_JSON_MAX_DEPTH where a document is taken in,
 *   than %TALLY_JSON_MAX_NESTING anywhere
 *
 * The message always names the line.
 */
typedef enum
{
  TALLY_JSON_ERROR_SYNTAX,
  TALLY_JSON_ERROR_ENCODING,
  TALLY_JSON_ERROR_DUPLICATE,
  TALLY_JSON_ERROR_DEPTH,
} TallyJsonError;

#define TALLY_JSON_ERROR (tally_json_error_quark ())
GQuark tally_json_error_quark (void);

/* What a document may have: CouchDB and PouchDB Server both take 1,000 levels; nobody's receipts
 * come near. */
#define TALLY_JSON_MAX_DEPTH 1000

/* What can be read at all. A page wraps documents in levels of its own, and one document that is
 * too deep must be refused by itself, not with the page it came in. A bit a level. */
#define TALLY_JSON_MAX_NESTING 10000

typedef enum
{
  TALLY_JSON_TOKEN_END,           /* the text is over and was whole */
  TALLY_JSON_TOKEN_OBJECT_START,
  TALLY_JSON_TOKEN_OBJECT_END,
  TALLY_JSON_TOKEN_ARRAY_START,
  TALLY_JSON_TOKEN_ARRAY_END,
  TALLY_JSON_TOKEN_NAME,          /* a member's name: span with its quotes, escapes as they came */
  TALLY_JSON_TOKEN_STRING,        /* span with its quotes */
  TALLY_JSON_TOKEN_NUMBER,
  TALLY_JSON_TOKEN_TRUE,
  TALLY_JSON_TOKEN_FALSE,
  TALLY_JSON_TOKEN_NULL,
  TALLY_JSON_TOKEN_ERROR,         /* the GError is set */
} TallyJsonToken;

/* A borrowed piece of somebody's text. */
typedef struct
{
  const char *text;    /* not NUL-terminated */
  gsize       length;  /* bytes */
} TallyJsonSpan;

/**
 * TallyJsonScanner:
 *
 * Pull tokenizer over borrowed text: one pass, no recursion, no allocation; the nesting is one
 * bit a level. Checks syntax, UTF-8 and depth; duplicate names are the text form's business.
 * Lives on the stack; init, next … until END or ERROR, clear.
 */
typedef struct
{
  /*< private >*/
  const char *text;
  gsize       length;
  gsize       offset;
  guint       depth;         /* open objects and arrays */
  guint       max_depth;
  int         expect;
  guint8      nesting[TALLY_JSON_MAX_NESTING / 8]; /* bit set: that level is an object */
} TallyJsonScanner;

void            tally_json_scanner_init        (TallyJsonScanner  *self,
                                                const char        *text,
                                                gsize              length);
/* After init: refuses what is nested deeper than @max_depth; TALLY_JSON_MAX_NESTING at first. */
void            tally_json_scanner_set_max_depth
                                               (TallyJsonScanner  *self,
                                                guint              max_depth);
void            tally_json_scanner_clear       (TallyJsonScanner  *self);
TallyJsonToken  tally_json_scanner_next        (TallyJsonScanner  *self,
                                                TallyJsonSpan     *span,
                                                GError           **error);
gboolean        tally_json_scanner_skip_value  (TallyJsonScanner  *self,
                                                TallyJsonSpan     *span,
                                                GError           **error);
/* After a token that next() gave: reads on to the end of the value it began, widens @span. */
gboolean        tally_json_scanner_end_value   (TallyJsonScanner  *self,
                                                TallyJsonToken     token,
                                                TallyJsonSpan     *span,
                                                GError           **error);
guint           tally_json_scanner_get_line    (TallyJsonScanner  *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TallyJsonScanner, tally_json_scanner_clear)

G_END_DECLS
