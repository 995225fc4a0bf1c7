/* tally-machine-id.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-machine-id.h"

/* machine-id(5) asks programs not to give the id away: only a hash bound to this purpose leaves. */
#define PURPOSE "io.github.tallystick.device"

/**
 * tally_machine_id_dup:
 *
 * A text that names this machine, so that a store which was copied to another one is noticed.
 * From /etc/machine-id, else D-Bus's own, else the host's name.
 *
 * Returns: (transfer full): 64 hex digits; the same on every call on one machine
 */
char *
tally_machine_id_dup (void)
{
  static const char * const paths[] = { "/etc/machine-id", "/var/lib/dbus/machine-id" };
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (paths) && id == NULL; i++)
    {
      if (!g_file_get_contents (paths[i], &id, NULL, NULL))
        continue;
      g_strstrip (id);
      /* Images are shipped with an empty file or this word until their first start. */
      if (*id == '\0' || g_str_equal (id, "uninitialized"))
        g_clear_pointer (&id, g_free);
    }

  text = g_strconcat (PURPOSE, "\n", id != NULL ? id : g_get_host_name (), NULL);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}
