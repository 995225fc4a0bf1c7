/* sim-memory.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-memory.h"

#include <sqlite3.h>
#include <stdlib.h>

/* Before every piece: its size. As long as malloc's own alignment, which it must not spoil. */
#define HEADER_BYTES 16

static struct
{
  gboolean counting;
  TallySimMemoryFilter filter;   /* nullable */
  gpointer filter_data;
  guint64  n;
  guint64  fail_first;   /* of n; nothing is to fail where both are equal */
  guint64  fail_end;     /* the first that works again */
  gboolean has_failed;
} memory;

/* FALSE: memory has run out. */
static gboolean
try (void)
{
  gboolean fails;

  if (!memory.counting || (memory.filter != NULL && !memory.filter (memory.filter_data)))
    return TRUE;

  memory.n++;
  fails = memory.n >= memory.fail_first && memory.n < memory.fail_end;
  memory.has_failed = memory.has_failed || fails;

  return !fails;
}

static void *
keep_size (void *block,
           int   n_bytes)
{
  if (block == NULL)
    return NULL;

  *(int *) block = n_bytes;
  return (char *) block + HEADER_BYTES;
}

static void *
allocate (int n_bytes)
{
  return try () ? keep_size (malloc ((size_t) n_bytes + HEADER_BYTES), n_bytes) : NULL;
}

static void
release (void *piece)
{
  if (piece != NULL)
    free ((char *) piece - HEADER_BYTES);
}

static void *
reallocate (void *piece,
            int   n_bytes)
{
  void *block = (char *) piece - HEADER_BYTES;

  return try () ? keep_size (realloc (block, (size_t) n_bytes + HEADER_BYTES), n_bytes) : NULL;
}

static int
get_size (void *piece)
{
  return *(int *) ((char *) piece - HEADER_BYTES);
}

static int
round_up (int n_bytes)
{
  return (n_bytes + 7) & ~7;
}

static int
begin (void *data)
{
  return SQLITE_OK;
}

static void
end (void *data)
{
}

void
tally_sim_memory_set_up (void)
{
  static const sqlite3_mem_methods methods = {
    .xMalloc = allocate,
    .xFree = release,
    .xRealloc = reallocate,
    .xSize = get_size,
    .xRoundup = round_up,
    .xInit = begin,
    .xShutdown = end,
  };

  sqlite3_config (SQLITE_CONFIG_MALLOC, &methods);
  sqlite3_config (SQLITE_CONFIG_LOOKASIDE, 0, 0);
  sqlite3_config (SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}

void
tally_sim_memory_count (gboolean on)
{
  memory.counting = on;
}

void
tally_sim_memory_set_filter (TallySimMemoryFilter func,
                             gpointer             data)
{
  memory.filter = func;
  memory.filter_data = data;
}

guint64
tally_sim_memory_get_n (void)
{
  return memory.n;
}

void
tally_sim_memory_fail_after (guint64 n,
                             guint   n_times)
{
  g_assert (n > 0 || n_times == 0);

  memory.fail_first = memory.n + n;
  memory.fail_end = memory.fail_first + n_times;
  memory.has_failed = FALSE;
}

gboolean
tally_sim_memory_has_failed (void)
{
  return memory.has_failed;
}
