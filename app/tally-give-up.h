/* tally-give-up.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-question.h"

#include "client/tally-client.h"

G_BEGIN_DECLS

#define TALLY_TYPE_GIVE_UP (tally_give_up_get_type ())
G_DECLARE_FINAL_TYPE (TallyGiveUp, tally_give_up, TALLY, GIVE_UP, TallyQuestion)

/* First: the edit stays. Second: it is given up. */
TallyQuestion *tally_give_up_new (TallyBusSync *sync,
                                  const char   *id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
