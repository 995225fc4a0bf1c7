/* sim-image.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-vfs-private.h"

struct _TallySimImage
{
  GPtrArray *names;    /* owned: in the order of their making */
  GPtrArray *bytes;    /* owned: GBytes, one a name */
};

TallySimImage *
tally_sim_vfs_snapshot (TallySimVfs *self)
{
  TallySimImage *image = g_new0 (TallySimImage, 1);

  image->names = g_ptr_array_new_with_free_func (g_free);
  image->bytes = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < self->names->len; i++)
    {
      const char *name = g_ptr_array_index (self->names, i);
      TallySimFile *file = g_hash_table_lookup (self->files, name);

      if (file == NULL)
        continue;

      g_ptr_array_add (image->names, g_strdup (name));
      g_ptr_array_add (image->bytes, g_bytes_new (file->seen->data, file->seen->len));
    }

  return image;
}

void
tally_sim_vfs_load (TallySimVfs         *self,
                    const TallySimImage *image)
{
  g_assert (self->n_open == 0);

  g_hash_table_remove_all (self->files);
  g_hash_table_remove_all (self->ghosts);
  g_ptr_array_set_size (self->names, 0);

  for (guint i = 0; i < image->names->len; i++)
    {
      g_autoptr (TallySimFile) file = tally_sim_file_new ();
      gsize size;
      const guint8 *bytes = g_bytes_get_data (g_ptr_array_index (image->bytes, i), &size);

      tally_sim_file_write (file, 0, bytes, size);
      tally_sim_file_sync (file);
      file->name_synced = TRUE;
      tally_sim_vfs_add_file (self, g_ptr_array_index (image->names, i), file);
    }
}

void
tally_sim_image_free (TallySimImage *self)
{
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->bytes);
  g_free (self);
}
