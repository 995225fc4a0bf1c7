/* tally-server-database-private.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "server/tally-server-database.h"

G_BEGIN_DECLS

/* What is counted while documents are written; a roll-back takes it back. */
typedef struct
{
  gint64 n_live;
  gint64 n_deleted;
  gint64 seq;
} TallyServerCounts;

struct _TallyServerDatabase
{
  GObject            parent_instance;

  char              *name;         /* owned */
  char              *start_time;   /* owned */
  char              *mark;         /* owned: the end of every sequence */
  TallyDb           *db;           /* owned; NULL once closed */

  TallyServerCounts  counts;
  TallyServerCounts  committed;
};

G_END_DECLS
