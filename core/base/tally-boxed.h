/* tally-boxed.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

/* G_DEFINE_BOXED_TYPE for reference-counted values. GLib's own passes the functions through a
 * transparent union, which -Wpedantic refuses. */
#define TALLY_DEFINE_BOXED_TYPE(TypeName, type_name) \
GType \
type_name##_get_type (void) \
{ \
  static gsize type_id = 0; \
\
  if (g_once_init_enter (&type_id)) \
    { \
      GType type = g_boxed_type_register_static (g_intern_static_string (#TypeName), \
                                                 (GBoxedCopyFunc) type_name##_ref, \
                                                 (GBoxedFreeFunc) type_name##_unref); \
\
      g_once_init_leave (&type_id, type); \
    } \
\
  return type_id; \
}
