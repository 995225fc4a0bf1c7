/* tally-reason.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * TallyReason:
 *
 * Why something waits, is held, was refused or failed: a code and its arguments, stored and sent
 * as such; words are made at the edge by tally_reason_describe(). Immutable, reference counted.
 * Codes are lower-case words with dashes, listed with their arguments and their sentences in
 * tally-reason.c; an unknown code describes itself.
 */
typedef struct
{
  const char         *code;
  const char * const *arguments;   /* name, value, name, value …; never NULL */
} TallyReason;

#define TALLY_TYPE_REASON (tally_reason_get_type ())
GType        tally_reason_get_type     (void);

/* Name-value pairs of strings, NULL-terminated. */
TallyReason *tally_reason_new          (const char        *code,
                                        ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;
TallyReason *tally_reason_ref          (const TallyReason *self);
void         tally_reason_unref        (const TallyReason *self);
const char  *tally_reason_get          (const TallyReason *self,
                                        const char        *name);
/* {"code":…,"arguments":{…}} and back (NULL when it is none), for a column or the bus. */
char        *tally_reason_to_json      (const TallyReason *self) G_GNUC_WARN_UNUSED_RESULT;
TallyReason *tally_reason_from_json    (const char        *json) G_GNUC_WARN_UNUSED_RESULT;
/* What holds, and what to do next, in the user's language. */
char        *tally_reason_describe     (const TallyReason *self) G_GNUC_WARN_UNUSED_RESULT;
/* The reason behind an error of one of our domains (message as argument "detail"). */
TallyReason *tally_reason_new_for_error(const GError      *error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyReason, tally_reason_unref)

G_END_DECLS
