/* sim-template.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sim/sim-vfs.h"

G_BEGIN_DECLS

/* A store that another machine has opened once, for disks to begin with: most worlds need none
 * made from nothing, which takes a tenth of their time. Whoever opens it next gets a device id of
 * his own. Made once in a process, the same in every one; not while a world runs. */
const TallySimImage *tally_sim_template_get_store (void);

G_END_DECLS
