/* tally-question.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-question.h"

#include <gtk/gtk.h>

typedef struct
{
  char             *label;     /* owned */
  gboolean          possible;
  TallyAnswerStyle  style;
} Offer;

typedef struct
{
  char          *question;     /* owned */
  char          *detail;       /* owned */
  char          *problem;      /* owned */
  Offer          offers[2];
  char          *option;       /* owned */
  gboolean       ticked;
  GtkStringList *records;      /* owned */
} TallyQuestionPrivate;

/**
 * TallyQuestion:
 *
 * What a person is told before something is done, the records it is about, and the two ways to go
 * on. Who asks derives from it; who shows it knows no more than this. Main thread.
 *
 * Properties: "question" (the heading; "" while it is not known, and when nothing is asked any
 * more), "detail", "problem" (of the last call, ""), "records" (#GListModel of #GtkStringObject),
 * for either answer "first-label", "first-possible", "first-class" (a style class, "");
 * "option" (what may be ticked besides, "") and "ticked", which whoever shows it writes.
 */
G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (TallyQuestion, tally_question, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_QUESTION,
  PROP_DETAIL,
  PROP_PROBLEM,
  PROP_RECORDS,
  PROP_FIRST_LABEL,
  PROP_FIRST_POSSIBLE,
  PROP_FIRST_CLASS,
  PROP_SECOND_LABEL,
  PROP_SECOND_POSSIBLE,
  PROP_SECOND_CLASS,
  PROP_OPTION,
  PROP_TICKED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static const char *
find_class (TallyAnswerStyle style)
{
  switch (style)
    {
    case TALLY_ANSWER_SUGGESTED:
      return "suggested-action";
    case TALLY_ANSWER_DESTRUCTIVE:
      return "destructive-action";
    case TALLY_ANSWER_PLAIN:
    default:
      return "";
    }
}

static void
tally_question_finalize (GObject *object)
{
  TallyQuestionPrivate *priv = tally_question_get_instance_private (TALLY_QUESTION (object));

  g_free (priv->question);
  g_free (priv->detail);
  g_free (priv->problem);
  for (guint i = 0; i < G_N_ELEMENTS (priv->offers); i++)
    g_free (priv->offers[i].label);
  g_free (priv->option);
  g_object_unref (priv->records);

  G_OBJECT_CLASS (tally_question_parent_class)->finalize (object);
}

static void
tally_question_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  TallyQuestionPrivate *priv = tally_question_get_instance_private (TALLY_QUESTION (object));
  const Offer *offer = &priv->offers[prop_id < PROP_SECOND_LABEL ? TALLY_ANSWER_FIRST
                                                                 : TALLY_ANSWER_SECOND];

  switch (prop_id)
    {
    case PROP_QUESTION:
      g_value_set_string (value, priv->question);
      break;
    case PROP_DETAIL:
      g_value_set_string (value, priv->detail);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, priv->problem);
      break;
    case PROP_RECORDS:
      g_value_set_object (value, priv->records);
      break;
    case PROP_FIRST_LABEL:
    case PROP_SECOND_LABEL:
      g_value_set_string (value, offer->label);
      break;
    case PROP_FIRST_POSSIBLE:
    case PROP_SECOND_POSSIBLE:
      g_value_set_boolean (value, offer->possible);
      break;
    case PROP_FIRST_CLASS:
    case PROP_SECOND_CLASS:
      g_value_set_static_string (value, find_class (offer->style));
      break;
    case PROP_OPTION:
      g_value_set_string (value, priv->option);
      break;
    case PROP_TICKED:
      g_value_set_boolean (value, priv->ticked);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_question_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  TallyQuestionPrivate *priv = tally_question_get_instance_private (TALLY_QUESTION (object));

  if (prop_id == PROP_TICKED)
    priv->ticked = g_value_get_boolean (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
tally_question_class_init (TallyQuestionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  static const struct
  {
    guint       id;
    const char *name;
  } texts[] = {
    { PROP_QUESTION, "question" }, { PROP_DETAIL, "detail" }, { PROP_PROBLEM, "problem" },
    { PROP_FIRST_LABEL, "first-label" }, { PROP_FIRST_CLASS, "first-class" },
    { PROP_SECOND_LABEL, "second-label" }, { PROP_SECOND_CLASS, "second-class" },
    { PROP_OPTION, "option" },
  };

  object_class->finalize = tally_question_finalize;
  object_class->get_property = tally_question_get_property;
  object_class->set_property = tally_question_set_property;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    properties[texts[i].id] = g_param_spec_string (texts[i].name, NULL, NULL, "", flags);
  properties[PROP_FIRST_POSSIBLE] =
    g_param_spec_boolean ("first-possible", NULL, NULL, FALSE, flags);
  properties[PROP_SECOND_POSSIBLE] =
    g_param_spec_boolean ("second-possible", NULL, NULL, FALSE, flags);
  properties[PROP_TICKED] =
    g_param_spec_boolean ("ticked", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_RECORDS] = g_param_spec_object ("records", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_question_init (TallyQuestion *self)
{
  TallyQuestionPrivate *priv = tally_question_get_instance_private (self);

  priv->question = g_strdup ("");
  priv->detail = g_strdup ("");
  priv->problem = g_strdup ("");
  priv->option = g_strdup ("");
  priv->records = gtk_string_list_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (priv->offers); i++)
    priv->offers[i].label = g_strdup ("");
}

void
tally_question_load (TallyQuestion *self)
{
  g_return_if_fail (TALLY_IS_QUESTION (self));

  TALLY_QUESTION_GET_CLASS (self)->load (self);
}

void
tally_question_answer (TallyQuestion *self,
                       TallyAnswer    answer)
{
  TallyQuestionPrivate *priv = tally_question_get_instance_private (self);

  g_return_if_fail (TALLY_IS_QUESTION (self));

  if (priv->offers[answer].possible)
    TALLY_QUESTION_GET_CLASS (self)->answer (self, answer);
}

void
tally_question_offer (TallyQuestion    *self,
                      TallyAnswer       answer,
                      const char       *label,
                      TallyAnswerStyle  style)
{
  TallyQuestionPrivate *priv = tally_question_get_instance_private (self);
  Offer *offer = &priv->offers[answer];
  guint first = answer == TALLY_ANSWER_FIRST ? PROP_FIRST_LABEL : PROP_SECOND_LABEL;

  offer->possible = label != NULL;
  offer->style = style;
  if (label != NULL)
    {
      g_free (offer->label);
      offer->label = g_strdup (label);
    }
  for (guint i = first; i < first + 3; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

void
tally_question_offer_option (TallyQuestion *self,
                             const char    *label)
{
  TallyQuestionPrivate *priv = tally_question_get_instance_private (self);

  g_free (priv->option);
  priv->option = g_strdup (label != NULL ? label : "");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OPTION]);
}

gboolean
tally_question_is_ticked (TallyQuestion *self)
{
  TallyQuestionPrivate *priv = tally_question_get_instance_private (self);

  return priv->ticked;
}

void
tally_question_ask (TallyQuestion *self,
                    const char    *question,
                    const char    *detail)
{
  TallyQuestionPrivate *priv = tally_question_get_instance_private (self);

  g_free (priv->question);
  priv->question = g_strdup (question);
  g_free (priv->detail);
  priv->detail = g_strdup (detail);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DETAIL]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUESTION]);
}

void
tally_question_set_problem (TallyQuestion *self,
                            GError        *error)
{
  TallyQuestionPrivate *priv = tally_question_get_instance_private (self);

  if (error != NULL)
    g_dbus_error_strip_remote_error (error);
  g_free (priv->problem);
  priv->problem = g_strdup (error != NULL ? error->message : "");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

void
tally_question_clear_records (TallyQuestion *self)
{
  TallyQuestionPrivate *priv = tally_question_get_instance_private (self);

  gtk_string_list_splice (priv->records, 0, g_list_model_get_n_items (G_LIST_MODEL (priv->records)),
                          NULL);
}

void
tally_question_add_record (TallyQuestion *self,
                           const char    *row)
{
  TallyQuestionPrivate *priv = tally_question_get_instance_private (self);

  gtk_string_list_append (priv->records, row);
}
