/* tally-json-equal.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-base"

#include "base/tally-decimal.h"
#include "base/tally-json-text.h"

#include <string.h>

/* One token that is a value or a name; a value that is an object or array is followed by what
 * it holds, up to @next. */
typedef struct
{
  TallyJsonToken  token;
  TallyJsonSpan   span;
  guint           next;     /* index after the value */
} Node;

/* Two values still to be compared: indexes of nodes. */
typedef struct
{
  guint a;
  guint b;
} Pair;

/* A member of an object that is being sorted by name. */
typedef struct
{
  char  *name;      /* owned; unescaped, may hold zero bytes */
  gsize  length;
  guint  value;     /* index of its node */
} NamedValue;

typedef struct
{
  GArray *a;        /* of Node */
  GArray *b;
  GArray *pairs;    /* of Pair: the work left */
} Comparison;

/* The text as a flat list, so that comparing never scans anything twice, however deep. */
static GArray *
make_nodes (const char *text,
            gssize      length)
{
  g_auto (TallyJsonScanner) scanner = { 0 };
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (Node));
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));

  tally_json_scanner_init (&scanner, text, length < 0 ? strlen (text) : (gsize) length);
  for (;;)
    {
      Node node = { .next = nodes->len + 1 };

      node.token = tally_json_scanner_next (&scanner, &node.span, NULL);
      switch (node.token)
        {
        case TALLY_JSON_TOKEN_ERROR:
          return NULL;
        case TALLY_JSON_TOKEN_END:
          return g_steal_pointer (&nodes);
        case TALLY_JSON_TOKEN_OBJECT_END:
        case TALLY_JSON_TOKEN_ARRAY_END:
          g_array_index (nodes, Node, g_array_index (open, guint, open->len - 1)).next = nodes->len;
          g_array_set_size (open, open->len - 1);
          break;
        case TALLY_JSON_TOKEN_OBJECT_START:
        case TALLY_JSON_TOKEN_ARRAY_START:
          g_array_append_val (open, nodes->len);
          G_GNUC_FALLTHROUGH;
        case TALLY_JSON_TOKEN_NAME:
        case TALLY_JSON_TOKEN_STRING:
        case TALLY_JSON_TOKEN_NUMBER:
        case TALLY_JSON_TOKEN_TRUE:
        case TALLY_JSON_TOKEN_FALSE:
        case TALLY_JSON_TOKEN_NULL:
        default:
          g_array_append_val (nodes, node);
          break;
        }
    }
}

static gboolean
strings_equal (const TallyJsonSpan *a,
               const TallyJsonSpan *b)
{
  g_autoptr (GString) left = NULL;
  g_autoptr (GString) right = NULL;

  if (a->length == b->length && memcmp (a->text, b->text, a->length) == 0)
    return TRUE;
  if (memchr (a->text, '\\', a->length) == NULL && memchr (b->text, '\\', b->length) == NULL)
    return FALSE;

  left = g_string_sized_new (a->length);
  right = g_string_sized_new (b->length);
  tally_json_span_append_bytes (a, left);
  tally_json_span_append_bytes (b, right);

  return g_string_equal (left, right);
}

static gboolean
push_elements (Comparison *self,
               guint       a,
               guint       b)
{
  guint a_end = g_array_index (self->a, Node, a).next;
  guint b_end = g_array_index (self->b, Node, b).next;
  Pair pair = { a + 1, b + 1 };

  while (pair.a < a_end && pair.b < b_end)
    {
      g_array_append_val (self->pairs, pair);
      pair.a = g_array_index (self->a, Node, pair.a).next;
      pair.b = g_array_index (self->b, Node, pair.b).next;
    }

  return pair.a == a_end && pair.b == b_end;
}

static void
named_value_clear (gpointer data)
{
  NamedValue *self = data;

  g_free (self->name);
}

static int
named_value_compare (gconstpointer a,
                     gconstpointer b)
{
  const NamedValue *left = a;
  const NamedValue *right = b;
  int order = memcmp (left->name, right->name, MIN (left->length, right->length));

  return order != 0 ? order : (left->length > right->length) - (left->length < right->length);
}

static GArray *
sort_members (GArray *nodes,
              guint   object)
{
  GArray *members = g_array_new (FALSE, FALSE, sizeof (NamedValue));
  guint end = g_array_index (nodes, Node, object).next;

  g_array_set_clear_func (members, named_value_clear);
  for (guint at = object + 1; at < end; at = g_array_index (nodes, Node, at + 1).next)
    {
      GString *bytes = g_string_new (NULL);
      NamedValue member;

      tally_json_span_append_bytes (&g_array_index (nodes, Node, at).span, bytes);
      member.length = bytes->len;
      member.name = g_string_free (bytes, FALSE);
      member.value = at + 1;
      g_array_append_val (members, member);
    }
  g_array_sort (members, named_value_compare);

  return members;
}

static gboolean
push_members (Comparison *self,
              guint       a,
              guint       b)
{
  g_autoptr (GArray) left = sort_members (self->a, a);
  g_autoptr (GArray) right = sort_members (self->b, b);

  if (left->len != right->len)
    return FALSE;

  for (guint i = 0; i < left->len; i++)
    {
      NamedValue *one = &g_array_index (left, NamedValue, i);
      NamedValue *other = &g_array_index (right, NamedValue, i);
      Pair pair = { one->value, other->value };

      if (named_value_compare (one, other) != 0)
        return FALSE;
      g_array_append_val (self->pairs, pair);
    }

  return TRUE;
}

/* FALSE when the two differ; TRUE when they are equal as far as seen: what they hold is pushed. */
static gboolean
compare_pair (Comparison *self,
              guint       a,
              guint       b)
{
  Node *left = &g_array_index (self->a, Node, a);
  Node *right = &g_array_index (self->b, Node, b);

  if (left->token != right->token)
    return FALSE;

  switch (left->token)
    {
    case TALLY_JSON_TOKEN_OBJECT_START:
      return push_members (self, a, b);
    case TALLY_JSON_TOKEN_ARRAY_START:
      return push_elements (self, a, b);
    case TALLY_JSON_TOKEN_STRING:
      return strings_equal (&left->span, &right->span);
    case TALLY_JSON_TOKEN_NUMBER:
      return tally_decimal_compare (left->span.text, left->span.length,
                                    right->span.text, right->span.length) == 0;
    case TALLY_JSON_TOKEN_TRUE:
    case TALLY_JSON_TOKEN_FALSE:
    case TALLY_JSON_TOKEN_NULL:
      return TRUE;
    case TALLY_JSON_TOKEN_END:
    case TALLY_JSON_TOKEN_OBJECT_END:
    case TALLY_JSON_TOKEN_ARRAY_END:
    case TALLY_JSON_TOKEN_NAME:
    case TALLY_JSON_TOKEN_ERROR:
    default:
      g_assert_not_reached ();
    }
}

/**
 * tally_json_text_equal:
 * @a: a valid JSON text
 * @a_length: bytes, or -1 when NUL-terminated
 * @b: another
 * @b_length: bytes, or -1
 *
 * Compares two values: strings unescaped, numbers as decimals of any length, objects whatever
 * the order of their members, arrays in order. White space does not count.
 *
 * Returns: %TRUE when they say the same; a text that is not JSON equals only the same bytes
 */
gboolean
tally_json_text_equal (const char *a,
                       gssize      a_length,
                       const char *b,
                       gssize      b_length)
{
  gsize n_a = a_length < 0 ? strlen (a) : (gsize) a_length;
  gsize n_b = b_length < 0 ? strlen (b) : (gsize) b_length;
  g_autoptr (GArray) left = NULL;
  g_autoptr (GArray) right = NULL;
  g_autoptr (GArray) pairs = NULL;
  Comparison self;
  Pair pair = { 0, 0 };

  if (n_a == n_b && memcmp (a, b, n_a) == 0)
    return TRUE;

  left = make_nodes (a, n_a);
  right = make_nodes (b, n_b);
  if (left == NULL || right == NULL)
    return FALSE;

  pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  g_array_append_val (pairs, pair);
  self = (Comparison) { left, right, pairs };
  while (pairs->len > 0)
    {
      pair = g_array_index (pairs, Pair, pairs->len - 1);
      g_array_set_size (pairs, pairs->len - 1);
      if (!compare_pair (&self, pair.a, pair.b))
        return FALSE;
    }

  return TRUE;
}
