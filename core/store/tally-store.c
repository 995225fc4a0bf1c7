/* tally-store.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "base/tally-planted.h"
#include "store/tally-store-private.h"

#include "tally-store-resources.h"

/* "TLLY": the file is ours, whatever its name. */
#define STORE_APPLICATION_ID 0x544c4c59

#define STORE_SQL_PATH "/io/github/tallystick/store/sql"

G_DEFINE_QUARK (tally-store-error-quark, tally_store_error)

static char *
mint_device (GRand *rand)
{
  return g_strdup_printf ("%08x%08x", g_rand_int (rand), g_rand_int (rand));
}

/* *device NULL: none is stored, or it is another machine's. */
static gboolean
read_device (TallyStore  *self,
             const char  *machine,
             char       **device,
             GError     **error)
{
  g_autofree char *known = NULL;
  g_autofree char *stored = NULL;
  g_autoptr (GError) local_error = NULL;

  known = tally_store_dup_setting (self, "machine", &local_error);
  if (local_error == NULL)
    stored = tally_store_dup_setting (self, "device", &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  *device = g_strcmp0 (known, machine) == 0 || TALLY_IS_PLANTED (SAME_DEVICE)
            ? g_steal_pointer (&stored) : NULL;

  return TRUE;
}

/* Two connections may open a new file at once, and must come by one name. */
static gboolean
write_device (TallyStore  *self,
              const char  *machine,
              GRand       *rand,
              GError     **error)
{
  if (!read_device (self, machine, &self->device, error))
    return FALSE;
  if (self->device != NULL)
    return TRUE;

  self->device = mint_device (rand);

  /* The mark on the server is the old device's: this one has none yet. */
  return tally_store_set_session (self, 0, error) &&
         tally_store_set_setting (self, "device", self->device, error) &&
         tally_store_set_setting (self, "machine", machine, error);
}

/* A copied home, a cloned machine or a restored backup would otherwise write under somebody
 * else's name. */
static gboolean
load_device (TallyStore               *self,
             const TallyStoreOptions  *options,
             GError                  **error)
{
  g_autofree char *machine = g_compute_checksum_for_string (G_CHECKSUM_SHA256,
                                                            options->machine_id, -1);

  if (!read_device (self, machine, &self->device, error))
    return FALSE;
  if (self->device != NULL)
    return TRUE;

  if (!tally_db_begin (self->db, error))
    return FALSE;
  if (!write_device (self, machine, options->rand, error) || !tally_db_commit (self->db, error))
    {
      tally_db_rollback (self->db);
      return FALSE;
    }

  return TRUE;
}

/**
 * tally_store_open:
 * @options: what it needs of the world
 * @error: %TALLY_DB_ERROR: damaged, newer, read-only, full; the file is never overwritten
 *
 * Opens or creates a store on the calling thread. The caller holds the store's lock.
 *
 * Returns: (transfer full): the store
 */
TallyStore *
tally_store_open (const TallyStoreOptions  *options,
                  GError                  **error)
{
  g_autoptr (TallyStore) self = g_new0 (TallyStore, 1);
  g_autoptr (TallyReason) warning = NULL;
  TallyDbOptions db_options = {
    .path = options->path,
    .sql_path = STORE_SQL_PATH,
    .application_id = STORE_APPLICATION_ID,
    .vfs = options->vfs,
  };

  /* Naming the resource keeps the linker from dropping it out of the static library. */
  g_assert (tally_store_get_resource () != NULL);

  self->clock = g_object_ref (options->clock);
  self->db = tally_db_open (&db_options, error);
  if (self->db == NULL || !load_device (self, options, error) ||
      !tally_store_look_at_size (self, &warning, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * tally_store_close:
 * @self: (transfer full): a store, on the thread that opened it
 */
void
tally_store_close (TallyStore *self)
{
  g_clear_pointer (&self->db, tally_db_close);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->device, g_free);
  g_free (self);
}

/**
 * tally_store_get_device:
 * @self: a store
 *
 * Returns: this device's random id, 16 hex digits
 */
const char *
tally_store_get_device (TallyStore *self)
{
  return self->device;
}

/**
 * tally_store_dup_setting:
 * @self: a store
 * @name: of the setting
 * @error: %TALLY_DB_ERROR
 *
 * Returns: (transfer full) (nullable): its value; %NULL without an error when it is not set
 */
char *
tally_store_dup_setting (TallyStore  *self,
                         const char  *name,
                         GError     **error)
{
  g_autoptr (TallyStatement) statement = tally_db_statement (self->db, "setting-get");

  tally_statement_bind_text (statement, ":name", name);
  if (tally_statement_step (statement, error) != TALLY_DB_ROW)
    return NULL;

  return g_strdup (tally_statement_get_text (statement, 0));
}

/**
 * tally_store_set_setting:
 * @self: a store
 * @name: of the setting
 * @value: (nullable): %NULL to forget it
 * @error: %TALLY_DB_ERROR
 *
 * Returns: whether it is stored
 */
gboolean
tally_store_set_setting (TallyStore  *self,
                         const char  *name,
                         const char  *value,
                         GError     **error)
{
  g_autoptr (TallyStatement) statement =
    tally_db_statement (self->db, value != NULL ? "setting-set" : "setting-delete");

  tally_statement_bind_text (statement, ":name", name);
  if (value != NULL)
    tally_statement_bind_text (statement, ":value", value);

  return tally_statement_run (statement, error);
}

/**
 * tally_store_reason_for_error:
 * @error: of %TALLY_DB_ERROR, %TALLY_STORE_ERROR or anything else
 *
 * Returns: (transfer full): the reason to show and store
 */
TallyReason *
tally_store_reason_for_error (const GError *error)
{
  static const char * const codes[] = {
    [TALLY_DB_ERROR_CORRUPT] = "store-corrupt",
    [TALLY_DB_ERROR_TOO_NEW] = "store-too-new",
    [TALLY_DB_ERROR_READ_ONLY] = "store-read-only",
    [TALLY_DB_ERROR_FULL] = "disk-full",
    [TALLY_DB_ERROR_LIMIT] = "store-full",
    [TALLY_DB_ERROR_BUSY] = "store-busy",
    [TALLY_DB_ERROR_CONSTRAINT] = "store-failed",
    [TALLY_DB_ERROR_FAILED] = "store-failed",
  };

  if (error->domain == TALLY_DB_ERROR)
    return tally_reason_new (codes[error->code], "detail", error->message, NULL);
  if (g_error_matches (error, TALLY_STORE_ERROR, TALLY_STORE_ERROR_LOCKED))
    return tally_reason_new ("locked", "detail", error->message, NULL);

  return tally_reason_new_for_error (error);
}
