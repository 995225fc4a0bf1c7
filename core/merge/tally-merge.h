/* tally-merge.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "model/tally-revision.h"

G_BEGIN_DECLS

/**
 * TallyMergeError:
 * @TALLY_MERGE_ERROR_UNDECIDED: a member both sides changed has no choice: ask for one
 * @TALLY_MERGE_ERROR_NO_SUCH_MEMBER: a choice names a member that is on no side, or none that
 *   may be made: correct the pointer
 * @TALLY_MERGE_ERROR_BAD_VALUE: a value that was entered is not JSON: correct the value
 *
 * The message names the pointer.
 */
typedef enum
{
  TALLY_MERGE_ERROR_UNDECIDED,
  TALLY_MERGE_ERROR_NO_SUCH_MEMBER,
  TALLY_MERGE_ERROR_BAD_VALUE,
} TallyMergeError;

#define TALLY_MERGE_ERROR (tally_merge_error_quark ())
GQuark tally_merge_error_quark (void);

/* Where a member's value comes from. */
typedef enum
{
  TALLY_SIDE_BASE,
  TALLY_SIDE_LOCAL,
  TALLY_SIDE_SERVER,
} TallySide;

/* What became of one top-level member. */
typedef enum
{
  TALLY_FIELD_EQUAL,        /* both sides hold the same value (changed alike counts too) */
  TALLY_FIELD_LOCAL,        /* only the local side changed it */
  TALLY_FIELD_SERVER,       /* only the server side changed it */
  TALLY_FIELD_CONFLICT,     /* both changed it, differently (or the base is not known) */
} TallyFieldVerdict;

/**
 * TallyFieldDiff:
 * One top-level member that differs between base and sides. A value of NULL means absent.
 */
typedef struct
{
  char              *pointer;   /* RFC 6901, e.g. "/total"; what it cannot say (\u0000, half a
                                 * surrogate pair) stands as ~2u and four hex digits */
  char              *before;    /* nullable, JSON text */
  char              *local;     /* nullable, JSON text */
  char              *server;    /* nullable, JSON text */
  TallyFieldVerdict  verdict;
} TallyFieldDiff;

void       tally_field_diff_free   (TallyFieldDiff *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyFieldDiff, tally_field_diff_free)

/* Kinds of a conflict, as in `conflicts --json`. */
typedef enum
{
  TALLY_CONFLICT_NONE,
  TALLY_CONFLICT_EDIT,         /* "edit": both edited */
  TALLY_CONFLICT_DELETE,       /* "delete": edited on one side, deleted on the other */
  TALLY_CONFLICT_CREATE,       /* "create": the same id made twice, on nothing or on a tombstone */
  TALLY_CONFLICT_ATTACHMENTS,  /* "attachments": attachments differ, never merged */
} TallyConflictKind;

const char *tally_conflict_kind_to_string (TallyConflictKind kind);

/**
 * TallyMerge:
 * @kind: NONE when merged without a person
 * @deleted: the merged result is a tombstone (both sides deleted)
 * @body: (nullable): the merged body in text form; %NULL unless @kind is NONE
 * @attachments: (nullable): the merged result's attachments
 * @fields: (element-type TallyFieldDiff): the members that a side holds otherwise than the base,
 *   also those both changed alike; with an unknown base those that differ between the sides;
 *   where one side is deleted those the live side changed. Empty for a tombstone
 *
 * Members keep the order of the server's body, members only local follow in local order.
 */
typedef struct
{
  TallyConflictKind  kind;
  gboolean           deleted;
  char              *body;
  char              *attachments;
  GPtrArray         *fields;
} TallyMerge;

/* Pure three-way merge on top-level members. @base may be NULL or have no body (not known):
 * then equal members pass and every other is a conflict. @server is the side that wins ties of
 * order (the winner in a fork). Depends only on its arguments, so two devices merge alike. */
TallyMerge *tally_merge_three_way  (const TallyRevision *base,
                                    const TallyRevision *local,
                                    const TallyRevision *server) G_GNUC_WARN_UNUSED_RESULT;
/* A person's word on one member. */
typedef struct
{
  TallySide   side;
  const char *value;   /* nullable: JSON text that overrides @side */
} TallyFieldChoice;

/* Builds a body from chosen sides: @choices maps pointer -> TallyFieldChoice; undecided CONFLICT
 * members are an error naming the first one. Where one side is deleted the live one is taken. */
char       *tally_merge_build      (const TallyRevision *base,
                                    const TallyRevision *local,
                                    const TallyRevision *server,
                                    GHashTable          *choices,
                                    GError             **error) G_GNUC_WARN_UNUSED_RESULT;
void        tally_merge_free       (TallyMerge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyMerge, tally_merge_free)

G_END_DECLS
