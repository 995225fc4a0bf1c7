/* tally-store-guard.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "base/tally-planted.h"
#include "store/tally-store-private.h"

/* What was carried out within this time counts as if it came at once. */
#define LATELY_US (24 * G_TIME_SPAN_HOUR)

static const char * const sides[] = {
  [TALLY_GUARD_SERVER] = "server",
  [TALLY_GUARD_LOCAL] = "local",
  [TALLY_GUARD_ALIKE] = "alike",
  [TALLY_GUARD_MERGED] = "merged",
};

/**
 * tally_guard_side_to_string:
 * @side: where the deletions were made
 *
 * Returns: its word in the file, on the bus and in the terminal
 */
const char *
tally_guard_side_to_string (TallyGuardSide side)
{
  return sides[side];
}

/**
 * tally_guard_side_from_string:
 * @text: a word
 * @side: (out): the side it names
 *
 * Returns: whether it names one
 */
gboolean
tally_guard_side_from_string (const char     *text,
                              TallyGuardSide *side)
{
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      if (g_str_equal (text, sides[i]))
        {
          *side = (TallyGuardSide) i;
          return TRUE;
        }
    }

  return FALSE;
}

void
tally_guard_free (TallyGuard *self)
{
  g_free (self->collection);
  g_free (self);
}

/* What is known of a collection's deletions on one side. */
typedef struct
{
  TallyGuard guard;       /* n_records: that wait; n_total: as the file says */
  gboolean   is_open;
  gint64     answered_us;
  guint      n_allowed;
} Waiting;

static void
waiting_free (gpointer data)
{
  Waiting *self = data;

  g_free (self->guard.collection);
  g_free (self);
}

static GPtrArray *
list_waiting (TallyStore  *self,
              GError     **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (waiting_free);
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "guard-waiting");
  TallyDbStep step;

  while ((step = tally_statement_step (statement, error)) == TALLY_DB_ROW)
    {
      Waiting *waiting = g_new0 (Waiting, 1);

      waiting->guard.collection = g_strdup (tally_statement_get_text (statement, 0));
      tally_guard_side_from_string (tally_statement_get_text (statement, 1),
                                    &waiting->guard.side);
      waiting->guard.n_records = (guint) tally_statement_get_int (statement, 2);
      g_ptr_array_add (list, waiting);
    }

  return step == TALLY_DB_DONE ? g_steal_pointer (&list) : NULL;
}

static gboolean
read_row (TallyStore  *self,
          Waiting     *waiting,
          GError     **error)
{
  g_autoptr (TallyStatement) get = tally_db_statement (self->db, "guard-get");
  TallyDbStep step;

  tally_guard_bind (get, &waiting->guard);
  step = tally_statement_step (get, error);
  if (step != TALLY_DB_ROW)
    return step == TALLY_DB_DONE;

  waiting->guard.opened_us = tally_statement_get_int (get, 0);
  waiting->is_open = tally_statement_is_null (get, 1);
  waiting->answered_us = tally_statement_get_int (get, 1);
  waiting->guard.n_total = (guint) tally_statement_get_int (get, 2);
  waiting->n_allowed = (guint) tally_statement_get_int (get, 3);

  return TRUE;
}

/* How many were carried out lately, and since the last answer: that was about the others. */
static gboolean
count_recent (TallyStore     *self,
              const Waiting  *waiting,
              guint          *n,
              GError        **error)
{
  gint64 after = tally_clock_date_us (self->clock) - LATELY_US;
  g_autoptr (TallyStatement) count = NULL;

  *n = 0;
  if (waiting->guard.side == TALLY_GUARD_LOCAL)
    return TRUE;

  count = tally_db_statement (self->db, "guard-recent");
  tally_statement_bind_text (count, ":collection", waiting->guard.collection);
  tally_statement_bind_int (count, ":after", MAX (after, waiting->answered_us));
  if (tally_statement_step (count, error) != TALLY_DB_ROW)
    return FALSE;

  *n = (guint) tally_statement_get_int (count, 0);

  return TRUE;
}

static gboolean
count_live (TallyStore  *self,
            const char  *collection,
            guint       *n,
            GError     **error)
{
  g_autoptr (TallyStatement) count = tally_db_statement (self->db, "guard-live");

  tally_statement_bind_text (count, ":collection", collection);
  if (tally_statement_step (count, error) != TALLY_DB_ROW)
    return FALSE;

  *n = (guint) tally_statement_get_int (count, 0);

  return TRUE;
}

/* Whether they are too many to go through unasked; *n_total: what there was before them. */
static gboolean
is_suspicious (TallyStore            *self,
               const TallyGuardRule  *rule,
               const Waiting         *waiting,
               gboolean              *suspicious,
               guint                 *n_total,
               GError               **error)
{
  guint n_recent;
  guint n_live;
  guint64 n;

  *suspicious = FALSE;
  if (waiting->guard.n_records <= waiting->n_allowed)
    return TRUE;
  if (!count_recent (self, waiting, &n_recent, error) ||
      !count_live (self, waiting->guard.collection, &n_live, error))
    return FALSE;

  n = (guint64) waiting->guard.n_records + n_recent;
  /* Of the server's deletions those that wait are still live here. */
  *n_total = n_live + n_recent +
             (waiting->guard.side == TALLY_GUARD_LOCAL ? waiting->guard.n_records : 0);
  *suspicious = n >= rule->least && n * 100 > (guint64) rule->share * *n_total;

  return TRUE;
}

gboolean
tally_store_open_guard (TallyStore        *self,
                        const TallyGuard  *guard,
                        guint              n_total,
                        GError           **error)
{
  g_autoptr (TallyStatement) open = tally_db_statement (self->db, "guard-open");

  tally_guard_bind (open, guard);
  tally_statement_bind_int (open, ":opened", tally_clock_date_us (self->clock));
  tally_statement_bind_int (open, ":total", n_total);

  return tally_statement_run (open, error);
}

/* There is no question, and none is to be asked. What is held all the same was in conflict when
 * there was one, so that nobody has said anything of it. */
static gboolean
ask_nothing (TallyStore     *self,
             const Waiting  *waiting,
             GError        **error)
{
  const TallyGuard *guard = &waiting->guard;

  if (guard->side != TALLY_GUARD_SERVER && !tally_store_free_guarded (self, guard, error))
    return FALSE;

  /* What was allowed and is done is used up. */
  return waiting->n_allowed <= guard->n_records ||
         tally_store_close_guard (self, guard, waiting->answered_us, guard->n_records, error);
}

static gboolean
look_at (TallyStore            *self,
         const TallyGuardRule  *rule,
         Waiting               *waiting,
         GError               **error)
{
  const TallyGuard *guard = &waiting->guard;
  gboolean suspicious = FALSE;
  guint n_total = 0;

  if (!read_row (self, waiting, error))
    return FALSE;
  /* Who asks about edits is tally_store_guard_edits(). */
  if (guard->side == TALLY_GUARD_ALIKE || guard->side == TALLY_GUARD_MERGED)
    return waiting->is_open || ask_nothing (self, waiting, error);
  if (!waiting->is_open)
    {
      if (!is_suspicious (self, rule, waiting, &suspicious, &n_total, error))
        return FALSE;
      if (!suspicious)
        return ask_nothing (self, waiting, error);
      if (!tally_store_open_guard (self, guard, n_total, error))
        return FALSE;
    }

  return guard->side == TALLY_GUARD_SERVER || tally_store_hold_guarded (self, guard, error);
}

static gboolean
is_waiting (GPtrArray        *list,
            const TallyGuard *guard)
{
  for (guint i = 0; i < list->len; i++)
    {
      const TallyGuard *other = list->pdata[i];

      if (other->side == guard->side && g_str_equal (other->collection, guard->collection))
        return TRUE;
    }

  return FALSE;
}

static GPtrArray *
list_guards (TallyStore  *self,
             const char  *statement,
             GError     **error)
{
  g_autoptr (GPtrArray) guards = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_guard_free);
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, statement);
  TallyDbStep step;

  while ((step = tally_statement_step (list, error)) == TALLY_DB_ROW)
    {
      TallyGuard *guard = g_new0 (TallyGuard, 1);

      guard->collection = g_strdup (tally_statement_get_text (list, 0));
      tally_guard_side_from_string (tally_statement_get_text (list, 1), &guard->side);
      guard->opened_us = tally_statement_get_int (list, 2);
      guard->n_total = (guint) tally_statement_get_int (list, 3);
      g_ptr_array_add (guards, guard);
    }

  return step == TALLY_DB_DONE ? g_steal_pointer (&guards) : NULL;
}

/* Of those guards: what nothing waits for any more. */
static gboolean
close_empty (TallyStore  *self,
             GPtrArray   *guards,
             GPtrArray   *waiting,
             GError     **error)
{
  for (guint i = 0; i < guards->len; i++)
    {
      if (!is_waiting (waiting, guards->pdata[i]) &&
          !tally_store_close_guard (self, guards->pdata[i], tally_clock_date_us (self->clock), 0,
                                    error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
look (TallyStore            *self,
      const TallyGuardRule  *rule,
      GError               **error)
{
  g_autoptr (GPtrArray) waiting = list_waiting (self, error);
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (GPtrArray) unspent = NULL;

  if (waiting == NULL)
    return FALSE;

  for (guint i = 0; i < waiting->len; i++)
    {
      if (!look_at (self, rule, waiting->pdata[i], error))
        return FALSE;
    }

  /* A question whose records are all gone another way asks nothing. */
  open = list_guards (self, "guard-list", error);
  unspent = open != NULL ? list_guards (self, "guard-unspent", error) : NULL;

  return unspent != NULL && close_empty (self, open, waiting, error) &&
         close_empty (self, unspent, waiting, error);
}

/* Nothing waits, is asked or allowed: no reason to hold up whoever writes. */
static gboolean
is_idle (TallyStore  *self,
         gboolean    *idle,
         GError     **error)
{
  g_autoptr (GPtrArray) waiting = list_waiting (self, error);
  g_autoptr (GPtrArray) open = waiting != NULL ? list_guards (self, "guard-list", error) : NULL;
  g_autoptr (GPtrArray) unspent = open != NULL ? list_guards (self, "guard-unspent", error) : NULL;

  *idle = unspent != NULL && waiting->len + open->len + unspent->len == 0;

  return unspent != NULL;
}

/**
 * tally_store_guard:
 * @self: a store
 * @rule: how many are too many
 * @error: %TALLY_DB_ERROR
 *
 * Looks at the deletions that wait to be carried out, here and there. Where they are more than a
 * share of their collection, a question is opened: the server's then stay unapplied, those made
 * here are held. Everything else goes on. Deletions that join an open question wait with it.
 *
 * Returns: whether it could be looked at
 */
gboolean
tally_store_guard (TallyStore            *self,
                   const TallyGuardRule  *rule,
                   GError               **error)
{
  gboolean idle;

  if (TALLY_IS_PLANTED (NO_GUARD))
    return TRUE;
  if (!is_idle (self, &idle, error))
    return FALSE;
  if (idle)
    return TRUE;
  if (!tally_db_begin (self->db, error))
    return FALSE;

  if (!look (self, rule, error) || !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  return TRUE;
}

/**
 * tally_store_use_up_answers:
 * @self: a store
 * @error: %TALLY_DB_ERROR
 *
 * Ends the leave to delete that answers gave, where all that they were about is done: it is none
 * for what may be deleted later. Before anything new is taken in.
 *
 * Returns: whether it could be looked at
 */
gboolean
tally_store_use_up_answers (TallyStore  *self,
                            GError     **error)
{
  g_autoptr (GPtrArray) unspent = list_guards (self, "guard-unspent", error);
  g_autoptr (GPtrArray) waiting = NULL;

  if (unspent == NULL || unspent->len == 0)
    return unspent != NULL;

  waiting = list_waiting (self, error);

  return waiting != NULL && close_empty (self, unspent, waiting, error);
}

/* What a question is about, in a number. */
static gboolean
set_mark (TallyStore  *self,
          TallyGuard  *guard,
          GError     **error)
{
  g_autoptr (TallyStatement) list = tally_db_statement (self->db, "guarded");
  TallyDbStep step;

  tally_guard_bind (list, guard);
  tally_statement_bind_int (list, ":after", 0);
  tally_statement_bind_int (list, ":limit", -1);
  guard->mark = 1;
  while ((step = tally_statement_step (list, error)) == TALLY_DB_ROW)
    {
      const char *rev = tally_statement_get_text (list, 1);

      guard->mark = guard->mark * 31 + (guint) tally_statement_get_int (list, 0);
      guard->mark = guard->mark * 31 + (rev != NULL ? g_str_hash (rev) : 0);
    }
  guard->mark = MAX (guard->mark, 1);

  return step == TALLY_DB_DONE;
}

/**
 * tally_store_list_guards:
 * @self: a store
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (element-type TallyGuard): the open questions
 */
GPtrArray *
tally_store_list_guards (TallyStore  *self,
                         GError     **error)
{
  g_autoptr (GPtrArray) open = list_guards (self, "guard-list", error);
  g_autoptr (GPtrArray) waiting = open != NULL ? list_waiting (self, error) : NULL;

  if (waiting == NULL)
    return NULL;

  for (guint i = 0; i < open->len; i++)
    {
      TallyGuard *guard = open->pdata[i];

      for (guint j = 0; j < waiting->len; j++)
        {
          const TallyGuard *counted = waiting->pdata[j];

          if (counted->side == guard->side && g_str_equal (counted->collection, guard->collection))
            guard->n_records = counted->n_records;
        }
      if (!set_mark (self, guard, error))
        return NULL;
    }

  return g_steal_pointer (&open);
}
