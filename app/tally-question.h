/* tally-question.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TALLY_TYPE_QUESTION (tally_question_get_type ())
G_DECLARE_DERIVABLE_TYPE (TallyQuestion, tally_question, TALLY, QUESTION, GObject)

typedef enum
{
  TALLY_ANSWER_FIRST,
  TALLY_ANSWER_SECOND,
} TallyAnswer;

/**
 * TallyAnswerStyle:
 * @TALLY_ANSWER_PLAIN: one way among others
 * @TALLY_ANSWER_SUGGESTED: what most people want
 * @TALLY_ANSWER_DESTRUCTIVE: what cannot be taken back by a click
 */
typedef enum
{
  TALLY_ANSWER_PLAIN,
  TALLY_ANSWER_SUGGESTED,
  TALLY_ANSWER_DESTRUCTIVE,
} TallyAnswerStyle;

/**
 * TallyQuestionClass:
 * @load: asks the store's holder what there is to say; ends with tally_question_ask()
 * @answer: acts on it
 */
struct _TallyQuestionClass
{
  GObjectClass parent_class;

  void (*load)   (TallyQuestion *self);
  void (*answer) (TallyQuestion *self,
                  TallyAnswer    answer);
};

void tally_question_load          (TallyQuestion    *self);
void tally_question_answer        (TallyQuestion    *self,
                                   TallyAnswer       answer);

/* --- for those who ask --- */

/* What is offered; @label NULL: not at the moment, and the button keeps its name. */
void tally_question_offer         (TallyQuestion    *self,
                                   TallyAnswer       answer,
                                   const char       *label,
                                   TallyAnswerStyle  style);
/* What may be ticked besides; @label NULL: nothing. It begins without. */
void tally_question_offer_option  (TallyQuestion    *self,
                                   const char       *label);
gboolean tally_question_is_ticked (TallyQuestion    *self);
/* @question "": nothing is asked any more. */
void tally_question_ask           (TallyQuestion    *self,
                                   const char       *question,
                                   const char       *detail);
/* @error: (nullable): of the last call. */
void tally_question_set_problem   (TallyQuestion    *self,
                                   GError           *error);
void tally_question_clear_records (TallyQuestion    *self);
void tally_question_add_record    (TallyQuestion    *self,
                                   const char       *row);

G_END_DECLS
