/* tally-phase-stepper.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TALLY_TYPE_PHASE_STEPPER (tally_phase_stepper_get_type ())
G_DECLARE_FINAL_TYPE (TallyPhaseStepper, tally_phase_stepper, TALLY, PHASE_STEPPER, GtkWidget)

G_END_DECLS
