/* tally-overview.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-overview.h"

#include "tally-collection.h"
#include "tally-run-summary.h"
#include "tally-state-line.h"
#include "tally-wording.h"

#include <glib/gi18n.h>

/**
 * TallyOverview:
 *
 * All that the Overview says, as properties of text: the state sentence and what helps, the run
 * under way, the cards, the collections. Made of the bus interface's properties and follows them.
 * Refuses to know widgets. Main thread. Cannot fail: what is not known is said to be so.
 */
struct _TallyOverview
{
  GObject parent_instance;

  TallyBusSync *sync;            /* owned */
  TallyClock   *clock;           /* owned */
  GCancellable *cancellable;     /* owned */

  GListStore   *collections;     /* owned; TallyCollection */

  gboolean      reading;         /* the collections are being read */
  gboolean      again;           /* and something moved meanwhile */
};

enum
{
  PROP_0,
  PROP_HEADLINE,
  PROP_DETAIL,
  PROP_ICON_NAME,
  PROP_STYLE,
  PROP_ACTION_LABEL,
  PROP_ACTION_NAME,
  PROP_CHECKED,
  PROP_RUNNING,
  PROP_PHASE,
  PROP_FRACTION,
  PROP_PROGRESS,
  PROP_PENDING,
  PROP_PENDING_DETAIL,
  PROP_CONFLICTS,
  PROP_CONFLICTS_DETAIL,
  PROP_ASIDE,
  PROP_ASIDE_DETAIL,
  PROP_LAST_RUN,
  PROP_LAST_RUN_DETAIL,
  PROP_NEXT_RUN,
  PROP_NEXT_RUN_DETAIL,
  PROP_NETWORK,
  PROP_NETWORK_DETAIL,
  PROP_COLLECTIONS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyOverview, tally_overview, G_TYPE_OBJECT)

/* The run under way; everything 0 and idle when there is none. */
typedef struct
{
  const char *phase;
  guint64     done;
  guint64     total;
  guint       errors;
  guint64     bytes;    /* both ways */
} Progress;

static void
get_progress (TallyOverview *self,
              Progress      *progress)
{
  GVariant *variant = tally_bus_sync_get_progress (self->sync);

  *progress = (Progress) { .phase = "idle" };
  if (variant != NULL)
    g_variant_get (variant, "(&sttut)", &progress->phase, &progress->done, &progress->total,
                   &progress->errors, &progress->bytes);
}

static char *
make_progress (TallyOverview *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *done = NULL;
  g_autofree char *bytes = NULL;
  Progress progress;

  get_progress (self, &progress);
  done = tally_wording_number (progress.done);
  if (progress.total > 0)
    {
      g_autofree char *total = tally_wording_number (progress.total);

      /* Translators: records done, records in all */
      g_string_append_printf (text, ngettext ("%s of %s record", "%s of %s records",
                                              progress.total), done, total);
    }
  else
    {
      g_string_append_printf (text, ngettext ("%s record", "%s records", progress.done), done);
    }

  bytes = tally_wording_bytes (progress.bytes);
  g_string_append_printf (text, " · %s", bytes);

  if (progress.errors > 0)
    {
      g_string_append (text, " · ");
      g_string_append_printf (text, ngettext ("%u error", "%u errors", progress.errors),
                              progress.errors);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static double
make_fraction (TallyOverview *self)
{
  Progress progress;

  get_progress (self, &progress);

  return progress.total > 0 ? MIN ((double) progress.done / progress.total, 1.0) : 0.0;
}

/* "Checked 12 minutes ago" with the server's address: what the state sentence rests on. */
static char *
make_checked (TallyOverview *self)
{
  gint64 checked_us = tally_bus_sync_get_checked_at (self->sync);
  const char *connection = tally_bus_sync_get_connection (self->sync);
  g_autofree char *ago = NULL;
  g_autofree char *text = NULL;

  if (checked_us == 0)
    {
      text = g_strdup (_("Never checked"));
    }
  else
    {
      ago = tally_wording_ago (checked_us, tally_clock_date_us (self->clock));
      /* Translators: e.g. "Checked 12 minutes ago" */
      text = g_strdup_printf (_("%s %s"), tally_wording_grade (
                                tally_bus_sync_get_grade (self->sync)), ago);
    }

  if (connection == NULL || *connection == '\0')
    return g_steal_pointer (&text);

  return g_strdup_printf ("%s · %s", text, connection);
}

static char *
make_pending_detail (TallyOverview *self)
{
  gint64 oldest_us = tally_bus_sync_get_oldest_pending (self->sync);
  guint n_held = tally_bus_sync_get_held (self->sync);
  g_autofree char *ago = NULL;

  /* Nothing that can leave is not the same as everything having arrived. */
  if (tally_bus_sync_get_pending (self->sync) == 0 && n_held > 0)
    return g_strdup_printf (ngettext ("%u edit is held until its conflict is settled",
                                      "%u edits are held until their conflicts are settled",
                                      n_held), n_held);
  if (tally_bus_sync_get_pending (self->sync) == 0)
    return g_strdup (_("Nothing waits to leave"));
  if (oldest_us == 0)
    return g_strdup (_("Leave with the next run"));

  ago = tally_wording_ago (oldest_us, tally_clock_date_us (self->clock));
  /* Translators: the oldest edit that waits, e.g. "Oldest: 12 minutes ago" */
  return g_strdup_printf (_("Oldest: %s"), ago);
}

static char *
make_aside_detail (TallyOverview *self)
{
  if (tally_bus_sync_get_quarantined (self->sync) == 0)
    return g_strdup (_("Nothing was refused"));

  return g_strdup (_("Refused by the server"));
}

static void
describe_last_run (TallyOverview  *self,
                   char          **value,
                   char          **detail)
{
  g_autoptr (TallyRunSummary) run = NULL;
  g_autofree char *ago = NULL;
  g_autofree char *counts = NULL;

  run = tally_run_summary_new_from_json (tally_bus_sync_get_last_run (self->sync));
  if (run == NULL)
    {
      *value = g_strdup (_("None yet"));
      *detail = g_strdup ("");
      return;
    }

  counts = tally_run_summary_describe (run);
  *value = g_strdup (tally_wording_run_status (run->status));
  if (run->ended_us == 0)
    {
      *detail = g_steal_pointer (&counts);
      return;
    }

  ago = tally_wording_ago (run->ended_us, tally_clock_date_us (self->clock));
  *detail = g_strdup_printf ("%s, %s\n%s", ago, tally_wording_trigger (run->trigger), counts);
}

static void
describe_next_run (TallyOverview  *self,
                   char          **value,
                   char          **detail)
{
  gint64 next_us = tally_bus_sync_get_next_run (self->sync);
  Progress progress;

  get_progress (self, &progress);
  if (tally_bus_sync_get_paused (self->sync))
    {
      *value = g_strdup (_("Paused"));
      *detail = g_strdup (_("Until you resume"));
    }
  else if (!g_str_equal (progress.phase, "idle"))
    {
      *value = g_strdup (_("Now"));
      *detail = g_strdup (_("A run is under way"));
    }
  else if (next_us == 0)
    {
      *value = g_strdup (_("Not by itself"));
      *detail = g_strdup (tally_bus_sync_get_online (self->sync) ? _("Start it with Sync Now")
                                                                 : _("When the network is back"));
    }
  else
    {
      *value = tally_wording_until (next_us, tally_clock_date_us (self->clock));
      *detail = g_strdup (_("Or as soon as something changes"));
    }
}

static const char *
make_network (TallyOverview *self)
{
  return tally_bus_sync_get_online (self->sync) ? _("Online") : _("Offline");
}

static const char *
make_network_detail (TallyOverview *self)
{
  if (!tally_bus_sync_get_online (self->sync))
    return _("Work goes on; edits are kept here");

  return tally_bus_sync_get_metered (self->sync) ? _("Metered") : _("Not metered");
}

static gboolean
is_running (TallyOverview *self)
{
  Progress progress;

  get_progress (self, &progress);

  return !g_str_equal (progress.phase, "idle") && *progress.phase != '\0';
}

static void
notify_all (TallyOverview *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < PROP_COLLECTIONS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

/* Some twenty short texts; not worth telling which of them moved. */
static void
sync_notify_cb (TallyOverview *self,
                GParamSpec    *pspec)
{
  static const char * const counts[] = { "records", "pending", "conflicts", "held", "quarantined",
                                         NULL };

  notify_all (self);
  if (g_strv_contains (counts, pspec->name))
    tally_overview_refresh (self);
}

static void
collections_ready_cb (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr (TallyOverview) self = user_data;
  g_autoptr (GVariant) collections = NULL;
  g_autoptr (GError) error = NULL;

  self->reading = FALSE;
  if (tally_bus_sync_call_list_collections_finish (TALLY_BUS_SYNC (source), &collections, result,
                                                   &error))
    tally_overview_set_collections (self, collections);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_debug ("The collections could not be read: %s", error->message);

  if (self->again)
    {
      self->again = FALSE;
      tally_overview_refresh (self);
    }
}

static void
tally_overview_dispose (GObject *object)
{
  TallyOverview *self = TALLY_OVERVIEW (object);

  g_cancellable_cancel (self->cancellable);

  G_OBJECT_CLASS (tally_overview_parent_class)->dispose (object);
}

static void
tally_overview_finalize (GObject *object)
{
  TallyOverview *self = TALLY_OVERVIEW (object);

  g_clear_object (&self->sync);
  g_clear_object (&self->clock);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->collections);

  G_OBJECT_CLASS (tally_overview_parent_class)->finalize (object);
}

static void
get_state_property (TallyOverview *self,
                    guint          prop_id,
                    GValue        *value)
{
  g_autoptr (TallyStateLine) line = tally_state_line_new (tally_bus_sync_get_reason (self->sync));

  switch (prop_id)
    {
    case PROP_HEADLINE:
      g_value_set_string (value, line->headline);
      break;
    case PROP_DETAIL:
      g_value_set_string (value, line->detail);
      break;
    case PROP_ICON_NAME:
      g_value_set_string (value, line->icon);
      break;
    case PROP_STYLE:
      g_value_set_string (value, line->style);
      break;
    case PROP_ACTION_LABEL:
      g_value_set_string (value, line->action);
      break;
    case PROP_ACTION_NAME:
      g_value_set_string (value, line->action_name);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
get_run_property (TallyOverview *self,
                  guint          prop_id,
                  GValue        *value)
{
  g_autofree char *text = NULL;
  g_autofree char *detail = NULL;

  if (prop_id == PROP_LAST_RUN || prop_id == PROP_LAST_RUN_DETAIL)
    describe_last_run (self, &text, &detail);
  else
    describe_next_run (self, &text, &detail);

  if (prop_id == PROP_LAST_RUN || prop_id == PROP_NEXT_RUN)
    g_value_take_string (value, g_steal_pointer (&text));
  else
    g_value_take_string (value, g_steal_pointer (&detail));
}

static void
tally_overview_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  TallyOverview *self = TALLY_OVERVIEW (object);
  Progress progress;

  switch (prop_id)
    {
    case PROP_HEADLINE:
    case PROP_DETAIL:
    case PROP_ICON_NAME:
    case PROP_STYLE:
    case PROP_ACTION_LABEL:
    case PROP_ACTION_NAME:
      get_state_property (self, prop_id, value);
      break;
    case PROP_CHECKED:
      g_value_take_string (value, make_checked (self));
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, is_running (self));
      break;
    case PROP_PHASE:
      get_progress (self, &progress);
      g_value_set_string (value, progress.phase);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, make_fraction (self));
      break;
    case PROP_PROGRESS:
      g_value_take_string (value, make_progress (self));
      break;
    case PROP_PENDING:
      g_value_take_string (value, tally_wording_number (tally_bus_sync_get_pending (self->sync)));
      break;
    case PROP_PENDING_DETAIL:
      g_value_take_string (value, make_pending_detail (self));
      break;
    case PROP_CONFLICTS:
      g_value_take_string (value,
                           tally_wording_number (tally_bus_sync_get_conflicts (self->sync)));
      break;
    case PROP_CONFLICTS_DETAIL:
      g_value_set_string (value, tally_bus_sync_get_conflicts (self->sync) > 0
                                 ? _("Need you to choose") : _("Nothing to settle"));
      break;
    case PROP_ASIDE:
      g_value_take_string (value,
                           tally_wording_number (tally_bus_sync_get_quarantined (self->sync)));
      break;
    case PROP_ASIDE_DETAIL:
      g_value_take_string (value, make_aside_detail (self));
      break;
    case PROP_LAST_RUN:
    case PROP_LAST_RUN_DETAIL:
    case PROP_NEXT_RUN:
    case PROP_NEXT_RUN_DETAIL:
      get_run_property (self, prop_id, value);
      break;
    case PROP_NETWORK:
      g_value_set_string (value, make_network (self));
      break;
    case PROP_NETWORK_DETAIL:
      g_value_set_string (value, make_network_detail (self));
      break;
    case PROP_COLLECTIONS:
      g_value_set_object (value, self->collections);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_overview_class_init (TallyOverviewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  static const struct { guint id; const char *name; } texts[] = {
    { PROP_HEADLINE, "headline" },
    { PROP_DETAIL, "detail" },
    { PROP_ICON_NAME, "icon-name" },
    { PROP_STYLE, "style" },
    { PROP_ACTION_LABEL, "action-label" },
    { PROP_ACTION_NAME, "action-name" },
    { PROP_CHECKED, "checked" },
    { PROP_PHASE, "phase" },
    { PROP_PROGRESS, "progress" },
    { PROP_PENDING, "pending" },
    { PROP_PENDING_DETAIL, "pending-detail" },
    { PROP_CONFLICTS, "conflicts" },
    { PROP_CONFLICTS_DETAIL, "conflicts-detail" },
    { PROP_ASIDE, "aside" },
    { PROP_ASIDE_DETAIL, "aside-detail" },
    { PROP_LAST_RUN, "last-run" },
    { PROP_LAST_RUN_DETAIL, "last-run-detail" },
    { PROP_NEXT_RUN, "next-run" },
    { PROP_NEXT_RUN_DETAIL, "next-run-detail" },
    { PROP_NETWORK, "network" },
    { PROP_NETWORK_DETAIL, "network-detail" },
  };

  object_class->dispose = tally_overview_dispose;
  object_class->finalize = tally_overview_finalize;
  object_class->get_property = tally_overview_get_property;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    properties[texts[i].id] = g_param_spec_string (texts[i].name, NULL, NULL, NULL, flags);
  properties[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0.0, 1.0, 0.0, flags);
  properties[PROP_COLLECTIONS] =
    g_param_spec_object ("collections", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_overview_init (TallyOverview *self)
{
  self->cancellable = g_cancellable_new ();
  self->collections = g_list_store_new (TALLY_TYPE_COLLECTION);
}

/**
 * tally_overview_new:
 * @sync: the bus interface; its properties are followed
 * @clock: says what time it is
 *
 * Returns: (transfer full): the overview; refresh it once for the collections
 */
TallyOverview *
tally_overview_new (TallyBusSync *sync,
                    TallyClock   *clock)
{
  TallyOverview *self;

  g_return_val_if_fail (TALLY_BUS_IS_SYNC (sync), NULL);

  self = g_object_new (TALLY_TYPE_OVERVIEW, NULL);
  self->sync = g_object_ref (sync);
  self->clock = g_object_ref (clock);
  g_signal_connect_object (sync, "notify", G_CALLBACK (sync_notify_cb), self, G_CONNECT_SWAPPED);

  return self;
}

GListModel *
tally_overview_get_collections (TallyOverview *self)
{
  g_return_val_if_fail (TALLY_IS_OVERVIEW (self), NULL);

  return G_LIST_MODEL (self->collections);
}

/* Rows that stay keep their object, so that a row is not built anew with every count. */
static TallyCollection *
find_collection (TallyOverview *self,
                 const char    *name)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->collections)); i++)
    {
      g_autoptr (TallyCollection) collection = NULL;

      collection = g_list_model_get_item (G_LIST_MODEL (self->collections), i);
      if (g_strcmp0 (tally_collection_get_name (collection), name) == 0)
        return g_steal_pointer (&collection);
    }

  return tally_collection_new (name);
}

/**
 * tally_overview_set_collections:
 * @self: an overview
 * @collections: a(suuu) as ListCollections gives it
 */
void
tally_overview_set_collections (TallyOverview *self,
                                GVariant      *collections)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_before = g_list_model_get_n_items (G_LIST_MODEL (self->collections));
  gboolean same;
  gsize n;

  g_return_if_fail (TALLY_IS_OVERVIEW (self));
  g_return_if_fail (g_variant_is_of_type (collections, G_VARIANT_TYPE ("a(suuu)")));

  n = g_variant_n_children (collections);
  same = n == n_before;
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (TallyCollection) old = NULL;
      TallyCollection *row;
      const char *name;
      guint n_records;
      guint n_pending;
      guint n_conflicts;

      g_variant_get_child (collections, i, "(&suuu)", &name, &n_records, &n_pending,
                           &n_conflicts);
      row = find_collection (self, name);
      tally_collection_set (row, n_records, n_pending, n_conflicts);
      old = g_list_model_get_item (G_LIST_MODEL (self->collections), (guint) i);
      same = same && old == row;
      g_ptr_array_add (rows, row);
    }

  if (!same)
    g_list_store_splice (self->collections, 0, n_before, rows->pdata, rows->len);
}

void
tally_overview_refresh (TallyOverview *self)
{
  g_return_if_fail (TALLY_IS_OVERVIEW (self));

  if (!G_IS_DBUS_PROXY (self->sync))
    return;

  if (self->reading)
    {
      self->again = TRUE;
      return;
    }

  self->reading = TRUE;
  tally_bus_sync_call_list_collections (self->sync, self->cancellable, collections_ready_cb,
                                        g_object_ref (self));
}

void
tally_overview_tick (TallyOverview *self)
{
  g_return_if_fail (TALLY_IS_OVERVIEW (self));

  notify_all (self);
}
