/* tally-order.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sync"

#include "config.h"

#include "sync/tally-order.h"

#include "base/tally-json-text.h"
#include "model/tally-revision.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  char **tokens;       /* owned: of the pointer */
  char  *collection;   /* owned; "": the value is a whole id */
} Reference;

typedef struct
{
  int        priority;
  GPtrArray *references;   /* owned; element-type Reference */
} Rule;

struct _TallyOrder
{
  GHashTable *rules;   /* owned; collection -> Rule */
};

static void
reference_free (gpointer data)
{
  Reference *self = data;

  g_strfreev (self->tokens);
  g_free (self->collection);
  g_free (self);
}

static void
rule_free (gpointer data)
{
  Rule *self = data;

  g_ptr_array_unref (self->references);
  g_free (self);
}

/* --- reading --- */

G_GNUC_PRINTF (2, 3)
static gboolean
refuse (GError     **error,
        const char  *format,
        ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (G_IO_ERROR, G_IO_ERROR_INVALID_DATA, format,
                                                arguments));
  va_end (arguments);

  return FALSE;
}

static GArray *
read_object (const TallyJsonSpan  *span,
             const char           *name,
             GError              **error)
{
  GArray *members = tally_json_text_members (span->text, (gssize) span->length, NULL);

  if (members == NULL)
    refuse (error, _("“%s” in the order is no object of JSON."), name);

  return members;
}

static Reference *
read_reference (const TallyJsonMember  *member,
                GError                **error)
{
  g_autofree char *pointer = tally_json_span_dup_string (&member->name, NULL);
  g_autofree char *collection = tally_json_span_dup_string (&member->value, NULL);
  Reference *reference;

  if (pointer == NULL || pointer[0] != '/' || collection == NULL)
    {
      refuse (error, _("“%s” in the order is no reference: it is \"/MEMBER\":\"COLLECTION\"."),
              pointer != NULL ? pointer : "");
      return NULL;
    }

  reference = g_new0 (Reference, 1);
  reference->tokens = g_strsplit (pointer + 1, "/", -1);
  reference->collection = g_steal_pointer (&collection);
  for (guint i = 0; reference->tokens[i] != NULL; i++)
    {
      g_autoptr (GString) token = g_string_new (reference->tokens[i]);

      g_string_replace (token, "~1", "/", 0);
      g_string_replace (token, "~0", "~", 0);
      g_free (reference->tokens[i]);
      reference->tokens[i] = g_strdup (token->str);
    }

  return reference;
}

static gboolean
read_references (Rule                 *rule,
                 const TallyJsonSpan  *span,
                 GError              **error)
{
  g_autoptr (GArray) members = read_object (span, "references", error);

  for (guint i = 0; members != NULL && i < members->len; i++)
    {
      Reference *reference = read_reference (&g_array_index (members, TallyJsonMember, i), error);

      if (reference == NULL)
        return FALSE;
      g_ptr_array_add (rule->references, reference);
    }

  return members != NULL;
}

static gboolean
read_rule (TallyOrder             *self,
           const TallyJsonMember  *member,
           GError                **error)
{
  g_autofree char *collection = tally_json_span_dup_string (&member->name, NULL);
  g_autoptr (GArray) members = read_object (&member->value, collection != NULL ? collection : "",
                                            error);
  Rule *rule;

  if (members == NULL)
    return FALSE;

  rule = g_new0 (Rule, 1);
  rule->references = g_ptr_array_new_with_free_func (reference_free);
  g_hash_table_replace (self->rules, g_strdup (collection != NULL ? collection : ""), rule);
  for (guint i = 0; i < members->len; i++)
    {
      const TallyJsonMember *part = &g_array_index (members, TallyJsonMember, i);
      gint64 priority;

      if (tally_json_span_equals (&part->name, "references"))
        {
          if (!read_references (rule, &part->value, error))
            return FALSE;
        }
      else if (tally_json_span_equals (&part->name, "priority") &&
               tally_json_span_get_int (&part->value, &priority, NULL) &&
               ABS (priority) <= G_MAXINT)
        rule->priority = (int) priority;
      else
        return refuse (error, _("In the order “%s” takes a whole number as “priority”, and "
                                "“references”; nothing else."), collection);
    }

  return TRUE;
}

/**
 * tally_order_new:
 * @json: the declaration
 * @error: %G_IO_ERROR_INVALID_DATA
 *
 * Returns: (transfer full): what it says
 */
TallyOrder *
tally_order_new (const char  *json,
                 GError     **error)
{
  g_autoptr (TallyOrder) self = g_new0 (TallyOrder, 1);
  const TallyJsonSpan whole = { .text = json, .length = strlen (json) };
  g_autoptr (GArray) members = read_object (&whole, "…", error);

  self->rules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, rule_free);
  for (guint i = 0; members != NULL && i < members->len; i++)
    {
      if (!read_rule (self, &g_array_index (members, TallyJsonMember, i), error))
        return NULL;
    }

  return members != NULL ? g_steal_pointer (&self) : NULL;
}

void
tally_order_free (TallyOrder *self)
{
  g_hash_table_unref (self->rules);
  g_free (self);
}

/* --- applying --- */

static const Rule *
find_rule (const TallyOrder *self,
           const char       *key)
{
  g_autofree char *collection = tally_key_dup_collection (key, "");

  return g_hash_table_lookup (self->rules, collection);
}

int
tally_order_get_priority (const TallyOrder *self,
                          const char       *key)
{
  const Rule *rule = find_rule (self, key);

  return rule != NULL ? rule->priority : 0;
}

static void
add_named (const Reference     *reference,
           const TallyJsonSpan *span,
           GPtrArray           *parents)
{
  g_autofree char *text = NULL;

  if (span->text[0] == '"')
    text = tally_json_span_dup_string (span, NULL);
  else if (g_ascii_isdigit (span->text[0]))
    text = tally_json_span_dup (span);
  if (text == NULL || *text == '\0')
    return;

  g_ptr_array_add (parents, *reference->collection != '\0'
                            ? g_strconcat (reference->collection, ":", text, NULL)
                            : g_steal_pointer (&text));
}

/* Follows the tokens from @depth on. */
static void
follow (const Reference     *reference,
        const TallyJsonSpan *span,
        guint                depth,
        GPtrArray           *parents)
{
  if (span->text[0] == '[')
    {
      g_autoptr (GArray) elements = tally_json_text_elements (span->text, (gssize) span->length,
                                                              NULL);

      for (guint i = 0; elements != NULL && i < elements->len; i++)
        follow (reference, &g_array_index (elements, TallyJsonSpan, i), depth, parents);
    }
  else if (reference->tokens[depth] == NULL)
    add_named (reference, span, parents);
  else if (span->text[0] == '{')
    {
      g_autoptr (GArray) members = tally_json_text_members (span->text, (gssize) span->length,
                                                            NULL);
      const TallyJsonMember *member = members != NULL
                                      ? tally_json_members_find (members,
                                                                 reference->tokens[depth]) : NULL;

      if (member != NULL)
        follow (reference, &member->value, depth + 1, parents);
    }
}

void
tally_order_add_parents (const TallyOrder *self,
                         const char       *key,
                         const char       *body,
                         GPtrArray        *parents)
{
  const Rule *rule = find_rule (self, key);
  const TallyJsonSpan whole = { .text = body, .length = body != NULL ? strlen (body) : 0 };

  for (guint i = 0; body != NULL && rule != NULL && i < rule->references->len; i++)
    follow (rule->references->pdata[i], &whole, 0, parents);
}
