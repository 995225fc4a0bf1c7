/* sim-oracle.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-oracle.h"

#include "base/tally-json-text.h"
#include "sim/sim-typing.h"

#include <sqlite3.h>
#include <string.h>

/* No world has more. */
#define MAX_RECORDS 5

/* --- what the server says, asked by hand and not through the engine's remote --- */

static char *
ask (const TallySimOracle *self,
     const char           *method,
     const char           *path,
     const char           *text)
{
  g_autofree char *url = g_strconcat (TALLY_SIM_SERVER_URL, path, NULL);
  g_autoptr (GBytes) body = text != NULL ? g_bytes_new (text, strlen (text)) : NULL;
  TallyRequest request = {
    .method = method, .url = url, .body = body,
    .content_type = text != NULL ? "application/json" : NULL,
  };
  g_autoptr (TallyResponse) response = tally_sim_net_ask (self->net, &request);

  if (response == NULL || response->status != 200)
    {
      tally_sim_trace_fail (self->trace, "the server does not answer %s: %u", path,
                            response != NULL ? response->status : 0);
      return g_strdup ("{}");
    }

  return g_strndup (g_bytes_get_data (response->body, NULL), g_bytes_get_size (response->body));
}

/* The elements of an array that is a member of an object. */
static GArray *
elements_of (const TallyJsonSpan *object,
             const char          *name)
{
  g_autoptr (GArray) members = tally_json_text_members (object->text, object->length, NULL);
  const TallyJsonMember *member = members != NULL ? tally_json_members_find (members, name) : NULL;

  if (member == NULL)
    return g_array_new (FALSE, FALSE, sizeof (TallyJsonSpan));

  return tally_json_text_elements (member->value.text, member->value.length, NULL);
}

static char *
dup_member (const TallyJsonSpan *object,
            const char          *name)
{
  g_autoptr (GArray) members = tally_json_text_members (object->text, object->length, NULL);
  const TallyJsonMember *member = members != NULL ? tally_json_members_find (members, name) : NULL;

  if (member == NULL)
    return NULL;
  if (member->value.length > 0 && member->value.text[0] == '"')
    return tally_json_span_dup_string (&member->value, NULL);

  return tally_json_span_dup (&member->value);
}

static TallyJsonSpan
whole (const char *text)
{
  return (TallyJsonSpan) { .text = text, .length = strlen (text) };
}

/* key -> body of every live document */
static GHashTable *
list_live (const TallySimOracle *self)
{
  GHashTable *live = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *answer = ask (self, "GET", "/_all_docs?include_docs=true", NULL);
  TallyJsonSpan object = whole (answer);
  g_autoptr (GArray) rows = elements_of (&object, "rows");

  for (guint i = 0; i < rows->len; i++)
    {
      g_autofree char *document = dup_member (&g_array_index (rows, TallyJsonSpan, i), "doc");
      g_autoptr (TallyRevision) revision = tally_revision_parse (document, -1, NULL);

      if (revision == NULL)
        tally_sim_trace_fail (self->trace, "a document of the server makes no sense: %s",
                              document);
      else
        g_hash_table_insert (live, g_strdup (revision->key), g_strdup (revision->body));
    }

  return live;
}

/* A question for every leaf of every tree; complains of records with two live leaves later. */
static char *
make_question (const TallySimOracle *self)
{
  g_autofree char *answer = ask (self, "GET", "/_changes?style=all_docs", NULL);
  TallyJsonSpan object = whole (answer);
  g_autoptr (GArray) rows = elements_of (&object, "results");
  GString *question = g_string_new ("{\"docs\":[");

  for (guint i = 0; i < rows->len; i++)
    {
      const TallyJsonSpan *row = &g_array_index (rows, TallyJsonSpan, i);
      g_autofree char *key = dup_member (row, "id");
      g_autoptr (GArray) leaves = elements_of (row, "changes");

      for (guint j = 0; j < leaves->len; j++)
        {
          g_autofree char *rev = dup_member (&g_array_index (leaves, TallyJsonSpan, j), "rev");

          g_string_append (question, question->str[question->len - 1] == '[' ? "{\"id\":"
                                                                            : ",{\"id\":");
          tally_json_append_string (question, key);
          g_string_append_printf (question, ",\"rev\":\"%s\"}", rev);
        }
    }
  g_string_append (question, "]}");

  return g_string_free (question, FALSE);
}

typedef struct
{
  GHashTable *revs;      /* "key rev" of everything that is kept somewhere */
  GHashTable *bodies;    /* "key body" */
} Kept;

static void
keep (Kept          *kept,
      TallyRevision *revision)
{
  g_hash_table_add (kept->revs, g_strdup_printf ("%s %s", revision->key, revision->rev));
  for (guint i = 0; revision->ancestors[i] != NULL; i++)
    g_hash_table_add (kept->revs, g_strdup_printf ("%s %s", revision->key,
                                                   revision->ancestors[i]));
  if (revision->deleted || revision->body != NULL)
    g_hash_table_add (kept->bodies,
                      g_strdup_printf ("%s %s", revision->key,
                                       revision->deleted ? TALLY_SIM_LEDGER_DELETED
                                                         : revision->body));
}

static void
keep_trees (const TallySimOracle *self,
            Kept                 *kept)
{
  g_autofree char *question = make_question (self);
  g_autofree char *answer = ask (self, "POST", "/_bulk_get?revs=true", question);
  g_autoptr (GHashTable) live = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  TallyJsonSpan object = whole (answer);
  g_autoptr (GArray) results = elements_of (&object, "results");

  for (guint i = 0; i < results->len; i++)
    {
      g_autoptr (GArray) docs = elements_of (&g_array_index (results, TallyJsonSpan, i), "docs");

      for (guint j = 0; j < docs->len; j++)
        {
          g_autofree char *document = dup_member (&g_array_index (docs, TallyJsonSpan, j), "ok");
          g_autoptr (TallyRevision) revision = NULL;

          revision = document != NULL ? tally_revision_parse (document, -1, NULL) : NULL;
          if (revision == NULL)
            {
              tally_sim_trace_fail (self->trace, "the server lacks one of its own leaves");
              continue;
            }
          keep (kept, revision);
          if (!revision->deleted && !g_hash_table_add (live, g_strdup (revision->key)))
            tally_sim_trace_fail (self->trace, "%s has two live leaves at the end",
                                  revision->key);
        }
    }
}

/* --- what the devices say --- */

/* What the store derives and keeps must be what would be derived now. */
static void
check_derived (const TallySimOracle *self,
               TallySimDevice       *device,
               sqlite3              *db)
{
  static const char sql[] =
    "SELECT r.key, r.state, r.live, coalesce(o.sendable, 0) FROM record AS r "
    "LEFT JOIN outbox AS o ON o.record = r.id ORDER BY r.id";
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK)
    tally_sim_trace_fail (self->trace, "records cannot be read: %s", sqlite3_errmsg (db));

  while (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    {
      const char *key = (const char *) sqlite3_column_text (statement, 0);
      g_autoptr (TallyRecord) record = NULL;

      record = tally_store_get (tally_sim_device_get_store (device), key, NULL);
      if (record == NULL ||
          sqlite3_column_int (statement, 1) != (int) tally_record_get_state (record) ||
          sqlite3_column_int (statement, 2) != tally_record_is_live (record) ||
          sqlite3_column_int (statement, 3) != tally_record_is_sendable (record))
        tally_sim_trace_fail (self->trace, "%s: the derived columns of %s are wrong",
                              tally_sim_device_get_name (device), key);
    }
  sqlite3_finalize (statement);
}

/* No revision stays that nothing points at. */
static void
check_orphans (const TallySimOracle *self,
               TallySimDevice       *device,
               sqlite3              *db)
{
  static const char sql[] =
    "SELECT count(*) FROM revision AS v JOIN record AS r ON r.id = v.record "
    "WHERE v.remote_leaf = 0 AND v.id IS NOT r.base AND v.id IS NOT r.local "
    "AND v.id IS NOT r.remote "
    "AND NOT EXISTS (SELECT 1 FROM outbox AS o WHERE o.rev = v.id OR o.sent_rev = v.id) "
    "AND NOT EXISTS (SELECT 1 FROM history_side AS s WHERE s.revision = v.id) "
    "AND NOT EXISTS (SELECT 1 FROM preimage AS p WHERE p.before = v.id)";
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK ||
      sqlite3_step (statement) != SQLITE_ROW || sqlite3_column_int (statement, 0) != 0)
    tally_sim_trace_fail (self->trace, "%s keeps revisions nobody needs",
                          tally_sim_device_get_name (device));
  sqlite3_finalize (statement);
}

static void
read_store (const TallySimOracle *self,
            TallySimDevice       *device,
            Kept                 *kept)
{
  static const char sql[] =
    "SELECT DISTINCT r.key, v.rev, v.deleted, v.body FROM history_side AS s "
    "JOIN revision AS v ON v.id = s.revision JOIN record AS r ON r.id = v.record";
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;

  sqlite3_open_v2 (TALLY_SIM_STORE_PATH, &db, SQLITE_OPEN_READWRITE,
                   tally_sim_vfs_get_name (tally_sim_device_get_disk (device)));
  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK)
    tally_sim_trace_fail (self->trace, "history cannot be read: %s", sqlite3_errmsg (db));

  while (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    {
      g_autoptr (TallyRevision) revision = NULL;

      revision = tally_revision_new ((const char *) sqlite3_column_text (statement, 0),
                                     (const char *) sqlite3_column_text (statement, 1), NULL,
                                     sqlite3_column_int (statement, 2),
                                     (const char *) sqlite3_column_text (statement, 3), NULL);
      keep (kept, revision);
    }
  sqlite3_finalize (statement);

  if (sqlite3_prepare_v2 (db, "PRAGMA integrity_check", -1, &statement, NULL) != SQLITE_OK ||
      sqlite3_step (statement) != SQLITE_ROW ||
      strcmp ((const char *) sqlite3_column_text (statement, 0), "ok") != 0)
    tally_sim_trace_fail (self->trace, "%s: the store is damaged",
                          tally_sim_device_get_name (device));
  sqlite3_finalize (statement);

  check_derived (self, device, db);
  check_orphans (self, device, db);
  sqlite3_close (db);
}

typedef struct
{
  const TallySimOracle *oracle;
  TallySimDevice       *device;
  GHashTable           *live;       /* the server's */
  GHashTable           *disputed;   /* keys; nullable */
  guint                 n_equal;
} Comparison;

static gboolean
compare_one (const TallyRevision  *revision,
             gpointer              data,
             GError              **error)
{
  Comparison *self = data;
  const char *body = g_hash_table_lookup (self->live, revision->key);

  if (self->disputed != NULL && g_hash_table_contains (self->disputed, revision->key))
    return TRUE;

  self->n_equal++;
  if (g_strcmp0 (body, revision->body) != 0)
    tally_sim_trace_fail (self->oracle->trace, "unequal: %s has %s %s, the server %s",
                          tally_sim_device_get_name (self->device), revision->key, revision->body,
                          body != NULL ? body : "nothing");

  return TRUE;
}

static void
compare (const TallySimOracle *self,
         TallySimDevice       *device,
         GHashTable           *live,
         GHashTable           *disputed)
{
  Comparison comparison = { self, device, live, disputed, 0 };
  g_autoptr (GError) error = NULL;
  guint n_expected = 0;
  GHashTableIter iter;
  gpointer key;

  if (!tally_store_foreach_live (tally_sim_device_get_store (device), compare_one, &comparison,
                                 &error))
    tally_sim_trace_fail (self->trace, "%s cannot be exported: %s",
                          tally_sim_device_get_name (device), error->message);

  g_hash_table_iter_init (&iter, live);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    n_expected += disputed == NULL || !g_hash_table_contains (disputed, key);
  if (comparison.n_equal != n_expected)
    tally_sim_trace_fail (self->trace, "unequal: %s shows %u records, the server %u",
                          tally_sim_device_get_name (device), comparison.n_equal, n_expected);
}

/* Whether anything in this world could have been refused for good. */
static gboolean
may_refuse (const TallySimOracle *self)
{
  static const TallySimKind kinds[] = {
    TALLY_SIM_FAULT_400, TALLY_SIM_FAULT_409, TALLY_SIM_FAULT_412, TALLY_SIM_FAULT_413,
    TALLY_SIM_FAULT_5XX, TALLY_SIM_FAULT_REFUSED_ROW,
  };
  guint n = self->bends;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    n += tally_sim_trace_get_n_faults (self->trace, kinds[i]);

  return n > 0;
}

static void
check_counts (const TallySimOracle *self,
              TallySimDevice       *device,
              gboolean              settled)
{
  g_autoptr (GError) error = NULL;
  TallyStoreCounts counts = { 0 };

  if (!tally_store_count (tally_sim_device_get_store (device), &counts, &error))
    tally_sim_trace_fail (self->trace, "%s cannot count: %s",
                          tally_sim_device_get_name (device), error->message);
  if (counts.n_pending > 0 ||
      (settled && (counts.n_conflicts > 0 || counts.n_held > 0 || counts.n_quarantined > 0 ||
                   counts.n_problems > 0 ||
                   counts.n_guarded_there + counts.n_guarded_here + counts.n_guarded_edits > 0)) ||
      (!settled && !may_refuse (self) && counts.n_quarantined + counts.n_problems > 0))
    tally_sim_trace_fail (self->trace,
                          "%s: %u pending, %u held, %u quarantined, %u problems, %u conflicts",
                          tally_sim_device_get_name (device), counts.n_pending, counts.n_held,
                          counts.n_quarantined, counts.n_problems, counts.n_conflicts);
}

static void
add_quarantined (TallyStore *store,
                 GHashTable *disputed)
{
  for (guint i = 0; i < MAX_RECORDS; i++)
    {
      const char *key = tally_sim_typing_key (i);
      g_autoptr (TallyRecord) record = tally_store_get (store, key, NULL);

      if (record != NULL && record->outbox != NULL &&
          record->outbox->lane == TALLY_LANE_QUARANTINE)
        g_hash_table_add (disputed, g_strdup (key));
    }
}

static void
add_guarded (TallyStore *store,
             GHashTable *disputed)
{
  g_autoptr (GPtrArray) guards = tally_store_list_guards (store, NULL);

  for (guint i = 0; guards != NULL && i < guards->len; i++)
    {
      const TallyGuard *guard = guards->pdata[i];
      g_autoptr (GPtrArray) records = NULL;

      records = tally_store_list_guarded (store, guard->collection, guard->side, 0, 1000, NULL);
      for (guint j = 0; records != NULL && j < records->len; j++)
        g_hash_table_add (disputed, g_strdup (((TallyRecord *) records->pdata[j])->key));
    }
}

static GHashTable *
list_disputed (const TallySimOracle *self)
{
  GHashTable *disputed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < self->n_devices; i++)
    {
      TallyStore *store = tally_sim_device_get_store (self->devices[i]);
      g_autoptr (GPtrArray) conflicts = tally_store_list_conflicts (store, 0, 1000, NULL);

      for (guint j = 0; conflicts != NULL && j < conflicts->len; j++)
        g_hash_table_add (disputed, g_strdup (((TallyRecord *) conflicts->pdata[j])->key));
      add_quarantined (store, disputed);
      add_guarded (store, disputed);
    }

  return disputed;
}

/* Each has a mark of its own on the server: two that shared one would count for each other. */
static void
check_names (const TallySimOracle *self)
{
  for (guint i = 0; i < self->n_devices; i++)
    for (guint j = 0; j < i; j++)
      if (g_str_equal (tally_store_get_device (tally_sim_device_get_store (self->devices[i])),
                       tally_store_get_device (tally_sim_device_get_store (self->devices[j]))))
        tally_sim_trace_fail (self->trace, "%s and %s have one device id",
                              tally_sim_device_get_name (self->devices[i]),
                              tally_sim_device_get_name (self->devices[j]));
}

void
tally_sim_oracle_check_quiet (const TallySimOracle *self)
{
  g_autoptr (GHashTable) live = list_live (self);
  g_autoptr (GHashTable) disputed = list_disputed (self);

  check_names (self);
  for (guint i = 0; i < self->n_devices; i++)
    {
      check_counts (self, self->devices[i], FALSE);
      compare (self, self->devices[i], live, disputed);
    }
}

void
tally_sim_oracle_check_end (const TallySimOracle *self)
{
  g_autoptr (GHashTable) live = list_live (self);
  g_autoptr (GHashTable) revs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) bodies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Kept kept = { revs, bodies };

  keep_trees (self, &kept);
  for (guint i = 0; i < self->n_devices; i++)
    {
      check_counts (self, self->devices[i], TRUE);
      compare (self, self->devices[i], live, NULL);
      read_store (self, self->devices[i], &kept);
    }

  tally_sim_ledger_check (self->ledger, self->trace, live, revs, bodies);
}
