/* sim-user.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-user.h"

#include "base/tally-json-text.h"

/* Few fields, so that people meet in them. */
static const char * const members[] = { "a", "b", "c", "d" };

struct _TallySimUser
{
  const char     *name;        /* unowned */
  guint           device;
  guint           n_records;
  TallySimBaton  *baton;       /* unowned */
  TallySimTrace  *trace;       /* unowned */
  TallySimLedger *ledger;      /* unowned */
  GRand          *rand;        /* owned */

  guint           n_values;    /* written so far */
};

TallySimUser *
tally_sim_user_new (const char     *name,
                    guint           device,
                    guint           n_records,
                    TallySimBaton  *baton,
                    TallySimTrace  *trace,
                    TallySimLedger *ledger,
                    guint32         seed)
{
  TallySimUser *self = g_new0 (TallySimUser, 1);

  self->name = name;
  self->device = device;
  self->n_records = n_records;
  self->baton = baton;
  self->trace = trace;
  self->ledger = ledger;
  self->rand = g_rand_new_with_seed (seed);

  return self;
}

void
tally_sim_user_free (TallySimUser *self)
{
  g_rand_free (self->rand);
  g_free (self);
}

static gboolean
chance (TallySimUser *self,
        int           percent)
{
  return g_rand_int_range (self->rand, 0, 100) < percent;
}

/* People look before they type; meanwhile what they look at may move. */
static void
look (TallySimUser *self)
{
  if (chance (self, 30))
    tally_sim_baton_sleep (self->baton, g_rand_int_range (self->rand, 1, 3000000));
  else if (chance (self, 50))
    tally_sim_baton_yield (self->baton);
}

/* Nearly always a value of its own; now and then one that others write as well. */
static void
append_value (TallySimUser *self,
              GString      *out)
{
  if (chance (self, 8))
    g_string_append_printf (out, "\"x%d\"", g_rand_int_range (self->rand, 0, 3));
  else
    g_string_append_printf (out, "\"%u-%u\"", self->device, ++self->n_values);
}

static void
append_member (GString             *out,
               const char          *name,
               const TallyJsonSpan *value)
{
  g_string_append_printf (out, "%s\"%s\":", out->len > 1 ? "," : "", name);
  if (value != NULL)
    g_string_append_len (out, value->text, value->length);
}

const char *
tally_sim_user_get_key (guint n)
{
  static const char * const keys[] = {
    "till:0", "a/b%20c+d", "tüll:2 \"x\"", "Till:3", "till:4", "till:5",
  };

  return keys[n % G_N_ELEMENTS (keys)];
}

char *
tally_sim_user_make_edit (TallySimUser *self,
                          const char   *body)
{
  g_autoptr (GArray) now = tally_json_text_members (body, -1, NULL);
  guint first = g_rand_int_range (self->rand, 0, G_N_ELEMENTS (members));
  guint second = chance (self, 25) ? (guint) g_rand_int_range (self->rand, 0, 4) : first;
  GString *out = g_string_new ("{");

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const TallyJsonMember *member = tally_json_members_find (now, members[i]);

      if (i == first || i == second)
        {
          if (member != NULL && chance (self, 10))
            continue;
          append_member (out, members[i], NULL);
          append_value (self, out);
        }
      else if (member != NULL)
        {
          append_member (out, members[i], &member->value);
        }
    }
  g_string_append_c (out, '}');

  return g_string_free (out, FALSE);
}

/* The same values in another order: cosmetic. */
static char *
make_reordered (const char *body)
{
  g_autoptr (GArray) now = tally_json_text_members (body, -1, NULL);
  GString *out = g_string_new ("{");

  for (guint i = now->len; i > 0; i--)
    {
      const TallyJsonMember *member = &g_array_index (now, TallyJsonMember, i - 1);
      g_autofree char *name = tally_json_span_dup_string (&member->name, NULL);

      append_member (out, name, &member->value);
    }
  g_string_append_c (out, '}');

  return g_string_free (out, FALSE);
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
  const char *expected = NULL;

  if (shown != NULL && shown->local != NULL)
    expected = shown->local->rev;

  tally_sim_ledger_replace (self->ledger, shown, FALSE, key, body);
  if (tally_store_put (store, key, body, expected, &made, &local_error))
    {
      tally_sim_trace_add (self->trace, self->name, "put %s %s %.10s", key, body, made->rev);
      tally_sim_ledger_acknowledge (self->ledger, self->device, shown, key, made);
      return TRUE;
    }

  tally_sim_trace_add (self->trace, self->name, "put %s refused", key);
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

  tally_sim_ledger_replace (self->ledger, shown, FALSE, shown->key, NULL);
  if (tally_store_delete (store, shown->key, shown->local->rev, &local_error))
    {
      tally_sim_trace_add (self->trace, self->name, "delete %s", shown->key);
      after = tally_store_get (store, shown->key, NULL);
      if (after != NULL && after->local != NULL && after->local->deleted)
        tally_sim_ledger_acknowledge (self->ledger, self->device, shown, shown->key,
                                      after->local);
      return TRUE;
    }

  tally_sim_trace_add (self->trace, self->name, "delete %s refused", shown->key);
  if (is_refusal (local_error))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
edit (TallySimUser  *self,
      TallyStore    *store,
      GError       **error)
{
  const char *key = tally_sim_user_get_key (g_rand_int_range (self->rand, 0, self->n_records));
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TallyRecord) shown = tally_store_get (store, key, &local_error);
  g_autofree char *body = NULL;
  int what = g_rand_int_range (self->rand, 0, 100);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  /* There is no way to say "only if there is still none": who makes a new one does so at once. */
  if (shown != NULL && shown->local != NULL)
    look (self);

  if (!tally_record_is_live (shown))
    {
      body = tally_sim_user_make_edit (self, "{}");
      return put (self, store, shown, key, body, error);
    }

  if (what < 12)
    return delete (self, store, shown, error);

  if (what < 20 && shown->base != NULL && !shown->base->deleted && shown->base->body != NULL)
    body = g_strdup (shown->base->body);
  else if (what < 26)
    body = make_reordered (shown->local->body);
  else
    body = tally_sim_user_make_edit (self, shown->local->body);

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

  return sides->pdata[g_rand_int_range (self->rand, 0, sides->len)];
}

/* Member by member from either of two sides. */
static char *
mix (TallySimUser *self,
     const char   *one,
     const char   *other)
{
  g_autoptr (GArray) first = tally_json_text_members (one, -1, NULL);
  g_autoptr (GArray) second = tally_json_text_members (other, -1, NULL);
  GString *out = g_string_new ("{");

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const TallyJsonMember *member =
        tally_json_members_find (chance (self, 50) ? first : second, members[i]);

      if (member != NULL)
        append_member (out, members[i], &member->value);
    }
  g_string_append_c (out, '}');

  return g_string_free (out, FALSE);
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

  return chance (self, 20) ? tally_sim_user_make_edit (self, one_body)
                           : mix (self, one_body, other_body);
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

  tally_sim_ledger_replace (self->ledger, shown, TRUE, shown->key, body);
  if (tally_store_settle (store, shown, body, NULL, &made, &local_error))
    {
      tally_sim_trace_add (self->trace, self->name, "settle %s %s %.10s", shown->key,
                           body != NULL ? body : "(delete)", made != NULL ? made->rev : "-");
      tally_sim_ledger_acknowledge (self->ledger, self->device, shown, shown->key, made);
      return TRUE;
    }

  tally_sim_trace_add (self->trace, self->name, "settle %s refused", shown->key);
  if (is_refusal (local_error))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

gboolean
tally_sim_user_settle (TallySimUser  *self,
                       TallyStore    *store,
                       gboolean      *settled,
                       GError       **error)
{
  g_autoptr (GPtrArray) conflicts = tally_store_list_conflicts (store, 0, 100, error);

  *settled = FALSE;
  if (conflicts == NULL)
    return FALSE;
  if (conflicts->len == 0)
    return TRUE;

  *settled = TRUE;

  return settle (self, store,
                 conflicts->pdata[g_rand_int_range (self->rand, 0, conflicts->len)], error);
}

gboolean
tally_sim_user_act (TallySimUser  *self,
                    TallyStore    *store,
                    GError       **error)
{
  gboolean settled;

  if (chance (self, 80))
    return edit (self, store, error);

  return tally_sim_user_settle (self, store, &settled, error);
}
