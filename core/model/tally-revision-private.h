/* tally-revision-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *tally_rev_make (const char *parent_rev,
                      gboolean    deleted,
                      const char *body,
                      const char *attachments) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
