/* sim-user.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-user.h"

#include "sim/sim-typing.h"

struct _TallySimUser
{
  TallySimUserOptions given;
  const char         *name;    /* unowned */
  TallySimDice        dice;    /* of what is being done */
  guint               n_acts;  /* counts when one begins and when it ends */
  char               *earlier; /* owned, nullable: a body that he typed some time ago */
};

TallySimUser *
tally_sim_user_new (const TallySimUserOptions *options)
{
  TallySimUser *self = g_new0 (TallySimUser, 1);

  self->given = *options;
  self->name = tally_sim_actor_to_string (options->actor);

  return self;
}

void
tally_sim_user_free (TallySimUser *self)
{
  g_free (self->earlier);
  g_free (self);
}

static gboolean
chance (TallySimUser *self,
        int           percent)
{
  return tally_sim_dice_chance (&self->dice, percent);
}

/* People look before they type; meanwhile what they look at may move. */
static void
look (TallySimUser *self)
{
  if (chance (self, 30))
    tally_sim_baton_sleep (self->given.baton, tally_sim_dice_range (&self->dice, 1, 3000000));
  else if (chance (self, 50))
    tally_sim_baton_yield (self->given.baton);
}

/* What the store refuses, because something moved, is not a failure. */
static gboolean
is_refusal (const GError *error)
{
  return error != NULL && error->domain == TALLY_STORE_ERROR &&
         (error->code == TALLY_STORE_ERROR_STALE || error->code == TALLY_STORE_ERROR_NOT_FOUND);
}

static gboolean
put (TallySimUser  *self,
     TallyStore    *store,
     TallyRecord   *shown,
     const char    *key,
     const char    *body,
     GError       **error)
{
  g_autoptr (TallyRevision) made = NULL;
  g_autoptr (GError) local_error = NULL;
  const char *expected = shown != NULL && shown->local != NULL ? shown->local->rev : "";

  tally_sim_ledger_replace (self->given.ledger, shown, FALSE, key, body);
  if (tally_store_put (store, key, body, expected, &made, &local_error))
    {
      tally_sim_trace_add (self->given.trace, self->name, "put %s %.100s %.10s", key, body,
                           made->rev);
      tally_sim_ledger_acknowledge (self->given.ledger, self->given.actor, shown, key, made);
      return TRUE;
    }

  tally_sim_trace_add (self->given.trace, self->name, "put %s refused", key);
  if (is_refusal (local_error))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
delete (TallySimUser  *self,
        TallyStore    *store,
        TallyRecord   *shown,
        GError       **error)
{
  g_autoptr (TallyRecord) after = NULL;
  g_autoptr (GError) local_error = NULL;

  tally_sim_ledger_replace (self->given.ledger, shown, FALSE, shown->key, NULL);
  if (tally_store_delete (store, shown->key, shown->local->rev, &local_error))
    {
      tally_sim_trace_add (self->given.trace, self->name, "delete %s", shown->key);
      after = tally_store_get (store, shown->key, NULL);
      if (after != NULL && after->local != NULL && after->local->deleted)
        tally_sim_ledger_acknowledge (self->given.ledger, self->given.actor, shown, shown->key,
                                      after->local);
      return TRUE;
    }

  tally_sim_trace_add (self->given.trace, self->name, "delete %s refused", shown->key);
  if (is_refusal (local_error))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static const char *
choose_key (TallySimUser *self)
{
  return tally_sim_typing_key ((guint) tally_sim_dice_range (&self->dice, 0,
                                                             (gint32) self->given.n_records));
}

static gboolean
edit (TallySimUser  *self,
      TallyStore    *store,
      GError       **error)
{
  const char *key = choose_key (self);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TallyRecord) shown = tally_store_get (store, key, &local_error);
  g_autofree char *body = NULL;
  int what = tally_sim_dice_range (&self->dice, 0, 100);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  look (self);

  if (!tally_record_is_live (shown))
    {
      body = tally_sim_typing_edit (&self->dice, self->given.actor, "{}");
      return put (self, store, shown, key, body, error);
    }

  if (what < 12)
    return delete (self, store, shown, error);

  if (what < 16 && self->earlier != NULL)
    body = g_strdup (self->earlier);
  else if (what < 22 && shown->base != NULL && !shown->base->deleted && shown->base->body != NULL)
    body = g_strdup (shown->base->body);
  else if (what < 28)
    body = tally_sim_typing_cosmetic (&self->dice, shown->local->body);
  else
    body = tally_sim_typing_edit (&self->dice, self->given.actor, shown->local->body);

  if (self->earlier == NULL || chance (self, 30))
    {
      g_free (self->earlier);
      self->earlier = g_strdup (shown->local->body);
    }

  return put (self, store, shown, key, body, error);
}

/* A side of the conflict, whole. */
static const TallyRevision *
choose_side (TallySimUser *self,
             TallyRecord  *shown)
{
  g_autoptr (GPtrArray) sides = g_ptr_array_new ();

  if (shown->local != NULL)
    g_ptr_array_add (sides, shown->local);
  if (shown->remote != NULL)
    g_ptr_array_add (sides, shown->remote);
  for (guint i = 0; i < shown->leaves->len; i++)
    if (!((TallyRevision *) shown->leaves->pdata[i])->deleted)
      g_ptr_array_add (sides, shown->leaves->pdata[i]);

  return sides->pdata[tally_sim_dice_range (&self->dice, 0, sides->len)];
}

static char *
make_result (TallySimUser *self,
             TallyRecord  *shown)
{
  const TallyRevision *one = choose_side (self, shown);
  const TallyRevision *other = choose_side (self, shown);
  const char *one_body = one->deleted || one->body == NULL ? NULL : one->body;
  const char *other_body = other->deleted || other->body == NULL ? NULL : other->body;

  if (chance (self, 5))
    return NULL;
  if (one_body == NULL || other_body == NULL || chance (self, 50))
    return g_strdup (one_body);

  return chance (self, 20) ? tally_sim_typing_edit (&self->dice, self->given.actor, one_body)
                           : tally_sim_typing_mix (&self->dice, one_body, other_body);
}

static gboolean
settle (TallySimUser  *self,
        TallyStore    *store,
        TallyRecord   *shown,
        GError       **error)
{
  g_autofree char *body = make_result (self, shown);
  g_autoptr (TallyRevision) made = NULL;
  g_autoptr (GError) local_error = NULL;

  look (self);

  tally_sim_ledger_replace (self->given.ledger, shown, TRUE, shown->key, body);
  if (tally_store_settle (store, shown, body, NULL, &made, &local_error))
    {
      tally_sim_trace_add (self->given.trace, self->name, "settle %s %.100s %.10s", shown->key,
                           body != NULL ? body : "(delete)", made != NULL ? made->rev : "-");
      tally_sim_ledger_settle (self->given.ledger, shown);
      tally_sim_ledger_acknowledge (self->given.ledger, self->given.actor, shown, shown->key,
                                    made);
      return TRUE;
    }

  tally_sim_trace_add (self->given.trace, self->name, "settle %s refused", shown->key);
  if (is_refusal (local_error))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
settle_any (TallySimUser  *self,
            TallyStore    *store,
            gboolean      *settled,
            GError       **error)
{
  g_autoptr (GPtrArray) conflicts = tally_store_list_conflicts (store, 0, 100, error);
  gint32 chosen;

  *settled = FALSE;
  if (conflicts == NULL)
    return FALSE;
  if (conflicts->len == 0)
    return TRUE;

  *settled = TRUE;
  chosen = tally_sim_dice_range (&self->dice, 0, (gint32) conflicts->len);

  return settle (self, store, conflicts->pdata[chosen], error);
}

static gboolean
acknowledge_import (TallySimUser  *self,
                    TallyStore    *store,
                    GPtrArray     *documents,
                    GPtrArray     *shown,
                    GError       **error)
{
  for (guint i = 0; i < documents->len; i++)
    {
      const TallyRevision *document = documents->pdata[i];
      g_autoptr (TallyRecord) after = tally_store_get (store, document->key, error);

      if (after == NULL)
        return FALSE;
      /* Others may have gone on from it already; then what they made is theirs. */
      if (after->local != NULL && g_strcmp0 (after->local->body, document->body) == 0)
        tally_sim_ledger_acknowledge (self->given.ledger, self->given.actor, shown->pdata[i],
                                      document->key, after->local);
    }

  return TRUE;
}

/* All of several documents, or none. */
static gboolean
import (TallySimUser  *self,
        TallyStore    *store,
        GError       **error)
{
  g_autoptr (GPtrArray) documents =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tally_revision_unref);
  g_autoptr (GPtrArray) shown = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_record_unref);
  g_autoptr (GError) local_error = NULL;
  gboolean alike = chance (self, 25);   /* a script that writes the same everywhere */
  const TallySimDice first = self->dice;
  TallyImportResult result;

  for (guint i = 0; i < MIN (self->given.n_records, 3); i++)
    {
      const char *key = tally_sim_typing_key (i);
      TallySimDice same = first;
      TallyRecord *record = tally_store_get (store, key, &local_error);
      g_autofree char *body = NULL;

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      g_ptr_array_add (shown, record != NULL ? record : tally_record_new (key));
      record = shown->pdata[i];
      body = tally_sim_typing_edit (alike ? &same : &self->dice, self->given.actor,
                                    tally_record_is_live (record) ? record->local->body : "{}");
      tally_sim_ledger_replace (self->given.ledger, record, FALSE, key, body);
      g_ptr_array_add (documents,
                       tally_revision_new (key, record->local != NULL ? record->local->rev : NULL,
                                           NULL, FALSE, body, NULL));
    }

  if (tally_store_import (store, documents, &result, &local_error))
    {
      tally_sim_trace_add (self->given.trace, self->name, "import: %u new, %u changed",
                           result.n_created, result.n_changed);
      return acknowledge_import (self, store, documents, shown, error);
    }

  tally_sim_trace_add (self->given.trace, self->name, "import refused");
  if (is_refusal (local_error))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
check_store (TallySimUser  *self,
             TallyStore    *store,
             GError       **error)
{
  g_autoptr (GPtrArray) complaints = tally_store_check (store, error);

  for (guint i = 0; complaints != NULL && i < complaints->len; i++)
    tally_sim_trace_fail (self->given.trace, "%s: %s", self->name,
                          (const char *) complaints->pdata[i]);

  return complaints != NULL;
}

/* Somebody reads lists: the numbers beside them must be those of the rows. */
static gboolean
browse (TallySimUser  *self,
        TallyStore    *store,
        GError       **error)
{
  const TallyRecordQuery query = {
    .collection = chance (self, 30) ? "till" : NULL,
    .search = chance (self, 30) ? "x1" : NULL,
    .problems_only = chance (self, 30),
  };
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (GPtrArray) collections = NULL;
  guint n_total = 0;

  rows = tally_store_list_records (store, &query, 0, 100, &n_total, error);
  if (rows == NULL)
    return FALSE;
  if (rows->len != n_total)
    tally_sim_trace_fail (self->given.trace, "%s: a list of %u records says %u", self->name,
                          rows->len, n_total);

  if (chance (self, 20) && !check_store (self, store, error))
    return FALSE;

  collections = tally_store_list_collections (store, error);
  runs = collections != NULL ? tally_store_list_runs (store, 10, error) : NULL;

  return runs != NULL;
}

/* What the server refused: once more as it is, or given up. */
static gboolean
decide_refused (TallySimUser  *self,
                TallyStore    *store,
                const char    *key,
                GError       **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TallyRecord) shown = tally_store_get (store, key, &local_error);
  gboolean again = chance (self, 60);
  gboolean done;
  guint n;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  if (!again && shown != NULL)
    {
      tally_sim_ledger_give_up (self->given.ledger, shown);
      tally_sim_ledger_replace (self->given.ledger, shown, FALSE, key,
                                shown->remote != NULL && !shown->remote->deleted
                                ? shown->remote->body : NULL);
    }
  done = again ? tally_store_retry (store, key, &n, &local_error)
               : tally_store_discard (store, key, &local_error);
  tally_sim_trace_add (self->given.trace, self->name, "%s %s%s", again ? "retries" : "discards",
                       key, done ? "" : " in vain");
  if (done || is_refusal (local_error))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
decide_any_refused (TallySimUser  *self,
                    TallyStore    *store,
                    gboolean      *decided,
                    GError       **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  const TallyOutboxRow *row;

  *decided = FALSE;
  rows = tally_store_list_outbox_rows (store, TALLY_LANE_QUARANTINE, 0, 100, error);
  if (rows == NULL)
    return FALSE;
  if (rows->len == 0)
    return TRUE;

  *decided = TRUE;
  row = rows->pdata[tally_sim_dice_range (&self->dice, 0, (gint32) rows->len)];

  return decide_refused (self, store, row->key, error);
}

static void
replace_kept (TallySimUser     *self,
              const TallyGuard *guard,
              GPtrArray        *records)
{
  for (guint i = 0; i < records->len; i++)
    {
      const TallyRecord *record = records->pdata[i];
      const TallyRevision *back = guard->side == TALLY_GUARD_SERVER ? record->local
                                  : guard->side == TALLY_GUARD_MERGED ? record->remote : record->base;

      tally_sim_ledger_replace (self->given.ledger, record, FALSE, record->key,
                                back != NULL && !back->deleted ? back->body : NULL);
    }
}

static gboolean
acknowledge_kept (TallySimUser  *self,
                  TallyStore    *store,
                  GPtrArray     *records,
                  GError       **error)
{
  for (guint i = 0; i < records->len; i++)
    {
      TallyRecord *shown = records->pdata[i];
      g_autoptr (TallyRecord) after = tally_store_get (store, shown->key, error);

      if (after == NULL)
        return FALSE;
      if (tally_record_is_live (after))
        tally_sim_ledger_acknowledge (self->given.ledger, self->given.actor, shown, shown->key,
                                      after->local);
    }

  return TRUE;
}

/* So many are deleted, or changed: is that meant? */
static gboolean
answer_one (TallySimUser      *self,
            TallyStore        *store,
            const TallyGuard  *guard,
            GError           **error)
{
  gboolean keep = chance (self, 50);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) local_error = NULL;

  records = tally_store_list_guarded (store, guard->collection, guard->side, 0, 1000, error);
  if (records == NULL)
    return FALSE;

  look (self);
  if (keep)
    replace_kept (self, guard, records);
  else
    tally_sim_guard_allow (self->given.guard, guard);

  if (tally_store_answer_guard (store, guard->collection, guard->side, keep, guard->n_records,
                                guard->mark, &local_error))
    {
      tally_sim_trace_add (self->given.trace, self->name, "%s %u of “%s” (%s)",
                           keep ? "undoes" : "confirms", guard->n_records, guard->collection,
                           tally_guard_side_to_string (guard->side));
      return !keep || acknowledge_kept (self, store, records, error);
    }

  if (is_refusal (local_error))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
answer_any (TallySimUser  *self,
            TallyStore    *store,
            gboolean      *answered,
            GError       **error)
{
  g_autoptr (GPtrArray) guards = tally_store_list_guards (store, error);

  *answered = FALSE;
  if (guards == NULL)
    return FALSE;
  if (guards->len == 0)
    return TRUE;

  *answered = TRUE;

  return answer_one (self, store,
                     guards->pdata[tally_sim_dice_range (&self->dice, 0, (gint32) guards->len)],
                     error);
}

gboolean
tally_sim_user_answer (TallySimUser  *self,
                       TallyStore    *store,
                       gboolean      *answered,
                       GError       **error)
{
  self->dice = tally_sim_events_roll (self->given.events, self->given.actor, TALLY_SIM_ACT);

  return answer_any (self, store, answered, error);
}

gboolean
tally_sim_user_settle (TallySimUser  *self,
                       TallyStore    *store,
                       gboolean      *settled,
                       GError       **error)
{
  self->dice = tally_sim_events_roll (self->given.events, self->given.actor, TALLY_SIM_ACT);

  return settle_any (self, store, settled, error);
}

/* As the reason says, where it says how. */
static char *
correct (TallySimUser      *self,
         const TallyRecord *record)
{
  const char *body = tally_record_is_live (record) ? record->local->body : "{}";

  return g_str_equal (record->outbox->reason->code, "bends-value")
         ? tally_sim_typing_quote (body)
         : tally_sim_typing_edit (&self->dice, self->given.actor, body);
}

gboolean
tally_sim_user_retry (TallySimUser  *self,
                      TallyStore    *store,
                      gboolean      *retried,
                      GError       **error)
{
  self->dice = tally_sim_events_roll (self->given.events, self->given.actor, TALLY_SIM_ACT);
  *retried = FALSE;

  for (guint i = 0; i < self->given.n_records; i++)
    {
      const char *key = tally_sim_typing_key (i);
      g_autoptr (TallyRecord) record = tally_store_get (store, key, NULL);
      g_autofree char *body = NULL;

      if (record == NULL || record->outbox == NULL ||
          record->outbox->lane != TALLY_LANE_QUARANTINE)
        continue;

      *retried = TRUE;
      if (chance (self, 50))
        return decide_refused (self, store, key, error);
      body = correct (self, record);

      return put (self, store, record, key, body, error);
    }

  return TRUE;
}

static gboolean
act (TallySimUser  *self,
     TallyStore    *store,
     GError       **error)
{
  gboolean done;
  gint32 what = tally_sim_dice_range (&self->dice, 0, 100);

  if (what < 4)
    return import (self, store, error);
  if (what < 8)
    return browse (self, store, error);
  if (what < 70)
    return edit (self, store, error);

  if (what < 80)
    {
      if (!tally_sim_regret_act (self->given.regret, &self->dice, store, &done, error))
        return FALSE;
      if (done)
        return TRUE;
    }

  if (what < 86)
    {
      if (!answer_any (self, store, &done, error))
        return FALSE;
      if (done)
        return TRUE;
    }
  if (what < 90)
    {
      if (!decide_any_refused (self, store, &done, error))
        return FALSE;
      if (done)
        return TRUE;
    }

  return settle_any (self, store, &done, error);
}

gboolean
tally_sim_user_act (TallySimUser  *self,
                    TallyStore    *store,
                    GError       **error)
{
  gboolean acted;

  if (!tally_sim_events_draw (self->given.events, self->given.actor, TALLY_SIM_ACT, 1000,
                              &self->dice))
    return TRUE;

  self->n_acts++;
  acted = act (self, store, error);
  self->n_acts++;

  return acted;
}

guint
tally_sim_user_get_n_acts (TallySimUser *self)
{
  return self->n_acts;
}
