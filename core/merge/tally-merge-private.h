/* tally-merge-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-json-text.h"
#include "merge/tally-merge.h"

G_BEGIN_DECLS

#define N_SIDES 3

/* One top-level member as it stands on the three sides; spans are borrowed from the bodies and
 * indexed by TallySide. */
typedef struct
{
  char              *pointer;            /* owned; also what tells members apart */
  TallyJsonSpan      names[N_SIDES];     /* as each side spells it */
  TallyJsonSpan      values[N_SIDES];    /* text NULL: the side lacks the member */
  TallyFieldVerdict  verdict;
  gboolean           listed;             /* a person wants to see it */
} TallyMergeMember;

GPtrArray *tally_merge_members        (const TallyRevision    *base,
                                       const TallyRevision    *local,
                                       const TallyRevision    *server) G_GNUC_WARN_UNUSED_RESULT;
gboolean   tally_merge_member_get     (const TallyMergeMember *self,
                                       TallySide               side,
                                       TallyJsonSpan          *name,
                                       TallyJsonSpan          *value);
TallySide  tally_merge_member_source  (const TallyMergeMember *self);
void       tally_merge_append_member  (GString                *body,
                                       const TallyJsonSpan    *name,
                                       const char             *value,
                                       gssize                  length);

G_END_DECLS
