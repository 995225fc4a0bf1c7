/* tally-resolution-version.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define TALLY_TYPE_RESOLUTION_VERSION (tally_resolution_version_get_type ())
G_DECLARE_FINAL_TYPE (TallyResolutionVersion, tally_resolution_version, TALLY, RESOLUTION_VERSION, GObject)

TallyResolutionVersion *tally_resolution_version_new       (const char             *take,
                                                            const char             *title,
                                                            const char             *body)
                                                            G_GNUC_WARN_UNUSED_RESULT;

const char             *tally_resolution_version_get_take  (TallyResolutionVersion *self);
const char             *tally_resolution_version_get_title (TallyResolutionVersion *self);
const char             *tally_resolution_version_get_text  (TallyResolutionVersion *self);
gboolean                tally_resolution_version_is_live   (TallyResolutionVersion *self);

G_END_DECLS
