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

/* So much at once, for a file that grows; most end below it. */
#define CAPACITY_BYTES (256 * 1024)

/* One unsynced write, or a truncation to @offset where @length is 0. */
typedef struct
{
  gint64 offset;
  gsize  length;
  gsize  size;     /* the file's before it */
  gsize  start;    /* of what it replaced, in TallySimFile.replaced */
} Write;

TallySimFile *
tally_sim_file_new (void)
{
  TallySimFile *self = g_new0 (TallySimFile, 1);

  self->n_refs = 1;
  self->seen = g_byte_array_sized_new (CAPACITY_BYTES);
  self->writes = g_array_new (FALSE, FALSE, sizeof (Write));
  self->replaced = g_byte_array_new ();
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
  g_array_unref (self->writes);
  g_byte_array_unref (self->replaced);
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
  if ((gsize) offset > array->len)
    resize (array, offset);
  if ((gsize) offset + length > array->len)
    g_byte_array_set_size (array, offset + length);
  memcpy (array->data + offset, bytes, length);
}

/* How many bytes that were there it replaced or cut off. */
static gsize
count_replaced (const Write *entry)
{
  gsize n_bytes = entry->size > (gsize) entry->offset ? entry->size - entry->offset : 0;

  return entry->length > 0 ? MIN (n_bytes, entry->length) : n_bytes;
}

/* Before the write or truncation is done. */
static void
note (TallySimFile *self,
      gint64        offset,
      gsize         length)
{
  Write entry = { offset, length, self->seen->len, self->replaced->len };
  gsize n_bytes = count_replaced (&entry);

  if (n_bytes > 0)
    g_byte_array_append (self->replaced, self->seen->data + offset, n_bytes);
  g_array_append_val (self->writes, entry);
}

void
tally_sim_file_write (TallySimFile *self,
                      gint64        offset,
                      const guint8 *bytes,
                      gsize         length)
{
  if (length == 0)
    return;

  note (self, offset, length);
  overlay (self->seen, offset, bytes, length);
}

void
tally_sim_file_truncate (TallySimFile *self,
                         gint64        size)
{
  note (self, size, 0);
  resize (self->seen, size);
}

void
tally_sim_file_sync (TallySimFile *self)
{
  g_array_set_size (self->writes, 0);
  g_byte_array_set_size (self->replaced, 0);
}

/* Back to the last sync. Returns what the writes had written; their start is now in there. */
static GByteArray *
undo (TallySimFile *self)
{
  GByteArray *written = g_byte_array_new ();

  for (guint i = self->writes->len; i-- > 0;)
    {
      Write *entry = &g_array_index (self->writes, Write, i);
      gsize start = written->len;

      if (entry->length > 0)
        g_byte_array_append (written, self->seen->data + entry->offset, entry->length);
      if (count_replaced (entry) > 0)
        overlay (self->seen, entry->offset, self->replaced->data + entry->start,
                 count_replaced (entry));
      g_byte_array_set_size (self->seen, entry->size);
      entry->start = start;
    }

  return written;
}

/* Sector by sector; of a torn one only the first bytes arrived. */
static gboolean
keep_sectors (TallySimFile *self,
              const Write  *entry,
              const guint8 *bytes,
              GRand        *rand)
{
  gboolean lost = FALSE;
  gsize done = 0;

  while (done < entry->length)
    {
      gint64 offset = entry->offset + done;
      gsize part = MIN (entry->length - done, SECTOR_BYTES - (gsize) offset % SECTOR_BYTES);
      guint fate = g_rand_int_range (rand, 0, 16);

      if (fate < 8)
        overlay (self->seen, offset, bytes + done, part);
      else if (fate == 8)
        overlay (self->seen, offset, bytes + done, g_rand_int_range (rand, 0, part + 1));
      lost = lost || fate >= 8;
      done += part;
    }

  return lost;
}

gboolean
tally_sim_file_lose (TallySimFile *self,
                     GRand        *rand)
{
  g_autoptr (GByteArray) written = undo (self);
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
        resize (self->seen, entry->offset);
      else if (mode == 1)
        overlay (self->seen, entry->offset, written->data + entry->start, entry->length);
      else
        lost = keep_sectors (self, entry, written->data + entry->start, rand) || lost;
    }

  lost = lost || n_kept < self->writes->len;
  tally_sim_file_sync (self);

  return lost;
}
