/* sim-template.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-template.h"

#include "sim/sim-clock.h"
#include "sim/sim-device.h"

static TallySimImage *
make_store (TallyClock *clock)
{
  g_autoptr (TallySimVfs) disk = tally_sim_vfs_new ("template", 0, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (0);
  g_autoptr (GError) error = NULL;
  TallyStoreOptions options = {
    .path = TALLY_SIM_STORE_PATH,
    .vfs = tally_sim_vfs_get_name (disk),
    .clock = clock,
    .rand = rand,
    .machine_id = "template",
  };
  TallyStore *store = tally_store_open (&options, &error);

  if (store == NULL)
    g_error ("No template: %s", error->message);
  tally_store_close (store);

  return tally_sim_vfs_snapshot (disk);
}

const TallySimImage *
tally_sim_template_get_store (void)
{
  static TallySimImage *image = NULL;

  if (image == NULL)
    {
      g_autoptr (TallySimBaton) baton = tally_sim_baton_new (0);
      g_autoptr (TallySimClock) clock = tally_sim_clock_new (baton);

      image = make_store (TALLY_CLOCK (clock));
    }

  return image;
}
