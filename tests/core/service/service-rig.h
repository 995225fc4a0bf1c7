/* service-rig.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lib/tally-fake-remote.h"
#include "service/tally-service.h"

G_BEGIN_DECLS

/**
 * ServiceRig:
 *
 * A whole service over a store in a folder of its own and a server in memory: no socket, no
 * network. Waiting means running the main loop until something is so; a test that waits in vain
 * is ended by the test runner.
 */
typedef struct
{
  char            *folder;     /* owned */
  char            *path;       /* owned */
  TallyFakeRemote *remote;     /* owned; touched by the test only while no run is on */
  TallyService    *service;    /* owned */
  GPtrArray       *asked;      /* owned; of char*: "URL user:password" of each run, like @remote */
  GMutex           gate;       /* a run doesn't get past its start while the test holds it */
  GPtrArray       *events;     /* owned; of char*: types in their order */
} ServiceRig;

void      service_rig_set_up    (ServiceRig        *rig,
                                 gconstpointer      data);
/* Does not connect. */
void      service_rig_tear_down (ServiceRig        *rig,
                                 gconstpointer      data);
/* @scheduler: runs by itself, and edits leave at once. */
void      service_rig_open      (ServiceRig        *rig,
                                 gboolean           scheduler);
void      service_rig_close     (ServiceRig        *rig);
void      service_rig_connect   (ServiceRig        *rig);
/* Without user and password but those in @url. */
void      service_rig_connect_to (ServiceRig       *rig,
                                 const char        *url);
/* Returns the run's object. */
char     *service_rig_sync      (ServiceRig        *rig);
/* A call of the bus; NULL with @error. */
GVariant *service_rig_call      (ServiceRig        *rig,
                                 const char        *method,
                                 GVariant          *parameters,
                                 int                fd,
                                 GError           **error);
void      service_rig_put       (ServiceRig        *rig,
                                 const char        *key,
                                 const char        *body);
/* Until the manager's property reads so. */
void      service_rig_wait      (ServiceRig        *rig,
                                 const char        *property,
                                 const char        *value);
char     *service_rig_dup       (ServiceRig        *rig,
                                 const char        *property);
guint     service_rig_count     (ServiceRig        *rig,
                                 const char        *type);

G_END_DECLS
