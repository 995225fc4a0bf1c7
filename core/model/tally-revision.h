/* tally-revision.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * TallyModelError:
 * @TALLY_MODEL_ERROR_BAD_DOCUMENT: not a document: no object, unknown member with a leading `_`,
 *   a member of the envelope of the wrong type
 * @TALLY_MODEL_ERROR_BAD_KEY: the id cannot be represented (empty, NUL, lone surrogate) or is
 *   reserved (leading `_`)
 * @TALLY_MODEL_ERROR_BAD_REV: not a revision id
 */
typedef enum
{
  TALLY_MODEL_ERROR_BAD_DOCUMENT,
  TALLY_MODEL_ERROR_BAD_KEY,
  TALLY_MODEL_ERROR_BAD_REV,
} TallyModelError;

#define TALLY_MODEL_ERROR (tally_model_error_quark ())
GQuark tally_model_error_quark (void);

/* How many revision ids a revision carries at most, its own included: CouchDB's default
 * _revs_limit, beyond which it forgets them too. */
#define TALLY_REVISION_MAX_PATH 1000

/**
 * TallyRevision:
 * @key: the record's key; on CouchDB the document's `_id`
 * @rev: (nullable): revision id "3-0123…"; %NULL for a document that came without one
 * @ancestors: (array zero-terminated=1): revision ids, newest first, parent first, as far as
 *   known, at most %TALLY_REVISION_MAX_PATH less one; never %NULL, may be empty
 * @deleted: whether it is a tombstone
 * @body: (nullable): the text form: an object without its top-level `_` members; %NULL when the
 *   body is not known here
 * @attachments: (nullable): the text form of `_attachments`, verbatim stubs; %NULL for none
 *
 * One revision of one record: an immutable, reference-counted value that may cross threads.
 */
typedef struct
{
  const char         *key;
  const char         *rev;
  const char * const *ancestors;
  gboolean            deleted;
  const char         *body;
  const char         *attachments;
} TallyRevision;

#define TALLY_TYPE_REVISION (tally_revision_get_type ())
GType          tally_revision_get_type    (void);

TallyRevision *tally_revision_new         (const char          *key,
                                           const char          *rev,
                                           const char * const  *ancestors,
                                           gboolean             deleted,
                                           const char          *body,
                                           const char          *attachments) G_GNUC_WARN_UNUSED_RESULT;
/* The edit of @parent (NULL: the first revision of @key): computes the deterministic rev id.
 * A tombstone is made with @deleted, body "{}" and no attachments. @body must be text form. */
TallyRevision *tally_revision_new_child   (const TallyRevision *parent,
                                           const char          *key,
                                           gboolean             deleted,
                                           const char          *body,
                                           const char          *attachments) G_GNUC_WARN_UNUSED_RESULT;
TallyRevision *tally_revision_ref         (const TallyRevision *self);
void           tally_revision_unref       (const TallyRevision *self);

/* A document as it stands on the wire or in an import line. Takes the envelope's members
 * _id _rev _deleted _revisions _attachments; _conflicts, _deleted_conflicts, _revs_info,
 * _local_seq are read over; any other member with a leading `_` is refused. With _revisions the
 * ancestors are filled from it. The body is the text form of the rest. */
TallyRevision *tally_revision_parse       (const char          *json,
                                           gssize               length,
                                           GError             **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same where the id may stand outside, as in a URL: @key is taken when there is no _id;
 * where there is one it counts, and the caller compares. */
TallyRevision *tally_revision_parse_keyed (const char          *json,
                                           gssize               length,
                                           const char          *key,
                                           GError             **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  TALLY_REVISION_WRITE_ID_ONLY   = 0,        /* {"_id":…, body…}: the line of `get` and `export` */
  TALLY_REVISION_WRITE_REV       = 1 << 0,   /* + _rev */
  TALLY_REVISION_WRITE_REVISIONS = 1 << 1,   /* + _revisions */
  TALLY_REVISION_WRITE_DELETED   = 1 << 2,   /* + "_deleted":true on a tombstone */
  TALLY_REVISION_WRITE_ATTACHMENTS = 1 << 3, /* + _attachments, where there are any */
} TallyRevisionWriteFlags;

/* All that the protocol carries. */
#define TALLY_REVISION_WRITE_WIRE (TALLY_REVISION_WRITE_REV | TALLY_REVISION_WRITE_REVISIONS | \
                                   TALLY_REVISION_WRITE_DELETED | TALLY_REVISION_WRITE_ATTACHMENTS)

/* Appends the document: `_id` first (minimally escaped), the envelope, then the body's members
 * byte for byte. An unknown body is written as if it were empty: callers check. */
void           tally_revision_write       (const TallyRevision     *self,
                                           TallyRevisionWriteFlags  flags,
                                           GString                 *out);

/* Same rev id (NULL-safe: two NULLs are the same). */
gboolean       tally_revision_is_same     (const TallyRevision *a,
                                           const TallyRevision *b);
/* TRUE when @rev is among @self's known ancestors. */
gboolean       tally_revision_descends    (const TallyRevision *self,
                                           const char          *rev);
/* Equal content: deleted flag, body as values, attachments as text. */
gboolean       tally_revision_same_content(const TallyRevision *a,
                                           const TallyRevision *b);
/* Newest rev id that is @a, @b or an ancestor of both; NULL when none is known. Borrowed. */
const char    *tally_revision_common      (const TallyRevision *a,
                                           const TallyRevision *b);

/* --- revision ids --- */

/* Generation in front of the dash; 0 when @rev is not a revision id. */
guint          tally_rev_generation       (const char *rev);
gboolean       tally_rev_is_valid         (const char *rev);
/* CouchDB's order of leaves: live before deleted, then generation, then id bytes; the greater
 * wins. <0, 0, >0 like strcmp. */
int            tally_rev_compare_winner   (const char *a_rev,
                                           gboolean    a_deleted,
                                           const char *b_rev,
                                           gboolean    b_deleted);

/* --- record keys --- */

gboolean       tally_key_check            (const char *key,
                                           GError    **error);
/* The text before the first ':', else (or if that is empty) @database. */
char          *tally_key_dup_collection   (const char *key,
                                           const char *database) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyRevision, tally_revision_unref)

G_END_DECLS
