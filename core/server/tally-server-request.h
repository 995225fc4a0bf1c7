/* tally-server-request.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TallyServerRequest:
 * @method: "GET", "PUT" …
 * @path: the path's segments, decoded: "/shop/a%2Fb" is { "shop", "a/b" }
 * @body: (nullable): as it came, maybe packed
 *
 * A request as the handler sees it, whatever carried it here. Plain value of one owner.
 */
typedef struct
{
  char       *method;
  char      **path;
  GBytes     *body;

  /*< private >*/
  GHashTable *query;     /* name -> value, decoded */
  GHashTable *headers;   /* lower-case name -> value */
} TallyServerRequest;

/* @target: path and query as they stand on the request line. */
TallyServerRequest *tally_server_request_new          (const char                *method,
                                                       const char                *target,
                                                       GError                   **error)
                                                       G_GNUC_WARN_UNUSED_RESULT;
void                tally_server_request_free         (TallyServerRequest        *self);
void                tally_server_request_set_header   (TallyServerRequest        *self,
                                                       const char                *name,
                                                       const char                *value);
void                tally_server_request_set_body     (TallyServerRequest        *self,
                                                       GBytes                    *body);

/* NULL when it did not come. */
const char         *tally_server_request_get_header   (const TallyServerRequest  *self,
                                                       const char                *name);
const char         *tally_server_request_get_query    (const TallyServerRequest  *self,
                                                       const char                *name);
/* "true" or "false"; anything else is a bad request; @value keeps what it had when absent. */
gboolean            tally_server_request_read_boolean (const TallyServerRequest  *self,
                                                       const char                *name,
                                                       gboolean                  *value,
                                                       GError                   **error);
/* A whole number from 0; @value keeps what it had when absent. */
gboolean            tally_server_request_read_int     (const TallyServerRequest  *self,
                                                       const char                *name,
                                                       gint64                    *value,
                                                       GError                   **error);
/* A JSON string; @value keeps what it had when absent. */
gboolean            tally_server_request_read_string  (const TallyServerRequest  *self,
                                                       const char                *name,
                                                       char                     **value,
                                                       GError                   **error);
/* The body's text; an empty one where none came. */
const char         *tally_server_request_get_text     (const TallyServerRequest  *self,
                                                       gsize                     *length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyServerRequest, tally_server_request_free)

G_END_DECLS
