/* tally-remote.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-json-double.h"
#include "model/tally-reason.h"
#include "model/tally-revision.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TallyRemoteError:
 * @TALLY_REMOTE_ERROR_RECREATED: the database is another one than the checkpoint knows (recreated,
 *   restored, swapped): nothing may be applied
 * @TALLY_REMOTE_ERROR_MISSING: the database does not exist on the server
 * @TALLY_REMOTE_ERROR_NOT_A_SERVER: what answers there does not speak this protocol
 *
 * Everything of the network comes as %TALLY_HTTP_ERROR.
 */
typedef enum
{
  TALLY_REMOTE_ERROR_RECREATED,
  TALLY_REMOTE_ERROR_MISSING,
  TALLY_REMOTE_ERROR_NOT_A_SERVER,
} TallyRemoteError;

#define TALLY_REMOTE_ERROR (tally_remote_error_quark ())
GQuark tally_remote_error_quark (void);

/* What the server says of the database. */
typedef struct
{
  gint64  doc_count;      /* live documents, -1 when not told */
  char   *update_seq;     /* opaque */
} TallyRemoteInfo;

void tally_remote_info_free (TallyRemoteInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyRemoteInfo, tally_remote_info_free)

/**
 * TallyChange:
 * @key: the record
 * @leaves: (element-type utf8): the rev ids of all leaves, the server's winner first
 * @deleted: whether the winner is a tombstone (says nothing of the other leaves)
 * @winner: (nullable): the winner's revision when the page was asked with bodies (ancestors not
 *   filled); %NULL otherwise, or where the body could not be taken: see @refused
 * @refused: (nullable): why the winner's document could not be taken
 *
 * What a page says of one record.
 */
typedef struct
{
  char               *key;
  char              **leaves;
  gboolean            deleted;
  TallyRevision      *winner;
  TallyReason        *refused;
} TallyChange;

void tally_change_free (TallyChange *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyChange, tally_change_free)

/* One page; `_design/` documents are left out. */
typedef struct
{
  GPtrArray *changes;        /* element-type TallyChange */
  char      *since;          /* opaque JSON text: where the next page starts; stored verbatim */
  gboolean   more;           /* another page is worth asking for now */
  gint64     pending;        /* rows left after this page as the server says; -1 when not told */
  guint      n_unreadable;   /* rows whose id cannot be represented: counted, never cut */
  char     **unreadable;     /* their ids as JSON text */
} TallyChangesPage;

void tally_changes_page_free (TallyChangesPage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyChangesPage, tally_changes_page_free)

typedef enum
{
  TALLY_PUSH_STORED,     /* the server says it has it; the look confirms it */
  TALLY_PUSH_REFUSED,    /* the server will not have this revision: reason says why */
  TALLY_PUSH_UNKNOWN,    /* no answer, or one that says nothing of it: it may have been applied */
} TallyPushStatus;

typedef struct
{
  char            *key;
  char            *rev;
  TallyPushStatus  status;
  TallyReason     *reason;    /* nullable */
} TallyPushOutcome;

void tally_push_outcome_free (TallyPushOutcome *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyPushOutcome, tally_push_outcome_free)

/* What was asked of fetch(). */
typedef struct
{
  char *key;
  char *rev;
} TallyWanted;

TallyWanted *tally_wanted_new  (const char *key, const char *rev) G_GNUC_WARN_UNUSED_RESULT;
void         tally_wanted_free (TallyWanted *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyWanted, tally_wanted_free)

/* Counters of everything a remote did; read by the run. */
typedef struct
{
  guint64 bytes_up;
  guint64 bytes_down;
  guint   n_requests;
  guint   n_retries;
  gint64  not_before_us;   /* monotonic: the server asked to be left alone until then; 0: no */
} TallyRemoteTraffic;

/* Our mark on the server, per device and connection: `_local/<id>` on CouchDB. It is the only
 * thing that gives a recreated or restored PouchDB Server database away. */
typedef struct
{
  gint64  session;   /* counts up by one with every write by this device */
  char   *since;     /* opaque JSON text, nullable: from the start */
  char   *rev;       /* nullable: its own _rev, needed to write it again */
  TallyBend kept;    /* numbers in it that came back as they were; loaded only */
} TallyRemoteCheckpoint;

void tally_remote_checkpoint_free (TallyRemoteCheckpoint *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyRemoteCheckpoint, tally_remote_checkpoint_free)

#define TALLY_TYPE_REMOTE (tally_remote_get_type ())
G_DECLARE_INTERFACE (TallyRemote, tally_remote, TALLY, REMOTE, GObject)

/**
 * TallyRemoteInterface:
 *
 * A server as the engine sees it. Blocking, on the worker thread that made it. On CouchDB a lost
 * race gives no refusal: it shows as a second leaf in the next page.
 */
struct _TallyRemoteInterface
{
  GTypeInterface parent_iface;

  /* Reaches the server and the database; MISSING, NOT_A_SERVER, HTTP errors. */
  TallyRemoteInfo       * (*probe)           (TallyRemote      *self,
                                              GCancellable     *cancellable,
                                              GError          **error);
  /* @since NULL: from the start. At most @limit rows (fewer where the answer's cap forces it).
   * With @bodies the winner's body of every row. */
  TallyChangesPage      * (*list_changes)    (TallyRemote      *self,
                                              const char       *since,
                                              guint             limit,
                                              gboolean          bodies,
                                              GCancellable     *cancellable,
                                              GError          **error);
  /* The wanted revisions with body and ancestors; what the server lacks is left out; a revision
   * whose body it compacted away comes with body NULL where the server says so. A document that
   * cannot be taken comes with body NULL too. (element-type TallyRevision) */
  GPtrArray             * (*fetch)           (TallyRemote      *self,
                                              GPtrArray        *wanted,
                                              GCancellable     *cancellable,
                                              GError          **error);
  /* Sends each revision with its ancestry as it is. Never an error for what happened to single
   * revisions: each of them gets an outcome (element-type TallyPushOutcome, any order). An error
   * only when nothing at all was sent, or when the login is refused. Sending again is harmless. */
  GPtrArray             * (*push)            (TallyRemote      *self,
                                              GPtrArray        *revisions,
                                              GCancellable     *cancellable,
                                              GError          **error);
  /* *checkpoint NULL when the server has none. */
  gboolean                (*load_checkpoint) (TallyRemote            *self,
                                              const char             *id,
                                              TallyRemoteCheckpoint **checkpoint,
                                              GCancellable           *cancellable,
                                              GError                **error);
  /* *stale: nothing was written, since the mark there is not at @checkpoint's rev; otherwise the
   * rev is brought up to date, %NULL where the answer does not tell it. */
  gboolean                (*save_checkpoint) (TallyRemote            *self,
                                              const char             *id,
                                              TallyRemoteCheckpoint  *checkpoint,
                                              gboolean               *stale,
                                              GCancellable           *cancellable,
                                              GError                **error);
  void                    (*get_traffic)     (TallyRemote        *self,
                                              TallyRemoteTraffic *traffic);
};

TallyRemoteInfo  *tally_remote_probe           (TallyRemote                  *self,
                                                GCancellable                 *cancellable,
                                                GError                      **error);
TallyChangesPage *tally_remote_list_changes    (TallyRemote                  *self,
                                                const char                   *since,
                                                guint                         limit,
                                                gboolean                      bodies,
                                                GCancellable                 *cancellable,
                                                GError                      **error);
GPtrArray        *tally_remote_fetch           (TallyRemote                  *self,
                                                GPtrArray                    *wanted,
                                                GCancellable                 *cancellable,
                                                GError                      **error);
GPtrArray        *tally_remote_push            (TallyRemote                  *self,
                                                GPtrArray                    *revisions,
                                                GCancellable                 *cancellable,
                                                GError                      **error);
gboolean          tally_remote_load_checkpoint (TallyRemote                  *self,
                                                const char                   *id,
                                                TallyRemoteCheckpoint       **checkpoint,
                                                GCancellable                 *cancellable,
                                                GError                      **error);
gboolean          tally_remote_save_checkpoint (TallyRemote                  *self,
                                                const char                   *id,
                                                TallyRemoteCheckpoint        *checkpoint,
                                                gboolean                     *stale,
                                                GCancellable                 *cancellable,
                                                GError                      **error);
void              tally_remote_get_traffic     (TallyRemote                  *self,
                                                TallyRemoteTraffic           *traffic);

G_END_DECLS
