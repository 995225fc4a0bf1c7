/* tally-conflicts.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-conflicts.h"

#include <glib/gi18n.h>

/**
 * TallyConflicts:
 *
 * The queue of open conflicts and the one that is being settled. Follows the store: a conflict
 * that moves while a person decides is shown as it is now, with every decision that still fits;
 * one that was settled elsewhere goes. Opening one changes nothing. Main thread. What fails or
 * moved is said in "notice".
 *
 * Properties: "model", "current" (nullable), "selected" (its position or TALLY_CONFLICTS_NONE),
 * "position-text", "can-apply", "busy", "notice" (nullable).
 */
struct _TallyConflicts
{
  GObject parent_instance;

  TallyClient        *client;        /* owned */
  GCancellable       *cancellable;   /* owned */

  TallyConflictModel *model;         /* owned */
  TallyResolution    *current;       /* owned, nullable */
  GSignalGroup       *signals;       /* owned: of the current one */
  guint               selected;
  char               *settled;       /* nullable: id; shown until the list has dropped it */
  GHashTable         *drafts;        /* id -> TallyResolution: decided about, then left open */

  gboolean            busy;          /* an answer to Resolve is awaited */
  char               *notice;        /* nullable */
};

enum
{
  PROP_0,
  PROP_MODEL,
  PROP_CURRENT,
  PROP_SELECTED,
  PROP_POSITION_TEXT,
  PROP_CAN_APPLY,
  PROP_BUSY,
  PROP_NOTICE,
  PROP_EMPTY,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyConflicts, tally_conflicts, G_TYPE_OBJECT)

static void
set_notice (TallyConflicts *self,
            const char     *notice)
{
  if (g_strcmp0 (self->notice, notice) == 0)
    return;

  g_free (self->notice);
  self->notice = g_strdup (notice);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NOTICE]);
}

static void
set_busy (TallyConflicts *self,
          gboolean        busy)
{
  if (self->busy == busy)
    return;

  self->busy = busy;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_APPLY]);
}

static void
complete_cb (TallyConflicts *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_APPLY]);
}

static void
set_current (TallyConflicts  *self,
             TallyResolution *current,
             guint            selected)
{
  gboolean moved = self->selected != selected;

  self->selected = selected;
  g_object_freeze_notify (G_OBJECT (self));
  if (self->current != current)
    {
      g_set_object (&self->current, current);
      g_signal_group_set_target (self->signals, current);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CURRENT]);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_APPLY]);
    }
  if (moved)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION_TEXT]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EMPTY]);
  g_object_thaw_notify (G_OBJECT (self));
}

static guint
count (TallyConflicts *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->model));
}

static TallyConflictItem *
find_item (TallyConflicts *self,
           const char     *id,
           guint          *position)
{
  for (guint i = 0; i < count (self); i++)
    {
      g_autoptr (TallyConflictItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), i);

      if (g_strcmp0 (tally_conflict_item_get_id (item), id) == 0)
        {
          *position = i;
          return g_steal_pointer (&item);
        }
    }

  return NULL;
}

/* What was decided about a conflict that was left open is still there when it is opened again. */
static TallyResolution *
make_resolution (TallyConflicts    *self,
                 TallyConflictItem *item)
{
  TallyResolution *draft = g_hash_table_lookup (self->drafts, tally_conflict_item_get_id (item));
  TallyResolution *resolution;

  if (draft != NULL && tally_resolution_get_item (draft) == item)
    return g_object_ref (draft);

  resolution = tally_resolution_new (item);
  if (draft != NULL)
    tally_resolution_adopt (resolution, draft);
  g_hash_table_replace (self->drafts, g_strdup (tally_conflict_item_get_id (item)),
                        g_object_ref (resolution));

  return resolution;
}

/* The next one worth opening: not the one just settled, which the list may still hold. */
static void
open_from (TallyConflicts *self,
           guint           from)
{
  guint n = count (self);

  for (guint i = 0; i < n; i++)
    {
      guint position = (from + i) % n;
      g_autoptr (TallyConflictItem) item = NULL;
      g_autoptr (TallyResolution) resolution = NULL;

      item = g_list_model_get_item (G_LIST_MODEL (self->model), position);
      if (g_strcmp0 (tally_conflict_item_get_id (item), self->settled) == 0)
        continue;

      resolution = make_resolution (self, item);
      set_current (self, resolution, position);
      return;
    }

  set_current (self, NULL, TALLY_CONFLICTS_NONE);
}

/* The conflict under a person's hands is another one now. */
static void
adopt (TallyConflicts    *self,
       TallyConflictItem *item,
       guint              position)
{
  g_autoptr (TallyResolution) resolution = tally_resolution_new (item);
  guint n_lost = tally_resolution_adopt (resolution, self->current);
  g_autofree char *notice = NULL;

  if (n_lost == 0)
    notice = g_strdup (_("The record changed meanwhile. Everything you decided still fits."));
  else
    notice = g_strdup_printf (ngettext ("The record changed meanwhile. %u decision does not fit "
                                        "any more and is open again; the others were kept.",
                                        "The record changed meanwhile. %u decisions do not fit "
                                        "any more and are open again; the others were kept.",
                                        n_lost), n_lost);
  g_hash_table_replace (self->drafts, g_strdup (tally_conflict_item_get_id (item)),
                        g_object_ref (resolution));
  set_current (self, resolution, position);
  set_notice (self, notice);
}

static void
items_changed_cb (TallyConflicts *self)
{
  g_autoptr (TallyConflictItem) item = NULL;
  guint before = self->selected;
  guint position = 0;

  if (self->settled != NULL)
    {
      g_autoptr (TallyConflictItem) settled = find_item (self, self->settled, &position);

      if (settled == NULL)
        g_clear_pointer (&self->settled, g_free);
    }

  if (self->current != NULL)
    {
      item = find_item (self, tally_resolution_get_id (self->current), &position);
      if (item == NULL)
        {
          if (!self->busy)
            set_notice (self, _("This conflict was settled elsewhere."));
          open_from (self, before);
        }
      else if (item != tally_resolution_get_item (self->current))
        {
          adopt (self, item, position);
        }
      else
        {
          set_current (self, self->current, position);
        }
    }

  /* A list that lost its selection with a row that was replaced gets it back. */
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION_TEXT]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EMPTY]);
}

/* What one attempt to settle was about. */
typedef struct
{
  TallyConflicts  *self;         /* owned */
  TallyResolution *resolution;   /* owned */
} Attempt;

static void
attempt_free (Attempt *attempt)
{
  g_object_unref (attempt->self);
  g_object_unref (attempt->resolution);
  g_free (attempt);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Attempt, attempt_free)

static void
resolve_ready_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (Attempt) attempt = user_data;
  TallyConflicts *self = attempt->self;
  g_autoptr (GError) error = NULL;
  gboolean settled;

  settled = tally_bus_sync_call_resolve_finish (TALLY_BUS_SYNC (source), NULL, result, &error);
  set_busy (self, FALSE);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (settled)
    {
      g_autofree char *notice = NULL;

      g_free (self->settled);
      self->settled = g_strdup (tally_resolution_get_id (attempt->resolution));
      g_hash_table_remove (self->drafts, self->settled);
      /* Translators: a record's id */
      notice = g_strdup_printf (_("Settled “%s”. It leaves with the next run."), self->settled);
      set_notice (self, notice);
      if (self->current == attempt->resolution)
        open_from (self, self->selected + 1);
    }
  else if (g_error_matches (error, TALLY_CLIENT_ERROR, TALLY_CLIENT_ERROR_STALE))
    {
      /* The list brings the conflict as it is now, and the decisions go over to it; it may have
       * done so before this answer came. */
      if (self->current == attempt->resolution)
        set_notice (self, _("The record changed meanwhile; nothing was written. Reading it again…"));
    }
  else
    {
      g_dbus_error_strip_remote_error (error);
      set_notice (self, error->message);
    }
  tally_conflict_model_refresh (self->model);
}

static char *
make_position_text (TallyConflicts *self)
{
  if (self->current == NULL)
    return g_strdup ("");

  /* Translators: position in the queue, number of conflicts */
  return g_strdup_printf (_("Conflict %u of %u"), self->selected + 1, count (self));
}

static void
tally_conflicts_dispose (GObject *object)
{
  TallyConflicts *self = TALLY_CONFLICTS (object);

  g_cancellable_cancel (self->cancellable);

  G_OBJECT_CLASS (tally_conflicts_parent_class)->dispose (object);
}

static void
tally_conflicts_finalize (GObject *object)
{
  TallyConflicts *self = TALLY_CONFLICTS (object);

  g_clear_object (&self->client);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->model);
  g_clear_object (&self->signals);
  g_clear_object (&self->current);
  g_clear_pointer (&self->settled, g_free);
  g_clear_pointer (&self->drafts, g_hash_table_unref);
  g_clear_pointer (&self->notice, g_free);

  G_OBJECT_CLASS (tally_conflicts_parent_class)->finalize (object);
}

static gboolean
is_empty (TallyConflicts *self)
{
  gboolean loading;

  g_object_get (self->model, "loading", &loading, NULL);

  return !loading && count (self) == 0;
}

static void
tally_conflicts_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  TallyConflicts *self = TALLY_CONFLICTS (object);

  switch (prop_id)
    {
    case PROP_MODEL:
      g_value_set_object (value, self->model);
      break;
    case PROP_CURRENT:
      g_value_set_object (value, self->current);
      break;
    case PROP_SELECTED:
      g_value_set_uint (value, self->selected);
      break;
    case PROP_POSITION_TEXT:
      g_value_take_string (value, make_position_text (self));
      break;
    case PROP_CAN_APPLY:
      g_value_set_boolean (value, !self->busy && self->current != NULL &&
                           tally_resolution_is_complete (self->current));
      break;
    case PROP_BUSY:
      g_value_set_boolean (value, self->busy);
      break;
    case PROP_NOTICE:
      g_value_set_string (value, self->notice);
      break;
    case PROP_EMPTY:
      g_value_set_boolean (value, is_empty (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_conflicts_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  TallyConflicts *self = TALLY_CONFLICTS (object);

  switch (prop_id)
    {
    case PROP_NOTICE:
      set_notice (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_conflicts_class_init (TallyConflictsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = tally_conflicts_dispose;
  object_class->finalize = tally_conflicts_finalize;
  object_class->get_property = tally_conflicts_get_property;
  object_class->set_property = tally_conflicts_set_property;

  properties[PROP_MODEL] = g_param_spec_object ("model", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_CURRENT] =
    g_param_spec_object ("current", NULL, NULL, TALLY_TYPE_RESOLUTION, flags);
  properties[PROP_SELECTED] =
    g_param_spec_uint ("selected", NULL, NULL, 0, G_MAXUINT, TALLY_CONFLICTS_NONE, flags);
  properties[PROP_POSITION_TEXT] =
    g_param_spec_string ("position-text", NULL, NULL, NULL, flags);
  properties[PROP_CAN_APPLY] = g_param_spec_boolean ("can-apply", NULL, NULL, FALSE, flags);
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  properties[PROP_NOTICE] =
    g_param_spec_string ("notice", NULL, NULL, NULL, flags | G_PARAM_WRITABLE);
  properties[PROP_EMPTY] = g_param_spec_boolean ("empty", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_conflicts_init (TallyConflicts *self)
{
  self->cancellable = g_cancellable_new ();
  self->signals = g_signal_group_new (TALLY_TYPE_RESOLUTION);
  g_signal_group_connect_swapped (self->signals, "notify::complete", G_CALLBACK (complete_cb),
                                  self);
  self->drafts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->selected = TALLY_CONFLICTS_NONE;
}

/**
 * tally_conflicts_new:
 * @client: the way to the store's holder
 *
 * Returns: (transfer full): the queue, nothing opened
 */
TallyConflicts *
tally_conflicts_new (TallyClient *client)
{
  TallyConflicts *self;

  g_return_val_if_fail (TALLY_IS_CLIENT (client), NULL);

  self = g_object_new (TALLY_TYPE_CONFLICTS, NULL);
  self->client = g_object_ref (client);
  self->model = tally_conflict_model_new (client);
  /* After the selection models of the page, which shift their own position first. */
  g_signal_connect_object (self->model, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (self->model, "notify::loading", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);

  return self;
}

GListModel *
tally_conflicts_get_model (TallyConflicts *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICTS (self), NULL);

  return G_LIST_MODEL (self->model);
}

TallyResolution *
tally_conflicts_get_current (TallyConflicts *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICTS (self), NULL);

  return self->current;
}

guint
tally_conflicts_get_selected (TallyConflicts *self)
{
  g_return_val_if_fail (TALLY_IS_CONFLICTS (self), TALLY_CONFLICTS_NONE);

  return self->selected;
}

/**
 * tally_conflicts_select:
 * @self: the queue
 * @position: a conflict to open, or %TALLY_CONFLICTS_NONE
 *
 * Opening the one that is open keeps what was decided about it.
 */
void
tally_conflicts_select (TallyConflicts *self,
                        guint           position)
{
  g_autoptr (TallyConflictItem) item = NULL;
  g_autoptr (TallyResolution) resolution = NULL;

  g_return_if_fail (TALLY_IS_CONFLICTS (self));

  if (position < count (self))
    item = g_list_model_get_item (G_LIST_MODEL (self->model), position);
  if (self->current != NULL && item == tally_resolution_get_item (self->current))
    return;

  set_notice (self, NULL);
  if (item != NULL)
    resolution = make_resolution (self, item);
  set_current (self, resolution, item != NULL ? position : TALLY_CONFLICTS_NONE);
}

/**
 * tally_conflicts_skip:
 * @self: the queue
 *
 * Leaves the conflict as it is and opens the next one; after the last comes the first.
 */
void
tally_conflicts_skip (TallyConflicts *self)
{
  g_return_if_fail (TALLY_IS_CONFLICTS (self));

  if (self->current == NULL)
    return;

  set_notice (self, NULL);
  open_from (self, self->selected + 1);
}

/**
 * tally_conflicts_apply:
 * @self: the queue
 *
 * Writes what was decided as an ordinary edit and opens the next conflict. Nothing happens while
 * a field is undecided.
 */
void
tally_conflicts_apply (TallyConflicts *self)
{
  TallyConflictItem *item;
  Attempt *attempt;
  const char *take;

  g_return_if_fail (TALLY_IS_CONFLICTS (self));

  if (self->busy || self->current == NULL || !tally_resolution_is_complete (self->current))
    return;

  attempt = g_new0 (Attempt, 1);
  attempt->self = g_object_ref (self);
  attempt->resolution = g_object_ref (self->current);
  item = tally_resolution_get_item (self->current);
  take = tally_resolution_get_take (self->current);

  set_notice (self, NULL);
  set_busy (self, TRUE);
  tally_bus_sync_call_resolve (tally_client_get_proxy (self->client),
                               tally_conflict_item_get_id (item),
                               tally_conflict_item_get_shown (item), take != NULL ? take : "",
                               tally_resolution_to_variant (self->current), self->cancellable,
                               resolve_ready_cb, attempt);
}
