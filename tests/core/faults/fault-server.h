/* fault-server.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/tally-clock.h"

G_BEGIN_DECLS

/**
 * FaultKind:
 * @FAULT_NONE: none
 * @FAULT_STATUS: the request is not carried out; the answer has the fault's status
 * @FAULT_DROP: it is not carried out; the connection is dropped without a byte
 * @FAULT_LOST: it is carried out; the connection is dropped without a byte
 * @FAULT_HEADERS: it is carried out; the connection is dropped after the answer's headers
 * @FAULT_TRUNCATE: it is carried out; half the answer is sent
 * @FAULT_STALL: it is not carried out, nor answered
 * @FAULT_TWICE: it is carried out twice; the second answer is sent
 * @FAULT_SPOILT: it is carried out; a byte of the answer is no UTF-8
 * @FAULT_HTML: it is not carried out; the answer is a page for people, with status 200
 * @FAULT_BOMB: it is not carried out; the answer is small until it is unpacked
 * @FAULT_LARGE: it is not carried out; the answer is a JSON text of 10 MB
 */
typedef enum
{
  FAULT_NONE,
  FAULT_STATUS,
  FAULT_DROP,
  FAULT_LOST,
  FAULT_HEADERS,
  FAULT_TRUNCATE,
  FAULT_STALL,
  FAULT_TWICE,
  FAULT_SPOILT,
  FAULT_HTML,
  FAULT_BOMB,
  FAULT_LARGE,
} FaultKind;

typedef struct
{
  const char *name;          /* in the table */
  FaultKind   kind;
  guint       status;
  const char *retry_after;   /* nullable */
} Fault;

/* A kind of request, by what is asked. */
typedef struct
{
  const char *name;          /* in the table */
  const char *method;
  const char *path;          /* what follows the database's name begins with it; "": itself */
  const char *query;         /* nullable: it contains this … */
  const char *query_not;     /* nullable: … and not this */
  const char *after;         /* nullable: only once something was asked whose path begins so */
} Place;

/**
 * FaultServer:
 *
 * A libsoup server on 127.0.0.1 with the real handler behind it, which meets one kind of request
 * with a fault. Runs on a thread of its own; all functions are for the test's thread.
 */
typedef struct _FaultServer FaultServer;

/* @clock, @rand: its own from now on until it is freed. */
FaultServer *fault_server_new      (const char   *folder,
                                    TallyClock   *clock,
                                    GRand        *rand) G_GNUC_WARN_UNUSED_RESULT;
void         fault_server_free     (FaultServer  *self);
char        *fault_server_dup_url  (FaultServer  *self,
                                    const char   *path) G_GNUC_WARN_UNUSED_RESULT;
/* From now on @fault meets the requests to @place: one of them, or all. NULL: no more.
 * Requests are counted from here on. */
void         fault_server_set      (FaultServer  *self,
                                    const Place  *place,
                                    const Fault  *fault,
                                    gboolean      once);
/* A request is about to be sent: whether it is going to be met with silence. */
gboolean     fault_server_announce (FaultServer  *self,
                                    const char   *method,
                                    const char   *url);
/* Requests to the place, met or not: as announced, and as they arrived. libsoup sends one that is
 * harmless to repeat again by itself where a kept-alive connection turns out dead. */
guint        fault_server_n_sent   (FaultServer  *self);
guint        fault_server_n_hits   (FaultServer  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FaultServer, fault_server_free)

G_END_DECLS
