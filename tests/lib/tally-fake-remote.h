/* tally-fake-remote.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "remote/tally-remote.h"

G_BEGIN_DECLS

/* What a push meets. */
typedef enum
{
  TALLY_FAKE_PUSH_WORKS,
  TALLY_FAKE_PUSH_LOST,         /* never arrives; outcome unknown */
  TALLY_FAKE_PUSH_ANSWER_LOST,  /* applied; outcome unknown */
  TALLY_FAKE_PUSH_REFUSED,      /* every revision refused */
} TallyFakePush;

/**
 * TallyFakeRemote:
 *
 * A server in memory with real revision trees, for tests of the engine. Single thread.
 */
#define TALLY_TYPE_FAKE_REMOTE (tally_fake_remote_get_type ())
G_DECLARE_FINAL_TYPE (TallyFakeRemote, tally_fake_remote, TALLY, FAKE_REMOTE, GObject)

/* Called before a request is served, named after the interface: "probe", "list-changes", "fetch",
 * "push", "load-checkpoint", "save-checkpoint". FALSE with @error: it does not reach the server. */
typedef gboolean (*TallyFakeHook) (TallyFakeRemote  *self,
                                   const char       *request,
                                   gpointer          user_data,
                                   GError          **error);

TallyFakeRemote *tally_fake_remote_new        (void) G_GNUC_WARN_UNUSED_RESULT;
/* Another client's edit on top of @parent (NULL: the first). Returns its revision. */
TallyRevision   *tally_fake_remote_edit       (TallyFakeRemote      *self,
                                               const TallyRevision  *parent,
                                               const char           *key,
                                               gboolean              deleted,
                                               const char           *body) G_GNUC_WARN_UNUSED_RESULT;
/* Stores a revision with its ancestry, as new_edits=false does. */
void             tally_fake_remote_store      (TallyFakeRemote      *self,
                                               const TallyRevision  *revision);
void             tally_fake_remote_set_push   (TallyFakeRemote      *self,
                                               TallyFakePush         push);
/* @rev is listed but its document can't be taken; NULL: every one can again. */
void             tally_fake_remote_refuse     (TallyFakeRemote      *self,
                                               const char           *rev);
/* A push of @rev is refused; NULL: none is any more. */
void             tally_fake_remote_refuse_push (TallyFakeRemote     *self,
                                               const char           *rev);
/* Another client's revision that reaches the server just before the next push. */
void             tally_fake_remote_race       (TallyFakeRemote      *self,
                                               const TallyRevision  *revision);
/* Forgets one document without a trace. */
void             tally_fake_remote_purge      (TallyFakeRemote      *self,
                                               const char           *key);
/* From now on @rev has another body under its name. */
void             tally_fake_remote_bend       (TallyFakeRemote      *self,
                                               const char           *key,
                                               const char           *rev,
                                               const char           *body);
/* Forgets everything, as a recreated database does. */
void             tally_fake_remote_recreate   (TallyFakeRemote      *self);
/* What a later restore() puts back. */
void             tally_fake_remote_back_up    (TallyFakeRemote      *self);
void             tally_fake_remote_restore    (TallyFakeRemote      *self);
/* The next @n writes of the mark are stored, and their answers lost: what comes is the answer to
 * the same write sent once more. */
void             tally_fake_remote_lose_marks (TallyFakeRemote      *self,
                                               guint                 n);
/* The last write of the mark arrives once more. */
void             tally_fake_remote_repeat_mark (TallyFakeRemote     *self);
/* The next @n writes of the mark are stored, and the answers do not tell their rev. */
void             tally_fake_remote_garble_marks (TallyFakeRemote    *self,
                                                 guint               n);
/* From now on its mark tells that it keeps such numbers as doubles; it stores them all the same. */
void             tally_fake_remote_set_bend   (TallyFakeRemote      *self,
                                               TallyBend             bend);
void             tally_fake_remote_set_hook   (TallyFakeRemote      *self,
                                               TallyFakeHook         hook,
                                               gpointer              user_data);
/* The mark's session; 0: there is none. */
gint64           tally_fake_remote_get_session (TallyFakeRemote     *self);
/* Whether the tree of @key has @rev. */
gboolean         tally_fake_remote_has        (TallyFakeRemote      *self,
                                               const char           *key,
                                               const char           *rev);
/* Live leaves of @key, winner first (element-type TallyRevision). */
GPtrArray       *tally_fake_remote_live       (TallyFakeRemote      *self,
                                               const char           *key) G_GNUC_WARN_UNUSED_RESULT;
guint            tally_fake_remote_get_n_pushed (TallyFakeRemote    *self);

G_END_DECLS
