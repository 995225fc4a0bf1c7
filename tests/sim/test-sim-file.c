/* test-sim-file.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-file-private.h"

#include <string.h>

#define MAX_BYTES 5000

static GBytes *
copy_seen (TallySimFile *file)
{
  return g_bytes_new (file->seen->data, file->seen->len);
}

static void
assert_seen (TallySimFile *file,
             GBytes       *expected)
{
  gsize size;
  const void *bytes = g_bytes_get_data (expected, &size);

  g_assert_cmpmem (file->seen->data, file->seen->len, bytes, size);
}

/* A write, as a rule, or a truncation. */
static void
change (TallySimFile *file,
        GRand        *rand)
{
  gint64 offset = g_rand_int_range (rand, 0, MAX_BYTES);
  guint8 bytes[MAX_BYTES];
  gsize length = g_rand_int_range (rand, 1, MAX_BYTES);

  memset (bytes, g_rand_int_range (rand, 1, 256), length);
  if (g_rand_int_range (rand, 0, 4) == 0)
    tally_sim_file_truncate (file, offset);
  else
    tally_sim_file_write (file, offset, bytes, length);
}

/* Each state since the last sync, the oldest first, is remembered whole: a loss that keeps the
 * first few writes must give one of them. The draws are those of tally_sim_file_lose(). */
static void
lose_once (TallySimFile *file,
           GRand        *rand,
           guint        *n_modes)
{
  g_autoptr (GPtrArray) states = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  guint n_writes = g_rand_int_range (rand, 0, 8);
  g_autoptr (GRand) same = NULL;
  guint mode;
  guint n_kept = 0;
  gboolean lost;

  g_ptr_array_add (states, copy_seen (file));
  for (guint i = 0; i < n_writes; i++)
    {
      change (file, rand);
      g_ptr_array_add (states, copy_seen (file));
    }

  same = g_rand_copy (rand);
  mode = g_rand_int_range (same, 0, 4);
  if (mode == 1)
    n_kept = g_rand_int_range (same, 0, n_writes + 1);

  lost = tally_sim_file_lose (file, rand);
  n_modes[mode]++;
  if (mode > 1)
    return;

  g_assert_cmpint (lost, ==, n_kept < n_writes);
  assert_seen (file, g_ptr_array_index (states, n_kept));
}

static void
test_lose (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  guint n_modes[4] = { 0 };

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (TallySimFile) file = tally_sim_file_new ();

      for (guint j = 0; j < 20; j++)
        {
          lose_once (file, rand, n_modes);
          change (file, rand);
          tally_sim_file_sync (file);
        }
    }

  for (guint mode = 0; mode < G_N_ELEMENTS (n_modes); mode++)
    g_assert_cmpuint (n_modes[mode], >, 100);
}

/* What lies between the old end and a write beyond it reads as zeros, also where bytes once were. */
static void
test_gap (void)
{
  g_autoptr (TallySimFile) file = tally_sim_file_new ();
  static const guint8 expected[6] = { 'a', 0, 0, 0, 'b', 0 };

  tally_sim_file_write (file, 0, (const guint8 *) "axyz", 4);
  tally_sim_file_truncate (file, 1);
  tally_sim_file_write (file, 4, (const guint8 *) "b", 1);
  tally_sim_file_truncate (file, 6);
  g_assert_cmpmem (file->seen->data, file->seen->len, expected, sizeof expected);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sim/file/lose", test_lose);
  g_test_add_func ("/sim/file/gap", test_gap);

  return g_test_run ();
}
