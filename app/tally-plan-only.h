/* tally-plan-only.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-question.h"

#include "client/tally-client.h"

G_BEGIN_DECLS

#define TALLY_TYPE_PLAN_ONLY (tally_plan_only_get_type ())
G_DECLARE_FINAL_TYPE (TallyPlanOnly, tally_plan_only, TALLY, PLAN_ONLY, TallyQuestion)

/* First: the plan is made anew. Second: a run. */
TallyQuestion *tally_plan_only_new (TallyBusSync *sync) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
