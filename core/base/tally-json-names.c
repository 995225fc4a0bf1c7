/* tally-json-names.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-base"

#include "base/tally-json-names-private.h"

#include "base/tally-json-text.h"

#include <string.h>

/* Up to this many names are compared pairwise as they come, which is cheapest for the objects
 * people write; a bigger object is sorted once at its end. No hash: a hostile document could
 * make one collide. */
#define N_PAIRWISE 16

typedef struct
{
  TallyJsonSpan  name;      /* as it came, with quotes */
  const char    *text;      /* unescaped; NULL: this entry opened an object */
  gsize          length;    /* of @text; the outer level's index where @text is NULL */
  char          *owned;     /* nullable; @text where it had to be unescaped */
} Entry;

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_free (entry->owned);
}

void
tally_json_names_init (TallyJsonNames *self)
{
  self->entries = g_array_sized_new (FALSE, FALSE, sizeof (Entry), 32);
  g_array_set_clear_func (self->entries, entry_clear);
  self->level = 0;
}

void
tally_json_names_clear (TallyJsonNames *self)
{
  g_clear_pointer (&self->entries, g_array_unref);
}

/* An object begins. */
void
tally_json_names_open (TallyJsonNames *self)
{
  Entry entry = { .length = self->level };

  self->level = self->entries->len;
  g_array_append_val (self->entries, entry);
}

/* A member's name; FALSE when the object has it already (found here for small objects,
 * by close() for big ones). */
gboolean
tally_json_names_add (TallyJsonNames      *self,
                      const TallyJsonSpan *name)
{
  guint first = self->level + 1;
  Entry entry = { .name = *name };

  if (memchr (name->text, '\\', name->length) != NULL)
    {
      GString *bytes = g_string_sized_new (name->length);

      tally_json_span_append_bytes (name, bytes);
      entry.length = bytes->len;
      entry.text = entry.owned = g_string_free (bytes, FALSE);
    }
  else
    {
      entry.text = name->text + 1;
      entry.length = name->length - 2;
    }
  g_array_append_val (self->entries, entry);

  if (self->entries->len - first > N_PAIRWISE)
    return TRUE;

  for (guint i = first; i + 1 < self->entries->len; i++)
    {
      Entry *other = &g_array_index (self->entries, Entry, i);

      if (other->length == entry.length && memcmp (other->text, entry.text, entry.length) == 0)
        return FALSE;
    }

  return TRUE;
}

/* By bytes, then by place, so that of two equal names the later one stands second. */
static int
entry_compare (gconstpointer a,
               gconstpointer b)
{
  const Entry *left = a;
  const Entry *right = b;
  int order = memcmp (left->text, right->text, MIN (left->length, right->length));

  if (order != 0)
    return order;
  if (left->length != right->length)
    return left->length < right->length ? -1 : 1;

  return left->name.text < right->name.text ? -1 : left->name.text > right->name.text;
}

/* The innermost object ends; FALSE when it named a member twice: @twice is the second one. */
gboolean
tally_json_names_close (TallyJsonNames *self,
                        TallyJsonSpan  *twice)
{
  Entry *opening = &g_array_index (self->entries, Entry, self->level);
  Entry *names = opening + 1;
  guint n_names = self->entries->len - self->level - 1;
  guint level = self->level;

  if (n_names > N_PAIRWISE)
    {
      qsort (names, n_names, sizeof (Entry), entry_compare);
      for (guint i = 1; i < n_names; i++)
        if (names[i].length == names[i - 1].length &&
            memcmp (names[i].text, names[i - 1].text, names[i].length) == 0)
          {
            *twice = names[i].name;
            return FALSE;
          }
    }

  self->level = opening->length;
  g_array_set_size (self->entries, level);

  return TRUE;
}
