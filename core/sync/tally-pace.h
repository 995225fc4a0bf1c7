/* tally-pace.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TallyPace:
 * @push_bytes: what a batch of a push may weigh
 * @pull_rows: what a page of a pull may list
 *
 * How much is moved at once on this way to this server: little is lost where a connection breaks,
 * and much goes through where it is fast. It grows while things go well and shrinks on trouble. A
 * plain value; 0 stands for what is not known yet. Any thread, one at a time.
 */
typedef struct
{
  guint push_bytes;
  guint pull_rows;
} TallyPace;

guint tally_pace_get_push_bytes (const TallyPace *self);
guint tally_pace_get_pull_rows  (const TallyPace *self);

/* A batch took so long; @full: it was as large as it might be; @well: all of it was answered. */
void  tally_pace_note_push      (TallyPace       *self,
                                 gint64           took_us,
                                 gboolean         full,
                                 gboolean         well);
/* Likewise for a page. */
void  tally_pace_note_pull      (TallyPace       *self,
                                 gint64           took_us,
                                 gboolean         full,
                                 gboolean         well);

G_END_DECLS
