/* tally-server-reply.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-json-writer.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TALLY_SERVER_PRODUCER_CHUNK,    /* a piece of the answer: ask again */
  TALLY_SERVER_PRODUCER_WAIT,     /* nothing to say now: ask again after the handler's "changed"
                                   * or at the given time */
  TALLY_SERVER_PRODUCER_END,      /* the answer is whole */
  TALLY_SERVER_PRODUCER_FAILED,   /* it cannot be finished: cut it off, so that nobody takes a part
                                   * for the whole; the GError is set */
} TallyServerProducerStep;

#define TALLY_TYPE_SERVER_PRODUCER (tally_server_producer_get_type ())
G_DECLARE_INTERFACE (TallyServerProducer, tally_server_producer, TALLY, SERVER_PRODUCER, GObject)

/**
 * TallyServerProducerInterface:
 * @next: on CHUNK sets @chunk, which is never empty; on WAIT sets @wake_us to the monotonic time
 *   (the handler's clock) at which to ask again at the latest
 *
 * The body of an answer that is made piece by piece, so that one of 40 MB never stands in memory,
 * and a long poll can wait without a thread. Used on the handler's thread. Holds no statement and
 * no transaction between two calls.
 */
struct _TallyServerProducerInterface
{
  GTypeInterface parent_iface;

  TallyServerProducerStep (*next) (TallyServerProducer  *self,
                                   GBytes              **chunk,
                                   gint64               *wake_us,
                                   GError              **error);
};

TallyServerProducerStep tally_server_producer_next (TallyServerProducer  *self,
                                                    GBytes              **chunk,
                                                    gint64               *wake_us,
                                                    GError              **error);

/**
 * TallyServerReply:
 * @status: HTTP's
 * @content_type: static
 * @etag: (nullable): quoted, as it goes on the wire
 * @location: (nullable): where the thing made is
 * @body: (nullable): the whole answer, if it is made already
 * @producer: (nullable): else who makes it
 *
 * An answer. Owned by whoever sends it.
 */
typedef struct
{
  guint                status;
  const char          *content_type;
  char                *etag;
  char                *location;
  GBytes              *body;
  TallyServerProducer *producer;
} TallyServerReply;

/* @json: (transfer full). */
TallyServerReply *tally_server_reply_new          (guint                 status,
                                                   char                 *json)
                                                   G_GNUC_WARN_UNUSED_RESULT;
/* {"ok":true} */
TallyServerReply *tally_server_reply_new_ok       (guint                 status)
G_GNUC_WARN_UNUSED_RESULT;
/* {"error":…,"reason":…} */
TallyServerReply *tally_server_reply_new_error    (const GError         *error)
G_GNUC_WARN_UNUSED_RESULT;
/* @producer: (transfer full). */
TallyServerReply *tally_server_reply_new_producer (guint                 status,
                                                   TallyServerProducer  *producer)
                                                   G_GNUC_WARN_UNUSED_RESULT;
void              tally_server_reply_free         (TallyServerReply     *self);

/* The whole answer at once, for where nobody streams. G_IO_ERROR_WOULD_BLOCK when the producer
 * waits: a long poll with nothing to tell. */
GBytes           *tally_server_reply_drain        (TallyServerReply     *self,
                                                   GError              **error)
                                                   G_GNUC_WARN_UNUSED_RESULT;

/* "error" and "reason" members of an open object. */
void              tally_server_write_error        (TallyJsonWriter      *writer,
                                                   const GError         *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyServerReply, tally_server_reply_free)

G_END_DECLS
