/* tally-merge-members.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-merge"

#include "merge/tally-merge-private.h"

#include "base/tally-planted.h"

/* A name's pointer. Every name has one of its own, also those RFC 6901 has no characters for:
 * "~2" is not used by it. */
static char *
make_pointer (const TallyJsonSpan *name)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  GString *out = g_string_new ("/");

  tally_json_span_append_bytes (name, bytes);
  for (gsize i = 0; i < bytes->len; i++)
    {
      guchar c = (guchar) bytes->str[i];

      if (c == '~')
        g_string_append (out, "~0");
      else if (c == '/')
        g_string_append (out, "~1");
      else if (c == '\0')
        g_string_append (out, "~2u0000");
      else if (c == 0xed && (guchar) bytes->str[i + 1] >= 0xa0)
        {
          guint surrogate = 0xd000 | ((guint) bytes->str[i + 1] & 0x3f) << 6 |
                            ((guint) bytes->str[i + 2] & 0x3f);

          g_string_append_printf (out, "~2u%04x", surrogate);
          i += 2;
        }
      else
        g_string_append_c (out, (char) c);
    }

  return g_string_free (out, FALSE);
}

static void
member_free (gpointer data)
{
  TallyMergeMember *self = data;

  g_free (self->pointer);
  g_free (self);
}

static void
add_side (GPtrArray  *members,
          GHashTable *by_pointer,
          TallySide   side,
          const char *body)
{
  g_autoptr (GArray) found = body != NULL ? tally_json_text_members (body, -1, NULL) : NULL;

  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      const TallyJsonMember *one = &g_array_index (found, TallyJsonMember, i);
      g_autofree char *pointer = make_pointer (&one->name);
      TallyMergeMember *member = g_hash_table_lookup (by_pointer, pointer);

      if (member == NULL && side == TALLY_SIDE_LOCAL && TALLY_IS_PLANTED (MERGE_DROPS))
        continue;
      if (member == NULL)
        {
          member = g_new0 (TallyMergeMember, 1);
          member->pointer = g_steal_pointer (&pointer);
          g_ptr_array_add (members, member);
          g_hash_table_insert (by_pointer, member->pointer, member);
        }
      member->names[side] = one->name;
      member->values[side] = one->value;
    }
}

static gboolean
sides_equal (const TallyMergeMember *self,
             TallySide               one,
             TallySide               other)
{
  const TallyJsonSpan *a = &self->values[one];
  const TallyJsonSpan *b = &self->values[other];

  if (a->text == NULL || b->text == NULL)
    return a->text == b->text;

  return tally_json_text_equal (a->text, (gssize) a->length, b->text, (gssize) b->length);
}

static void
judge (TallyMergeMember *self,
       gboolean          base_known)
{
  gboolean alike = sides_equal (self, TALLY_SIDE_LOCAL, TALLY_SIDE_SERVER);
  gboolean local_kept = base_known && sides_equal (self, TALLY_SIDE_BASE, TALLY_SIDE_LOCAL);
  gboolean server_kept = base_known && sides_equal (self, TALLY_SIDE_BASE, TALLY_SIDE_SERVER);

  if (alike)
    self->verdict = TALLY_FIELD_EQUAL;
  else if (local_kept)
    self->verdict = TALLY_FIELD_SERVER;
  else if (server_kept || TALLY_IS_PLANTED (LOCAL_WINS))
    self->verdict = TALLY_FIELD_LOCAL;
  else if (TALLY_IS_PLANTED (GREATER_WINS))
    self->verdict = g_strcmp0 (self->values[TALLY_SIDE_LOCAL].text,
                               self->values[TALLY_SIDE_SERVER].text) > 0 ? TALLY_FIELD_LOCAL
                                                                         : TALLY_FIELD_SERVER;
  else
    self->verdict = TALLY_FIELD_CONFLICT;

  self->listed = base_known ? !local_kept || !server_kept : !alike;
}

/* What is known of the base's body; a side that is the base lends its own. A record made again
 * on a tombstone twice has nothing in common: then there is no base. */
static const char *
base_body (const TallyRevision *base,
           const TallyRevision *local,
           const TallyRevision *server)
{
  if (base == NULL || base->deleted)
    return NULL;
  if (base->body != NULL)
    return base->body;
  if (tally_revision_is_same (base, local))
    return local->body;
  if (tally_revision_is_same (base, server))
    return server->body;

  return NULL;
}

/*
 * tally_merge_members:
 *
 * All members of the three bodies, each judged: the server's in their order, then those only the
 * local side has, then those only the base has. A deleted side has no say about members: with
 * one, the other side's are taken as they are.
 */
GPtrArray *
tally_merge_members (const TallyRevision *base,
                     const TallyRevision *local,
                     const TallyRevision *server)
{
  const char *before = base_body (base, local, server);
  GPtrArray *members = g_ptr_array_new_with_free_func (member_free);
  g_autoptr (GHashTable) by_pointer = g_hash_table_new (g_str_hash, g_str_equal);

  add_side (members, by_pointer, TALLY_SIDE_SERVER, server->deleted ? NULL : server->body);
  add_side (members, by_pointer, TALLY_SIDE_LOCAL, local->deleted ? NULL : local->body);
  add_side (members, by_pointer, TALLY_SIDE_BASE, before);

  for (guint i = 0; i < members->len; i++)
    {
      TallyMergeMember *member = members->pdata[i];
      TallySide live = local->deleted ? TALLY_SIDE_SERVER : TALLY_SIDE_LOCAL;

      if (!local->deleted && !server->deleted)
        judge (member, before != NULL);
      else if (local->deleted && server->deleted)
        member->verdict = TALLY_FIELD_EQUAL;
      else
        {
          member->verdict = local->deleted ? TALLY_FIELD_SERVER : TALLY_FIELD_LOCAL;
          member->listed = !sides_equal (member, TALLY_SIDE_BASE, live);
        }
    }

  return members;
}

/* FALSE when the side lacks the member. */
gboolean
tally_merge_member_get (const TallyMergeMember *self,
                        TallySide               side,
                        TallyJsonSpan          *name,
                        TallyJsonSpan          *value)
{
  *name = self->names[side];
  *value = self->values[side];

  return value->text != NULL;
}

/* The side a member comes from without a word from a person; not for a conflict. */
TallySide
tally_merge_member_source (const TallyMergeMember *self)
{
  return self->verdict == TALLY_FIELD_LOCAL ? TALLY_SIDE_LOCAL : TALLY_SIDE_SERVER;
}

/* @body: begins with "{" */
void
tally_merge_append_member (GString             *body,
                           const TallyJsonSpan *name,
                           const char          *value,
                           gssize               length)
{
  if (body->len > 1)
    g_string_append_c (body, ',');
  g_string_append_len (body, name->text, (gssize) name->length);
  g_string_append_c (body, ':');
  g_string_append_len (body, value, length);
}
