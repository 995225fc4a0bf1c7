/* tally-question-dialog.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "tally-question.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TALLY_TYPE_QUESTION_DIALOG (tally_question_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TallyQuestionDialog, tally_question_dialog, TALLY, QUESTION_DIALOG,
                      AdwWindow)

/* Loads @question (transfer full) and shows itself when there is something to say; goes when
 * nothing is asked any more. @title: already translated. */
void tally_question_dialog_present (GtkWindow     *parent,
                                    const char    *title,
                                    TallyQuestion *question);

G_END_DECLS
