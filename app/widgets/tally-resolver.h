/* tally-resolver.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TALLY_TYPE_RESOLVER (tally_resolver_get_type ())
G_DECLARE_FINAL_TYPE (TallyResolver, tally_resolver, TALLY, RESOLVER, AdwBin)

G_END_DECLS
