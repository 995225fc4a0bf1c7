/* tally-json-view.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-json-view.h"

struct _TallyJsonView
{
  char   *text;      /* owned */
  GArray *members;   /* owned; spans into text */
};

TallyJsonView *
tally_json_view_new (const char  *text,
                     gssize       length,
                     GError     **error)
{
  g_autoptr (TallyJsonView) self = g_new0 (TallyJsonView, 1);

  self->text = length < 0 ? g_strdup (text) : g_strndup (text, length);
  self->members = tally_json_text_members (self->text, -1, error);

  return self->members == NULL ? NULL : g_steal_pointer (&self);
}

void
tally_json_view_free (TallyJsonView *self)
{
  g_clear_pointer (&self->members, g_array_unref);
  g_free (self->text);
  g_free (self);
}

const char *
tally_json_view_get_text (TallyJsonView *self)
{
  return self->text;
}

char *
tally_json_view_dup_raw (TallyJsonView *self,
                         const char    *name)
{
  const TallyJsonMember *member = tally_json_members_find (self->members, name);

  return member == NULL ? NULL : tally_json_span_dup (&member->value);
}

char *
tally_json_view_dup_string (TallyJsonView *self,
                            const char    *name)
{
  const TallyJsonMember *member = tally_json_members_find (self->members, name);

  return member == NULL ? NULL : tally_json_span_dup_string (&member->value, NULL);
}

gint64
tally_json_view_get_int (TallyJsonView *self,
                         const char    *name)
{
  const TallyJsonMember *member = tally_json_members_find (self->members, name);
  gint64 value = 0;

  if (member == NULL || !tally_json_span_get_int (&member->value, &value, NULL))
    return 0;

  return value;
}

gboolean
tally_json_view_get_boolean (TallyJsonView *self,
                             const char    *name)
{
  g_autofree char *raw = tally_json_view_dup_raw (self, name);

  return g_strcmp0 (raw, "true") == 0;
}

TallyJsonView *
tally_json_view_get_view (TallyJsonView *self,
                          const char    *name)
{
  const TallyJsonMember *member = tally_json_members_find (self->members, name);

  if (member == NULL || member->value.text[0] != '{')
    return NULL;

  return tally_json_view_new (member->value.text, member->value.length, NULL);
}

GPtrArray *
tally_json_view_list (TallyJsonView *self,
                      const char    *name)
{
  const TallyJsonMember *member = tally_json_members_find (self->members, name);
  GPtrArray *views = g_ptr_array_new_with_free_func ((GDestroyNotify) tally_json_view_free);
  g_autoptr (GArray) elements = NULL;

  if (member != NULL && member->value.text[0] == '[')
    elements = tally_json_text_elements (member->value.text, member->value.length, NULL);

  for (guint i = 0; elements != NULL && i < elements->len; i++)
    {
      const TallyJsonSpan *element = &g_array_index (elements, TallyJsonSpan, i);
      TallyJsonView *view = tally_json_view_new (element->text, element->length, NULL);

      if (view != NULL)
        g_ptr_array_add (views, view);
    }

  return views;
}
