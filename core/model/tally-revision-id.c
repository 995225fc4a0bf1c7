/* tally-revision-id.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-model"

#include "config.h"

#include "model/tally-revision.h"
#include "model/tally-revision-private.h"

#include "base/tally-json-text.h"
#include "base/tally-planted.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Nine digits fit a guint; no document is edited a thousand million times. */
#define MAX_GENERATION_DIGITS 9

/* CouchDB's are 34 bytes; whatever others make, it has to end somewhere. */
#define MAX_REV_LENGTH 256

/**
 * tally_rev_generation:
 * @rev: a text
 *
 * Returns: the generation, the number in front of the dash; 0 when @rev is no revision id
 */
guint
tally_rev_generation (const char *rev)
{
  guint generation = 0;
  guint i = 0;

  if (rev[0] == '0')
    return 0;
  for (; g_ascii_isdigit (rev[i]); i++)
    {
      if (i == MAX_GENERATION_DIGITS)
        return 0;
      generation = generation * 10 + (guint) (rev[i] - '0');
    }
  if (rev[i] != '-' || rev[i + 1] == '\0')
    return 0;

  return generation;
}

/**
 * tally_rev_is_valid:
 * @rev: a text
 *
 * Ours are a generation and 32 hex digits; others' may hold anything but white space, controls,
 * comma and quote, which the tree's text form and HTTP's headers need for themselves.
 *
 * Returns: %TRUE when @rev is a revision id
 */
gboolean
tally_rev_is_valid (const char *rev)
{
  gsize length = 0;

  for (; rev[length] != '\0'; length++)
    if ((guchar) rev[length] <= ' ' || rev[length] == 0x7f ||
        rev[length] == ',' || rev[length] == '"')
      return FALSE;

  return length <= MAX_REV_LENGTH && tally_rev_generation (rev) > 0;
}

/**
 * tally_rev_compare_winner:
 * @a_rev: a revision id
 * @a_deleted: whether it is a tombstone
 * @b_rev: another
 * @b_deleted: whether that is a tombstone
 *
 * CouchDB's rule, which every replica follows without asking another: a live leaf beats a deleted
 * one, then the higher generation wins, then the greater id by its bytes.
 *
 * Returns: greater than 0 when @a wins, less when @b does, 0 when they are the same
 */
int
tally_rev_compare_winner (const char *a_rev,
                          gboolean    a_deleted,
                          const char *b_rev,
                          gboolean    b_deleted)
{
  guint a_generation = tally_rev_generation (a_rev);
  guint b_generation = tally_rev_generation (b_rev);

  if (!a_deleted != !b_deleted)
    return a_deleted ? -1 : 1;
  if (a_generation != b_generation)
    return a_generation < b_generation ? -1 : 1;

  /* the same generation is written with the same digits: the ids decide */
  return strcmp (a_rev, b_rev);
}

/* --- our ids --- */

/* A field as "LENGTH:BYTES,": no two lists of fields give the same bytes. */
static void
hash_field (GChecksum  *checksum,
            const char *bytes,
            gsize       length)
{
  char prefix[32];

  g_snprintf (prefix, sizeof prefix, "%" G_GSIZE_FORMAT ":", length);
  g_checksum_update (checksum, (const guchar *) prefix, -1);
  g_checksum_update (checksum, (const guchar *) bytes, (gssize) length);
  g_checksum_update (checksum, (const guchar *) ",", 1);
}

typedef struct
{
  GString       *name;      /* unescaped; may hold zero bytes */
  TallyJsonSpan  digest;    /* the digest; the whole stub where there is none */
} Attachment;

static void
attachment_clear (gpointer data)
{
  Attachment *self = data;

  g_string_free (self->name, TRUE);
}

static int
attachment_compare (gconstpointer a,
                    gconstpointer b)
{
  const Attachment *left = a;
  const Attachment *right = b;
  int order = memcmp (left->name->str, right->name->str, MIN (left->name->len, right->name->len));

  return order != 0 ? order : (left->name->len > right->name->len) -
                              (left->name->len < right->name->len);
}

/* In the order of their names' bytes: two servers may list them differently. */
static void
hash_attachments (GChecksum  *checksum,
                  const char *attachments)
{
  g_autoptr (GArray) members = tally_json_text_members (attachments, -1, NULL);
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (Attachment));

  g_array_set_clear_func (sorted, attachment_clear);
  for (guint i = 0; members != NULL && i < members->len; i++)
    {
      TallyJsonMember *member = &g_array_index (members, TallyJsonMember, i);
      g_autoptr (GArray) stub = tally_json_text_members (member->value.text,
                                                         (gssize) member->value.length, NULL);
      const TallyJsonMember *digest = stub ? tally_json_members_find (stub, "digest") : NULL;
      Attachment one = { g_string_new (NULL), digest ? digest->value : member->value };

      tally_json_span_append_bytes (&member->name, one.name);
      g_array_append_val (sorted, one);
    }
  g_array_sort (sorted, attachment_compare);

  for (guint i = 0; i < sorted->len; i++)
    {
      Attachment *one = &g_array_index (sorted, Attachment, i);

      hash_field (checksum, one->name->str, one->name->len);
      hash_field (checksum, one->digest.text, one->digest.length);
    }
}

/*
 * tally_rev_make:
 *
 * The id of an edit: the parent's generation plus one, a dash, and the first 128 bits of the
 * SHA-256 as 32 lower-case hex digits. Hashed are these fields, each as its length in bytes
 * (decimal), a colon, the bytes and a comma:
 *
 *   1. "1" for a tombstone, "0" otherwise
 *   2. the parent's revision id, empty for a first revision
 *   3. the body in text form
 *   4. for each attachment in the order of the bytes of its name: the name, unescaped (half a
 *      surrogate pair as WTF-8), then the JSON of its digest (of the whole stub without one)
 *
 * Nothing else goes in, so that two devices that make the same edit make one revision.
 */
char *
tally_rev_make (const char *parent_rev,
                gboolean    deleted,
                const char *body,
                const char *attachments)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint generation = parent_rev != NULL ? tally_rev_generation (parent_rev) + 1 : 1;

  hash_field (checksum, deleted ? "1" : "0", 1);
  hash_field (checksum, parent_rev != NULL ? parent_rev : "",
              parent_rev != NULL ? strlen (parent_rev) : 0);
  hash_field (checksum, body, strlen (body));
  if (attachments != NULL)
    hash_attachments (checksum, attachments);
#ifdef TALLY_PLANTED_BUGS
  if (TALLY_IS_PLANTED (UNIQUE_REV))
    {
      guint salt = tally_planted_draw ();

      hash_field (checksum, (const char *) &salt, sizeof salt);
    }
#endif

  return g_strdup_printf ("%u-%.32s", generation, g_checksum_get_string (checksum));
}

/* --- record keys --- */

/**
 * tally_key_check:
 * @key: a record's key
 * @error: %TALLY_MODEL_ERROR_BAD_KEY
 *
 * Whether a record may have this key: it is not empty, and does not start with `_`, which CouchDB
 * keeps for itself (`_design/` and `_local/` documents are no records). Slashes, line breaks and
 * any normal form are as good as any other byte.
 *
 * Returns: %FALSE when it may not
 */
gboolean
tally_key_check (const char  *key,
                 GError     **error)
{
  if (key[0] == '\0')
    {
      g_set_error_literal (error, TALLY_MODEL_ERROR, TALLY_MODEL_ERROR_BAD_KEY,
                           _("the id is empty"));
      return FALSE;
    }
  if (key[0] == '_')
    {
      g_set_error (error, TALLY_MODEL_ERROR, TALLY_MODEL_ERROR_BAD_KEY,
                   _("the id “%s” starts with “_”, which is reserved"), key);
      return FALSE;
    }
  if (!g_utf8_validate (key, -1, NULL))
    {
      g_set_error_literal (error, TALLY_MODEL_ERROR, TALLY_MODEL_ERROR_BAD_KEY,
                           _("the id is not UTF-8"));
      return FALSE;
    }

  return TRUE;
}

/**
 * tally_key_dup_collection:
 * @key: a record's key
 * @database: the database's name
 *
 * Returns: (transfer full): the text before the first `:`, else (or if that is empty) @database
 */
char *
tally_key_dup_collection (const char *key,
                          const char *database)
{
  const char *colon = strchr (key, ':');

  return colon != NULL && colon > key ? g_strndup (key, colon - key) : g_strdup (database);
}
