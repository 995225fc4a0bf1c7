/* sim-file.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-file-private.h"

#include <string.h>

/* The unit a disk writes at once; SQLite's default idea of it is 4096, old disks had 512. The
 * smaller one gives more ways to be torn. */
#define SECTOR_BYTES 512

/* One unsynced write, or a truncation to @offset where @length is 0. */
typedef struct
{
  gint64 offset;
  gsize  length;
  gsize  start;    /* in TallySimFile.written */
} Write;

TallySimFile *
tally_sim_file_new (void)
{
  TallySimFile *self = g_new0 (TallySimFile, 1);

  self->n_refs = 1;
  self->seen = g_byte_array_new ();
  self->synced = g_byte_array_new ();
  self->writes = g_array_new (FALSE, FALSE, sizeof (Write));
  self->written = g_byte_array_new ();
  self->regions = g_ptr_array_new_with_free_func (g_free);

  return self;
}

TallySimFile *
tally_sim_file_ref (TallySimFile *self)
{
  self->n_refs++;
  return self;
}

void
tally_sim_file_unref (TallySimFile *self)
{
  if (--self->n_refs > 0)
    return;

  g_byte_array_unref (self->seen);
  g_byte_array_unref (self->synced);
  g_array_unref (self->writes);
  g_byte_array_unref (self->written);
  g_ptr_array_unref (self->regions);
  g_free (self);
}

static void
resize (GByteArray *array,
        gsize       size)
{
  gsize before = array->len;

  g_byte_array_set_size (array, size);
  if (size > before)
    memset (array->data + before, 0, size - before);
}

static void
overlay (GByteArray   *array,
         gint64        offset,
         const guint8 *bytes,
         gsize         length)
{
  if ((gsize) offset + length > array->len)
    resize (array, (gsize) offset + length);
  memcpy (array->data + offset, bytes, length);
}

void
tally_sim_file_write (TallySimFile *self,
                      gint64        offset,
                      const guint8 *bytes,
                      gsize         length)
{
  Write entry = { .offset = offset, .length = length, .start = self->written->len };

  if (length == 0)
    return;

  overlay (self->seen, offset, bytes, length);
  g_byte_array_append (self->written, bytes, length);
  g_array_append_val (self->writes, entry);
}

void
tally_sim_file_truncate (TallySimFile *self,
                         gint64        size)
{
  Write entry = { .offset = size };

  resize (self->seen, size);
  g_array_append_val (self->writes, entry);
}

static void
forget_writes (TallySimFile *self)
{
  g_array_set_size (self->writes, 0);
  g_byte_array_set_size (self->written, 0);
}

void
tally_sim_file_sync (TallySimFile *self)
{
  for (guint i = 0; i < self->writes->len; i++)
    {
      const Write *entry = &g_array_index (self->writes, Write, i);

      if (entry->length == 0)
        resize (self->synced, entry->offset);
      else
        overlay (self->synced, entry->offset, self->written->data + entry->start, entry->length);
    }

  forget_writes (self);
}

/* Sector by sector; of a torn one only the first bytes arrived. */
static gboolean
keep_sectors (TallySimFile *self,
              const Write  *entry,
              GRand        *rand)
{
  const guint8 *bytes = self->written->data + entry->start;
  gboolean lost = FALSE;
  gsize done = 0;

  while (done < entry->length)
    {
      gint64 offset = entry->offset + done;
      gsize part = MIN (entry->length - done, SECTOR_BYTES - (gsize) offset % SECTOR_BYTES);
      guint fate = g_rand_int_range (rand, 0, 16);

      if (fate < 8)
        overlay (self->synced, offset, bytes + done, part);
      else if (fate == 8)
        overlay (self->synced, offset, bytes + done, g_rand_int_range (rand, 0, part + 1));
      lost = lost || fate >= 8;
      done += part;
    }

  return lost;
}

gboolean
tally_sim_file_lose (TallySimFile *self,
                     GRand        *rand)
{
  guint mode = g_rand_int_range (rand, 0, 4);
  guint n_kept = self->writes->len;
  gboolean lost = FALSE;

  /* Nothing, the first few, or any mixture of sectors. */
  if (mode == 0)
    n_kept = 0;
  else if (mode == 1)
    n_kept = g_rand_int_range (rand, 0, self->writes->len + 1);

  for (guint i = 0; i < n_kept; i++)
    {
      const Write *entry = &g_array_index (self->writes, Write, i);

      if (entry->length == 0)
        resize (self->synced, entry->offset);
      else if (mode == 1)
        overlay (self->synced, entry->offset, self->written->data + entry->start, entry->length);
      else
        lost = keep_sectors (self, entry, rand) || lost;
    }

  lost = lost || n_kept < self->writes->len;
  forget_writes (self);
  g_byte_array_set_size (self->seen, 0);
  g_byte_array_append (self->seen, self->synced->data, self->synced->len);

  return lost;
}
