/* tally-json-node.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-base"

#include "base/tally-json-node.h"

struct _TallyJsonNode
{
  char   *text;      /* owned */
  GArray *members;   /* owned; spans into text */
};

TallyJsonNode *
tally_json_node_new (const char  *text,
                     gssize       length,
                     GError     **error)
{
  g_autoptr (TallyJsonNode) self = g_new0 (TallyJsonNode, 1);

  self->text = length < 0 ? g_strdup (text) : g_strndup (text, length);
  self->members = tally_json_text_members (self->text, -1, error);

  return self->members == NULL ? NULL : g_steal_pointer (&self);
}

void
tally_json_node_free (TallyJsonNode *self)
{
  g_clear_pointer (&self->members, g_array_unref);
  g_free (self->text);
  g_free (self);
}

const char *
tally_json_node_get_text (TallyJsonNode *self)
{
  return self->text;
}

/* Where an answer lacks an object, it lacks what is in it. */
static const TallyJsonMember *
find_member (TallyJsonNode *self,
             const char    *name)
{
  return self != NULL ? tally_json_members_find (self->members, name) : NULL;
}

char *
tally_json_node_dup_raw (TallyJsonNode *self,
                         const char    *name)
{
  const TallyJsonMember *member = find_member (self, name);

  return member == NULL ? NULL : tally_json_span_dup (&member->value);
}

char *
tally_json_node_dup_string (TallyJsonNode *self,
                            const char    *name)
{
  const TallyJsonMember *member = find_member (self, name);

  return member == NULL ? NULL : tally_json_span_dup_string (&member->value, NULL);
}

gint64
tally_json_node_get_int (TallyJsonNode *self,
                         const char    *name)
{
  const TallyJsonMember *member = find_member (self, name);
  gint64 value = 0;

  if (member == NULL || !tally_json_span_get_int (&member->value, &value, NULL))
    return 0;

  return value;
}

gboolean
tally_json_node_get_boolean (TallyJsonNode *self,
                             const char    *name)
{
  g_autofree char *raw = tally_json_node_dup_raw (self, name);

  return g_strcmp0 (raw, "true") == 0;
}

TallyJsonNode *
tally_json_node_get_node (TallyJsonNode *self,
                          const char    *name)
{
  const TallyJsonMember *member = find_member (self, name);

  if (member == NULL || member->value.text[0] != '{')
    return NULL;

  return tally_json_node_new (member->value.text, member->value.length, NULL);
}

GPtrArray *
tally_json_node_list (TallyJsonNode *self,
                      const char    *name)
{
  const TallyJsonMember *member = find_member (self, name);
  GPtrArray *nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_json_node_free);
  g_autoptr (GArray) elements = NULL;

  if (member != NULL && member->value.text[0] == '[')
    elements = tally_json_text_elements (member->value.text, member->value.length, NULL);

  for (guint i = 0; elements != NULL && i < elements->len; i++)
    {
      const TallyJsonSpan *element = &g_array_index (elements, TallyJsonSpan, i);
      TallyJsonNode *node = tally_json_node_new (element->text, element->length, NULL);

      if (node != NULL)
        g_ptr_array_add (nodes, node);
    }

  return nodes;
}
