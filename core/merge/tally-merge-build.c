/* tally-merge-build.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-merge"

#include "config.h"

#include "merge/tally-merge-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static char *
read_value (const char  *pointer,
            const char  *value,
            GError     **error)
{
  g_autoptr (GError) local_error = NULL;
  char *compact = tally_json_text_compact (value, -1, &local_error);

  if (compact == NULL)
    g_set_error (error, TALLY_MERGE_ERROR, TALLY_MERGE_ERROR_BAD_VALUE,
                 _("the value for %s is not JSON: %s"), pointer, local_error->message);

  return compact;
}

static gboolean
append_chosen (GString                 *body,
               const TallyMergeMember  *member,
               const TallyFieldChoice  *choice,
               GError                 **error)
{
  TallyJsonSpan name;
  TallyJsonSpan value;
  g_autofree char *entered = NULL;

  if (choice == NULL && member->verdict == TALLY_FIELD_CONFLICT)
    {
      g_set_error (error, TALLY_MERGE_ERROR, TALLY_MERGE_ERROR_UNDECIDED,
                   _("both sides changed %s: choose one or enter a value"), member->pointer);
      return FALSE;
    }

  if (choice == NULL || choice->value == NULL)
    {
      TallySide side = choice != NULL ? choice->side : tally_merge_member_source (member);

      if (tally_merge_member_get (member, side, &name, &value))
        tally_merge_append_member (body, &name, value.text, (gssize) value.length);
      return TRUE;
    }

  entered = read_value (member->pointer, choice->value, error);
  if (entered == NULL)
    return FALSE;
  for (int side = N_SIDES - 1; side >= 0; side--)
    if (tally_merge_member_get (member, (TallySide) side, &name, &value))
      break;
  tally_merge_append_member (body, &name, entered, -1);

  return TRUE;
}

/* The name a pointer gives to a member that is to be made; NULL when it may not be. */
static char *
dup_name (const char *pointer)
{
  g_autoptr (GString) name = g_string_new (NULL);

  if (pointer[0] != '/' || !g_utf8_validate (pointer, -1, NULL))
    return NULL;

  for (const char *at = pointer + 1; *at != '\0'; at++)
    {
      if (*at == '/')
        return NULL;
      if (*at == '~')
        {
          at++;
          if (*at != '0' && *at != '1')
            return NULL;
          g_string_append_c (name, *at == '0' ? '~' : '/');
        }
      else
        g_string_append_c (name, *at);
    }

  /* reserved: it would turn into a part of the envelope */
  if (name->str[0] == '_')
    return NULL;

  return g_string_free (g_steal_pointer (&name), FALSE);
}

static gboolean
append_new (GString                 *body,
            const char              *pointer,
            const TallyFieldChoice  *choice,
            GError                 **error)
{
  g_autofree char *plain = choice->value != NULL ? dup_name (pointer) : NULL;
  g_autofree char *value = NULL;
  g_autoptr (GString) name = NULL;

  if (plain == NULL)
    {
      g_set_error (error, TALLY_MERGE_ERROR, TALLY_MERGE_ERROR_NO_SUCH_MEMBER,
                   _("there is no member %s"), pointer);
      return FALSE;
    }

  value = read_value (pointer, choice->value, error);
  if (value == NULL)
    return FALSE;

  name = g_string_new (NULL);
  tally_json_append_string (name, plain);
  tally_merge_append_member (body, &(TallyJsonSpan) { name->str, name->len }, value, -1);

  return TRUE;
}

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* Pointers that no member answers to, sorted, so that the result depends on the choices alone. */
static GPtrArray *
list_unanswered (GHashTable *choices,
                 GPtrArray  *members)
{
  g_autoptr (GHashTable) answered = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *unanswered = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer pointer;

  for (guint i = 0; i < members->len; i++)
    g_hash_table_add (answered, ((TallyMergeMember *) members->pdata[i])->pointer);

  g_hash_table_iter_init (&iter, choices);
  while (g_hash_table_iter_next (&iter, &pointer, NULL))
    if (!g_hash_table_contains (answered, pointer))
      g_ptr_array_add (unanswered, pointer);
  g_ptr_array_sort (unanswered, compare_strings);

  return unanswered;
}

/**
 * tally_merge_build:
 * @base: (nullable): the common ancestor
 * @local: one side
 * @server: the other side
 * @choices: (nullable) (element-type utf8 TallyFieldChoice): what a person chose, by pointer
 * @error: #TallyMergeError, the message names the pointer
 *
 * Builds a body: a chosen member from its side, or with the value that was entered; every other
 * as the merge has it. A side that lacks the member takes it out. A value for a member that is
 * on no side adds it.
 *
 * Returns: (transfer full) (nullable): the body in text form
 */
char *
tally_merge_build (const TallyRevision  *base,
                   const TallyRevision  *local,
                   const TallyRevision  *server,
                   GHashTable           *choices,
                   GError              **error)
{
  g_autoptr (GPtrArray) members = tally_merge_members (base, local, server);
  g_autoptr (GPtrArray) unanswered = NULL;
  g_autoptr (GString) body = g_string_new ("{");

  for (guint i = 0; i < members->len; i++)
    {
      const TallyMergeMember *member = members->pdata[i];
      const TallyFieldChoice *choice =
        choices != NULL ? g_hash_table_lookup (choices, member->pointer) : NULL;

      if (!append_chosen (body, member, choice, error))
        return NULL;
    }

  unanswered = choices != NULL ? list_unanswered (choices, members) : g_ptr_array_new ();
  for (guint i = 0; i < unanswered->len; i++)
    if (!append_new (body, unanswered->pdata[i],
                     g_hash_table_lookup (choices, unanswered->pdata[i]), error))
      return NULL;
  g_string_append_c (body, '}');

  return g_string_free (g_steal_pointer (&body), FALSE);
}
