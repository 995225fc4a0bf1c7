/* sim-memory.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-memory.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* Before every piece: its size. As long as malloc's own alignment, which it must not spoil. */
#define HEADER_BYTES 16

/* Pieces come in sizes so far apart; above the greatest they are malloc's. */
#define SMALL_STEP_BYTES 16
#define SMALL_BYTES 1024
#define STEP_BYTES 256
#define POOLED_BYTES 8192
#define N_POOLS (SMALL_BYTES / SMALL_STEP_BYTES + (POOLED_BYTES - SMALL_BYTES) / STEP_BYTES + 1)

/* A piece that was given back, by what stands where its contents were. */
typedef struct _Piece Piece;
struct _Piece
{
  Piece *next;   /* nullable */
};

static struct
{
  gboolean counting;
  TallySimMemoryFilter filter;   /* nullable */
  gpointer filter_data;
  guint64  n;
  guint64  fail_first;   /* of n; nothing is to fail where both are equal */
  guint64  fail_end;     /* the first that works again */
  gboolean has_failed;
  Piece   *pools[N_POOLS];   /* by size: given back, kept for the next */
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

static int
round_up (int n_bytes)
{
  int step = n_bytes <= SMALL_BYTES ? SMALL_STEP_BYTES : STEP_BYTES;

  return (n_bytes + step - 1) & ~(step - 1);
}

/* The pool of pieces of that size, which is a rounded one; NULL: they are not kept. */
static Piece **
find_pool (int size)
{
#ifdef TALLY_SIM_ASAN
  return NULL;   /* the sanitizer sees malloc's pieces only */
#else
  if (size > POOLED_BYTES)
    return NULL;
  if (size <= SMALL_BYTES)
    return &memory.pools[size / SMALL_STEP_BYTES];

  return &memory.pools[SMALL_BYTES / SMALL_STEP_BYTES + (size - SMALL_BYTES) / STEP_BYTES];
#endif
}

static void *
take (int size)
{
  Piece **pool = find_pool (size);
  char *block;

  if (pool != NULL && *pool != NULL)
    {
      Piece *piece = *pool;

      *pool = piece->next;
      return piece;
    }

  block = malloc ((size_t) size + HEADER_BYTES);
  if (block == NULL)
    return NULL;

  *(int *) block = size;
  return block + HEADER_BYTES;
}

static int
get_size (void *piece)
{
  return *(int *) ((char *) piece - HEADER_BYTES);
}

static void
release (void *data)
{
  Piece *piece = data;
  Piece **pool = data != NULL ? find_pool (get_size (data)) : NULL;

  if (pool != NULL)
    {
      piece->next = *pool;
      *pool = piece;
    }
  else if (data != NULL)
    free ((char *) data - HEADER_BYTES);
}

static void *
allocate (int n_bytes)
{
  return try () ? take (round_up (n_bytes)) : NULL;
}

static void *
reallocate (void *piece,
            int   n_bytes)
{
  int size = round_up (n_bytes);
  int before = get_size (piece);
  void *other;

  if (!try ())
    return NULL;
  if (size == before)
    return piece;

  other = take (size);
  if (other == NULL)
    return NULL;

  memcpy (other, piece, (size_t) MIN (size, before));
  release (piece);

  return other;
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

  memory.n = 0;
  memory.fail_first = n;
  memory.fail_end = n + n_times;
  memory.has_failed = FALSE;
}

gboolean
tally_sim_memory_has_failed (void)
{
  return memory.has_failed;
}
