/* tally-give-up.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-give-up.h"

#include <glib/gi18n.h>

/**
 * TallyGiveUp:
 *
 * The question whether an edit that the server refuses is to be given up, with the edit. Main thread.
 */
struct _TallyGiveUp
{
  TallyQuestion  parent_instance;

  TallyBusSync  *sync;          /* owned */
  char          *id;            /* owned */
};

G_DEFINE_FINAL_TYPE (TallyGiveUp, tally_give_up, TALLY_TYPE_QUESTION)

/* A deletion that was refused has no document. */
static void
record_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (TallyGiveUp) self = user_data;
  TallyQuestion *question = TALLY_QUESTION (self);
  g_autofree char *document = NULL;
  g_autofree char *heading = g_strdup_printf (_("Give up the edit of “%s”?"), self->id);

  tally_question_clear_records (question);
  if (tally_bus_sync_call_get_record_finish (TALLY_BUS_SYNC (source), &document, NULL, NULL, result,
                                             NULL))
    tally_question_add_record (question, document);
  tally_question_offer (question, TALLY_ANSWER_FIRST, _("_Keep the Edit"), TALLY_ANSWER_SUGGESTED);
  tally_question_offer (question, TALLY_ANSWER_SECOND, _("_Give It Up"), TALLY_ANSWER_DESTRUCTIVE);
  tally_question_ask (question, heading,
                      _("The record becomes what the server has. The edit stays in the history."));
}

static void
discard_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (TallyGiveUp) self = user_data;
  g_autoptr (GError) error = NULL;

  if (tally_bus_sync_call_discard_finish (TALLY_BUS_SYNC (source), result, &error))
    tally_question_ask (TALLY_QUESTION (self), "", "");
  else
    tally_question_set_problem (TALLY_QUESTION (self), error);
}

static void
tally_give_up_load (TallyQuestion *question)
{
  TallyGiveUp *self = TALLY_GIVE_UP (question);

  tally_bus_sync_call_get_record (self->sync, self->id, NULL, record_cb, g_object_ref (self));
}

static void
tally_give_up_answer (TallyQuestion *question,
                      TallyAnswer    answer)
{
  TallyGiveUp *self = TALLY_GIVE_UP (question);

  if (answer == TALLY_ANSWER_FIRST)
    tally_question_ask (question, "", "");
  else
    tally_bus_sync_call_discard (self->sync, self->id, NULL, discard_cb, g_object_ref (self));
}

static void
tally_give_up_finalize (GObject *object)
{
  TallyGiveUp *self = TALLY_GIVE_UP (object);

  g_object_unref (self->sync);
  g_free (self->id);

  G_OBJECT_CLASS (tally_give_up_parent_class)->finalize (object);
}

static void
tally_give_up_class_init (TallyGiveUpClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tally_give_up_finalize;
  TALLY_QUESTION_CLASS (klass)->load = tally_give_up_load;
  TALLY_QUESTION_CLASS (klass)->answer = tally_give_up_answer;
}

static void
tally_give_up_init (TallyGiveUp *self)
{
}

/**
 * tally_give_up_new:
 * @sync: the store's holder
 * @id: the record
 *
 * Returns: (transfer full): the question
 */
TallyQuestion *
tally_give_up_new (TallyBusSync *sync,
                   const char   *id)
{
  TallyGiveUp *self = g_object_new (TALLY_TYPE_GIVE_UP, NULL);

  self->sync = g_object_ref (sync);
  self->id = g_strdup (id);

  return TALLY_QUESTION (self);
}
