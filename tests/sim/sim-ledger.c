/* sim-ledger.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-ledger.h"

#include "base/tally-json-text.h"
#include "sim/sim-typing.h"

#include <string.h>

/* A value of one member of one record. */
typedef struct
{
  char     *key;            /* owned */
  char     *member;         /* owned: with its quotes */
  char     *value;          /* owned: what it means, see tally_sim_typing_meaning() */
  gboolean  acknowledged;
  gboolean  replaced;       /* by somebody who had seen it */
} Value;

/* A revision that a user made. */
typedef struct
{
  char     *key;            /* owned */
  char     *rev;            /* owned */
  char     *body;           /* owned; NULL: a tombstone */
  guint     devices;        /* bits of those that made it */
  gboolean  replaced;       /* by the same user, or shown in a settlement */
  gboolean  shown;          /* in a settlement: it must be possible to have it back */
} Made;

struct _TallySimLedger
{
  GPtrArray  *values;       /* owned: Value in the order of writing */
  GHashTable *value_index;  /* owned: "key member value" -> Value (unowned) */
  guint       n_edits;
  GPtrArray  *made;         /* owned: Made in the order of making */
  GHashTable *made_index;   /* owned: "key rev" -> Made (unowned) */
  GHashTable *senders;      /* owned: "key rev" -> bits of the devices that sent it */
  GHashTable *given_up;     /* owned: "key rev" of edits that were discarded */
  GHashTable *contents;     /* owned: "key parent body" -> the one rev that it makes */
  TallySimTrace *trace;     /* unowned */
};

static void
value_free (Value *value)
{
  g_free (value->value);
  g_free (value->member);
  g_free (value->key);
  g_free (value);
}

static void
made_free (Made *made)
{
  g_free (made->body);
  g_free (made->rev);
  g_free (made->key);
  g_free (made);
}

TallySimLedger *
tally_sim_ledger_new (TallySimTrace *trace)
{
  TallySimLedger *self = g_new0 (TallySimLedger, 1);

  self->trace = trace;
  self->contents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  self->values = g_ptr_array_new_with_free_func ((GDestroyNotify) value_free);
  self->value_index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->made = g_ptr_array_new_with_free_func ((GDestroyNotify) made_free);
  self->made_index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->senders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->given_up = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
tally_sim_ledger_free (TallySimLedger *self)
{
  g_hash_table_unref (self->contents);
  g_hash_table_unref (self->senders);
  g_hash_table_unref (self->given_up);
  g_hash_table_unref (self->made_index);
  g_ptr_array_unref (self->made);
  g_hash_table_unref (self->value_index);
  g_ptr_array_unref (self->values);
  g_free (self);
}

static char *
dup_value_name (const char          *key,
                const TallyJsonSpan *member,
                const TallyJsonSpan *value)
{
  g_autofree char *meaning = tally_sim_typing_meaning (value->text, value->length);

  return g_strdup_printf ("%s %.*s %s", key, (int) member->length, member->text, meaning);
}

static Value *
need_value (TallySimLedger        *self,
            const char            *key,
            const TallyJsonMember *member)
{
  g_autofree char *name = dup_value_name (key, &member->name, &member->value);
  Value *value = g_hash_table_lookup (self->value_index, name);

  if (value != NULL)
    return value;

  value = g_new0 (Value, 1);
  value->key = g_strdup (key);
  value->member = tally_json_span_dup (&member->name);
  value->value = tally_sim_typing_meaning (member->value.text, member->value.length);
  g_ptr_array_add (self->values, value);
  g_hash_table_insert (self->value_index, g_steal_pointer (&name), value);

  return value;
}

static GArray *
members_of (const char *body)
{
  GArray *members = tally_json_text_members (body != NULL ? body : "{}", -1, NULL);

  g_assert (members != NULL);

  return members;
}

/* Whether @name has that meaning there. */
static gboolean
holds (GArray     *members,
       const char *name,
       gsize       name_length,
       const char *meaning)
{
  for (guint i = 0; i < members->len; i++)
    {
      const TallyJsonMember *member = &g_array_index (members, TallyJsonMember, i);
      g_autofree char *here = NULL;

      if (member->name.length != name_length ||
          memcmp (member->name.text, name, name_length) != 0)
        continue;

      here = tally_sim_typing_meaning (member->value.text, member->value.length);

      return g_str_equal (here, meaning);
    }

  return FALSE;
}

static void
replace_side (TallySimLedger      *self,
              const TallyRevision *side,
              const char          *body)
{
  g_autoptr (GArray) seen = NULL;
  g_autoptr (GArray) after = NULL;
  g_autofree char *name = NULL;
  Made *made;

  if (side == NULL)
    return;

  name = g_strdup_printf ("%s %s", side->key, side->rev);
  made = g_hash_table_lookup (self->made_index, name);
  if (made != NULL)
    made->replaced = TRUE;

  seen = members_of (side->deleted ? NULL : side->body);
  after = members_of (body);
  for (guint i = 0; i < seen->len; i++)
    {
      const TallyJsonMember *member = &g_array_index (seen, TallyJsonMember, i);
      g_autofree char *meaning = tally_sim_typing_meaning (member->value.text,
                                                           member->value.length);

      if (!holds (after, member->name.text, member->name.length, meaning))
        need_value (self, side->key, member)->replaced = TRUE;
    }
}

void
tally_sim_ledger_replace (TallySimLedger    *self,
                          const TallyRecord *shown,
                          gboolean           all_sides,
                          const char        *key,
                          const char        *body)
{
  g_autoptr (GArray) members = members_of (body);

  for (guint i = 0; i < members->len; i++)
    need_value (self, key, &g_array_index (members, TallyJsonMember, i));

  if (shown == NULL)
    return;

  replace_side (self, shown->local, body);
  if (!all_sides)
    return;

  replace_side (self, shown->base, body);
  replace_side (self, shown->remote, body);
  for (guint i = 0; i < shown->leaves->len; i++)
    replace_side (self, shown->leaves->pdata[i], body);
}

static void
keep_side (TallySimLedger      *self,
           const TallyRevision *side)
{
  g_autofree char *name = side != NULL ? g_strdup_printf ("%s %s", side->key, side->rev) : NULL;
  Made *made = name != NULL ? g_hash_table_lookup (self->made_index, name) : NULL;

  if (made != NULL)
    made->shown = TRUE;
}

void
tally_sim_ledger_settle (TallySimLedger    *self,
                         const TallyRecord *shown)
{
  keep_side (self, shown->local);
  keep_side (self, shown->remote);
  for (guint i = 0; i < shown->leaves->len; i++)
    keep_side (self, shown->leaves->pdata[i]);
}

static gboolean
is_shown (const TallyRecord   *shown,
          const TallyRevision *revision)
{
  return shown != NULL &&
         (tally_revision_is_same (shown->local, revision) ||
          tally_revision_is_same (shown->base, revision) ||
          tally_revision_is_same (shown->remote, revision));
}

void
tally_sim_ledger_acknowledge (TallySimLedger      *self,
                              guint                device,
                              const TallyRecord   *shown,
                              const char          *key,
                              const TallyRevision *made)
{
  g_autoptr (GArray) members = NULL;
  g_autofree char *name = NULL;
  Made *entry;

  self->n_edits++;
  if (made == NULL || is_shown (shown, made))
    return;

  members = members_of (made->deleted ? NULL : made->body);
  for (guint i = 0; i < members->len; i++)
    need_value (self, key, &g_array_index (members, TallyJsonMember, i))->acknowledged = TRUE;

  name = g_strdup_printf ("%s %s", key, made->rev);
  entry = g_hash_table_lookup (self->made_index, name);
  if (entry == NULL)
    {
      entry = g_new0 (Made, 1);
      entry->key = g_strdup (key);
      entry->rev = g_strdup (made->rev);
      entry->body = g_strdup (made->deleted ? NULL : made->body);
      g_ptr_array_add (self->made, entry);
      g_hash_table_insert (self->made_index, g_steal_pointer (&name), entry);
    }
  entry->devices |= 1u << device;
  entry->replaced = FALSE;
}

/* The same edit on the same revision is one revision, whoever makes it. Foreign ones are passed
 * on with the names they came with; and where the line is not known, the edit is not either. */
static void
check_name (TallySimLedger      *self,
            const TallyRevision *sent)
{
  g_autofree char *content = g_strdup_printf ("%s %s %s", sent->key,
                                              sent->ancestors[0] != NULL ? sent->ancestors[0] : "-",
                                              sent->deleted ? TALLY_SIM_LEDGER_DELETED : sent->body);
  g_autofree char *name = g_strdup_printf ("%s %s", sent->key, sent->rev);
  const Made *made = g_hash_table_lookup (self->made_index, name);
  const char *known = g_hash_table_lookup (self->contents, content);

  if ((made != NULL && (made->devices & 1u << TALLY_SIM_FOREIGNER) != 0) ||
      (sent->ancestors[0] == NULL && tally_rev_generation (sent->rev) > 1))
    return;
  if (known == NULL)
    g_hash_table_insert (self->contents, g_steal_pointer (&content), g_strdup (sent->rev));
  else if (!g_str_equal (known, sent->rev))
    tally_sim_trace_fail (self->trace, "one edit of %s is two revisions: %s, %s", sent->key, known,
                          sent->rev);
}

static void
add_sender (TallySimLedger *self,
            guint           actor,
            const char     *key,
            const char     *rev)
{
  char *name = g_strdup_printf ("%s %s", key, rev);
  guint senders = GPOINTER_TO_UINT (g_hash_table_lookup (self->senders, name)) | 1u << actor;

  g_hash_table_insert (self->senders, name, GUINT_TO_POINTER (senders));
}

void
tally_sim_ledger_note_sent (TallySimLedger *self,
                            guint           device,
                            GBytes         *batch)
{
  gsize length;
  const char *text = g_bytes_get_data (batch, &length);
  g_autoptr (GArray) members = tally_json_text_members (text, (gssize) length, NULL);
  const TallyJsonMember *docs = members != NULL ? tally_json_members_find (members, "docs") : NULL;
  g_autoptr (GArray) list = NULL;

  if (docs == NULL)
    return;

  list = tally_json_text_elements (docs->value.text, docs->value.length, NULL);
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const TallyJsonSpan *span = &g_array_index (list, TallyJsonSpan, i);
      g_autoptr (TallyRevision) sent = tally_revision_parse (span->text, span->length, NULL);

      if (sent == NULL || sent->rev == NULL)
        continue;
      check_name (self, sent);
      add_sender (self, device, sent->key, sent->rev);
    }
}

guint
tally_sim_ledger_get_n_edits (TallySimLedger *self)
{
  return self->n_edits;
}

void
tally_sim_ledger_note_written (TallySimLedger *self,
                               guint           actor,
                               GBytes         *answer)
{
  gsize length;
  const char *text = g_bytes_get_data (answer, &length);
  g_autoptr (GArray) members = tally_json_text_members (text, (gssize) length, NULL);
  const TallyJsonMember *id = members != NULL ? tally_json_members_find (members, "id") : NULL;
  const TallyJsonMember *rev = members != NULL ? tally_json_members_find (members, "rev") : NULL;
  g_autofree char *key = id != NULL ? tally_json_span_dup_string (&id->value, NULL) : NULL;
  g_autofree char *made = rev != NULL ? tally_json_span_dup_string (&rev->value, NULL) : NULL;

  if (key != NULL && made != NULL)
    add_sender (self, actor, key, made);
}

gboolean
tally_sim_ledger_has_sent (TallySimLedger      *self,
                           guint                device,
                           const TallyRevision *revision)
{
  g_autofree char *name = g_strdup_printf ("%s %s", revision->key, revision->rev);

  return (GPOINTER_TO_UINT (g_hash_table_lookup (self->senders, name)) & 1u << device) != 0;
}

void
tally_sim_ledger_give_up (TallySimLedger    *self,
                          const TallyRecord *record)
{
  const TallyRevision *local = record->local;
  const char *rev = local != NULL ? local->rev : NULL;

  for (guint i = 0; rev != NULL; rev = local->ancestors[i++])
    {
      if (record->remote != NULL && g_str_equal (rev, record->remote->rev))
        return;
      g_hash_table_add (self->given_up, g_strdup_printf ("%s %s", record->key, rev));
    }
}

/* Whether all revisions of @tip's line that @other's line lacks were made by @device alone. */
static gboolean
is_own_line (TallySimLedger      *self,
             guint                device,
             const TallyRevision *tip,
             const TallyRevision *other)
{
  const char *common = tally_revision_common (tip, other);
  const char *rev = tip->rev;

  /* All tombstones of a revision are one, and the engines make some as well. */
  if (tip->deleted)
    return FALSE;

  for (guint i = 0; rev != NULL && g_strcmp0 (rev, common) != 0; rev = tip->ancestors[i++])
    {
      g_autofree char *name = g_strdup_printf ("%s %s", tip->key, rev);
      Made *made = g_hash_table_lookup (self->made_index, name);

      guint senders = GPOINTER_TO_UINT (g_hash_table_lookup (self->senders, name));

      if (made == NULL || made->devices != 1u << device || (senders & ~(1u << device)) != 0 ||
          g_hash_table_contains (self->given_up, name))
        return FALSE;
    }

  return TRUE;
}

gboolean
tally_sim_ledger_is_own_conflict (TallySimLedger    *self,
                                  guint              device,
                                  const TallyRecord *record)
{
  g_autoptr (GPtrArray) open = tally_record_open_leaves (record);

  if (record->remote == NULL)
    return FALSE;

  if (record->local != NULL && !tally_revision_is_same (record->local, record->remote) &&
      (!is_own_line (self, device, record->local, record->remote) ||
       !is_own_line (self, device, record->remote, record->local)))
    return FALSE;

  for (guint i = 0; i < open->len; i++)
    if (!is_own_line (self, device, open->pdata[i], record->remote) ||
        !is_own_line (self, device, record->remote, open->pdata[i]))
      return FALSE;

  return TRUE;
}

static void
check_value (TallySimTrace *trace,
             GHashTable    *live,
             const Value   *value)
{
  const char *body = g_hash_table_lookup (live, value->key);
  g_autoptr (GArray) members = NULL;

  if (!value->acknowledged || value->replaced)
    return;

  members = members_of (body);
  if (!holds (members, value->member, strlen (value->member), value->value))
    tally_sim_trace_fail (trace, "lost: %s of %s was %s, nobody replaced it, and it is gone",
                          value->member, value->key, value->value);
}

static void
check_invented (TallySimLedger *self,
                TallySimTrace  *trace,
                const char     *key,
                const char     *body)
{
  g_autoptr (GArray) members = members_of (body);

  for (guint i = 0; i < members->len; i++)
    {
      const TallyJsonMember *member = &g_array_index (members, TallyJsonMember, i);
      g_autofree char *name = dup_value_name (key, &member->name, &member->value);

      if (!g_hash_table_contains (self->value_index, name))
        tally_sim_trace_fail (trace, "invented: %s", name);
    }
}

void
tally_sim_ledger_check (TallySimLedger *self,
                        TallySimTrace  *trace,
                        GHashTable     *live,
                        GHashTable     *kept,
                        GHashTable     *kept_bodies)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (live), (GCompareFunc) g_strcmp0);

  for (guint i = 0; i < self->values->len; i++)
    check_value (trace, live, self->values->pdata[i]);

  for (GList *l = keys; l != NULL; l = l->next)
    check_invented (self, trace, l->data, g_hash_table_lookup (live, l->data));

  for (guint i = 0; i < self->made->len; i++)
    {
      const Made *made = self->made->pdata[i];
      g_autofree char *name = g_strdup_printf ("%s %s", made->key, made->rev);
      const char *body = made->body != NULL ? made->body : TALLY_SIM_LEDGER_DELETED;
      g_autofree char *content = g_strdup_printf ("%s %s", made->key, body);

      if (g_hash_table_contains (kept_bodies, content))
        continue;
      if (made->shown)
        tally_sim_trace_fail (trace, "%s %s was a side of a conflict and cannot be had back", name,
                              body);
      else if (!made->replaced && !g_hash_table_contains (kept, name))
        tally_sim_trace_fail (trace, "forgotten: %s %s is nowhere", name, body);
    }
}
