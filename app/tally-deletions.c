/* tally-deletions.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-deletions.h"

#include "tally-wording.h"

#include "base/tally-json-text.h"

#include <glib/gi18n.h>

/* Nobody reads more rows than this before he decides; the sentence says how many there are. */
#define MAX_ROWS 500

/**
 * TallyDeletions:
 *
 * The question whether what happened to unusually many records was meant. One question after the
 * other; nothing is asked when there is none. Main thread.
 */
struct _TallyDeletions
{
  TallyQuestion  parent_instance;

  TallyBusSync  *sync;          /* owned */
  char          *collection;    /* owned, nullable: of the question */
  char          *side;          /* owned, nullable */
  guint          n_records;
  guint          n_total;
  guint          mark;          /* of the question as it is shown */
};

G_DEFINE_FINAL_TYPE (TallyDeletions, tally_deletions, TALLY_TYPE_QUESTION)

/* How each kind of question is put, but for what has numbers in it. */
static const struct
{
  const char *side;
  const char *detail;   /* marked */
  const char *keep;     /* marked */
} words[] = {
  { "server",
    N_("Nothing was deleted on this computer. If it was a mistake, keep the records: they come back on "
       "the server. If it was meant, delete them here, too."),
    N_("_Keep the Records") },
  { "local",
    N_("The server was not told. If it was a mistake, take it back. If it was meant, delete them on the "
       "server, too."),
    N_("_Take It Back") },
  { "alike",
    N_("The server was not told. If it was a mistake, take the changes back. If it was meant, send "
       "them."),
    N_("_Take It Back") },
  { "merged",
    N_("They were merged, and the server was not told. If that is a mistake, keep what the server "
       "has: your versions stay in the history. Otherwise send the merged ones."),
    N_("_Keep the Server’s") },
};

static guint
find_words (TallyDeletions *self)
{
  guint i = 0;

  while (i + 1 < G_N_ELEMENTS (words) && g_strcmp0 (words[i].side, self->side) != 0)
    i++;

  return i;
}

static char *
make_question (TallyDeletions *self)
{
  g_autofree char *n_records = tally_wording_number (self->n_records);
  g_autofree char *n_total = tally_wording_number (self->n_total);

  /* Translators: a number, a number, the name of a collection */
  switch (find_words (self))
    {
    case 0:
      return g_strdup_printf (_("%s of %s records of “%s” were deleted on the server"), n_records,
                              n_total, self->collection);
    case 1:
      return g_strdup_printf (_("%s of %s records of “%s” were deleted on this computer"), n_records,
                              n_total, self->collection);
    case 2:
      return g_strdup_printf (_("%s of %s records of “%s” were changed here in the same way"),
                              n_records, n_total, self->collection);
    default:
      return g_strdup_printf (_("%s of %s records of “%s” were changed on both sides"), n_records,
                              n_total, self->collection);
    }
}

static char *
make_confirm_label (TallyDeletions *self)
{
  g_autofree char *n_records = tally_wording_number (self->n_records);

  switch (find_words (self))
    {
    case 0:
      return g_strdup_printf (ngettext ("_Delete %s Record Here", "_Delete %s Records Here",
                                        self->n_records), n_records);
    case 1:
      return g_strdup_printf (ngettext ("_Delete %s Record There", "_Delete %s Records There",
                                        self->n_records), n_records);
    default:
      return g_strdup_printf (ngettext ("_Send %s Record", "_Send %s Records", self->n_records),
                              n_records);
    }
}

static void
ask (TallyDeletions *self)
{
  TallyQuestion *question = TALLY_QUESTION (self);
  g_autofree char *heading = make_question (self);
  g_autofree char *confirm = make_confirm_label (self);
  guint i = find_words (self);

  tally_question_offer (question, TALLY_ANSWER_FIRST, _(words[i].keep), TALLY_ANSWER_SUGGESTED);
  tally_question_offer (question, TALLY_ANSWER_SECOND, confirm, TALLY_ANSWER_DESTRUCTIVE);
  tally_question_ask (question, heading, _(words[i].detail));
}

/* A row: the id, then what was in the record. */
static char *
make_row (const char *document)
{
  g_autoptr (GArray) members = tally_json_text_members (document, -1, NULL);
  const TallyJsonMember *id = members != NULL ? tally_json_members_find (members, "_id") : NULL;
  g_autofree char *name = id != NULL ? tally_json_span_dup_string (&id->value, NULL) : NULL;
  const char *rest;

  if (name == NULL)
    return g_strdup (document);

  rest = id->value.text + id->value.length;

  return g_strdup_printf ("%s   {%s", name, *rest == ',' ? rest + 1 : rest);
}

/* A call keeps what it is for alive: nobody may be looking any more when it is answered. */
static void
records_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (TallyDeletions) self = user_data;
  g_autoptr (GVariant) rows = NULL;
  g_autoptr (GError) error = NULL;

  tally_bus_sync_call_list_guarded_finish (TALLY_BUS_SYNC (source), &rows, result, &error);
  if (rows == NULL)
    {
      tally_question_set_problem (TALLY_QUESTION (self), error);
      return;
    }

  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      const char *document;
      gint64 number;
      g_autofree char *row = NULL;

      g_variant_get_child (rows, i, "(x&s)", &number, &document);
      row = make_row (document);
      tally_question_add_record (TALLY_QUESTION (self), row);
    }
}

static void
guards_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (TallyDeletions) self = user_data;
  g_autoptr (GVariant) guards = NULL;
  g_autoptr (GError) error = NULL;

  tally_bus_sync_call_list_guards_finish (TALLY_BUS_SYNC (source), &guards, result, &error);
  g_clear_pointer (&self->collection, g_free);
  g_clear_pointer (&self->side, g_free);
  tally_question_clear_records (TALLY_QUESTION (self));
  if (guards == NULL)
    {
      tally_question_set_problem (TALLY_QUESTION (self), error);
      return;
    }

  if (g_variant_n_children (guards) > 0)
    {
      gint64 opened_us;

      g_variant_get_child (guards, 0, "(ssuuxu)", &self->collection, &self->side, &self->n_records,
                           &self->n_total, &opened_us, &self->mark);
      tally_bus_sync_call_list_guarded (self->sync, self->collection, self->side, 0, MAX_ROWS,
                                        NULL, records_cb, g_object_ref (self));
      ask (self);
    }
  else
    tally_question_ask (TALLY_QUESTION (self), "", "");
}

static void
answer_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (TallyDeletions) self = user_data;
  g_autoptr (GError) error = NULL;

  tally_bus_sync_call_answer_guard_finish (TALLY_BUS_SYNC (source), result, &error);
  tally_question_set_problem (TALLY_QUESTION (self), error);
  tally_question_load (TALLY_QUESTION (self));
}

static void
tally_deletions_load (TallyQuestion *question)
{
  TallyDeletions *self = TALLY_DELETIONS (question);

  tally_bus_sync_call_list_guards (self->sync, NULL, guards_cb, g_object_ref (self));
}

static void
tally_deletions_answer (TallyQuestion *question,
                        TallyAnswer    answer)
{
  TallyDeletions *self = TALLY_DELETIONS (question);

  if (self->collection != NULL)
    tally_bus_sync_call_answer_guard (self->sync, self->collection, self->side,
                                      answer == TALLY_ANSWER_FIRST, self->n_records,
                                      self->mark, NULL, answer_cb, g_object_ref (self));
}

static void
tally_deletions_finalize (GObject *object)
{
  TallyDeletions *self = TALLY_DELETIONS (object);

  g_object_unref (self->sync);
  g_free (self->collection);
  g_free (self->side);

  G_OBJECT_CLASS (tally_deletions_parent_class)->finalize (object);
}

static void
tally_deletions_class_init (TallyDeletionsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tally_deletions_finalize;
  TALLY_QUESTION_CLASS (klass)->load = tally_deletions_load;
  TALLY_QUESTION_CLASS (klass)->answer = tally_deletions_answer;
}

static void
tally_deletions_init (TallyDeletions *self)
{
}

/**
 * tally_deletions_new:
 * @sync: the store's holder
 *
 * Returns: (transfer full): what it asks; nothing until it was loaded
 */
TallyQuestion *
tally_deletions_new (TallyBusSync *sync)
{
  TallyDeletions *self = g_object_new (TALLY_TYPE_DELETIONS, NULL);

  self->sync = g_object_ref (sync);

  return TALLY_QUESTION (self);
}
