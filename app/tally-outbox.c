/* tally-outbox.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-outbox.h"

#include "tally-outbox-item.h"
#include "tally-wording.h"

#include <glib/gi18n.h>
#include <string.h>

/* Of each lane; nobody settles more by hand, and the terminal lists them all. */
#define MAX_ROWS 500

/**
 * TallyOutbox:
 *
 * What was edited here and has not arrived: first what the server refused, then what is held back,
 * then what waits. Reads it anew whenever the counts move. Main thread.
 *
 * Properties: "summary", "problem" (of the last call, ""), "items" (#GListModel of
 * #TallyOutboxItem), "can-send": whether anything waits.
 */
struct _TallyOutbox
{
  GObject       parent_instance;

  TallyBusSync *sync;          /* owned */
  TallyClock   *clock;         /* owned */
  GListStore   *items;         /* owned */
  GPtrArray    *read;          /* owned, nullable: items of the lanes that were read, not shown yet */
  TallyOutboxLane lane;        /* that is read */
  guint         n_rows[TALLY_OUTBOX_N_LANES];   /* shown */
  gboolean      again;         /* the counts moved while it is read */
  char         *problem;       /* owned */
};

enum
{
  PROP_0,
  PROP_SUMMARY,
  PROP_PROBLEM,
  PROP_ITEMS,
  PROP_CAN_SEND,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static const char * const lanes[] = { "quarantine", "hold", "send" };

G_DEFINE_FINAL_TYPE (TallyOutbox, tally_outbox, G_TYPE_OBJECT)

/* A lane that is full may go on. */
static char *
format_count (guint n)
{
  g_autofree char *number = tally_wording_number (n);

  return g_strconcat (number, n == MAX_ROWS ? "+" : NULL, NULL);
}

static void
append_sentence (GString         *text,
                 TallyOutboxLane  lane,
                 guint            n)
{
  g_autofree char *count = format_count (n);

  switch (lane)
    {
    case TALLY_OUTBOX_REFUSED:
      g_string_append_printf (text, ngettext ("%s edit was refused by the server.",
                                              "%s edits were refused by the server.", n), count);
      break;
    case TALLY_OUTBOX_HELD:
      g_string_append_printf (text, ngettext ("%s edit is held back.", "%s edits are held back.", n),
                              count);
      break;
    case TALLY_OUTBOX_WAITING:
    case TALLY_OUTBOX_N_LANES:
    default:
      g_string_append_printf (text, ngettext ("%s edit waits to be sent.",
                                              "%s edits wait to be sent.", n), count);
    }
}

static char *
make_summary (TallyOutbox *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < TALLY_OUTBOX_N_LANES; i++)
    {
      if (self->n_rows[i] == 0)
        continue;
      if (text->len > 0)
        g_string_append_c (text, ' ');
      append_sentence (text, i, self->n_rows[i]);
    }
  if (text->len == 0)
    g_string_append (text, _("Everything that was edited here has arrived."));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
set_problem (TallyOutbox *self,
             GError      *error)
{
  if (error != NULL)
    g_dbus_error_strip_remote_error (error);
  g_free (self->problem);
  self->problem = g_strdup (error != NULL ? error->message : "");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

static void
show_lanes (TallyOutbox *self)
{
  memset (self->n_rows, 0, sizeof self->n_rows);
  for (guint i = 0; i < self->read->len; i++)
    self->n_rows[tally_outbox_item_get_lane (self->read->pdata[i])]++;
  g_list_store_splice (self->items, 0, g_list_model_get_n_items (G_LIST_MODEL (self->items)),
                       self->read->pdata, self->read->len);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUMMARY]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_SEND]);
}

static void
add_lane (TallyOutbox *self,
          GVariant    *rows)
{
  gint64 now_us = tally_clock_date_us (self->clock);

  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

      g_ptr_array_add (self->read, tally_outbox_item_new (row, self->lane, now_us));
    }
}

static void
end_load (TallyOutbox *self)
{
  g_clear_pointer (&self->read, g_ptr_array_unref);
  if (self->again)
    tally_outbox_load (self);
}

static void
lane_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (TallyOutbox) self = user_data;
  g_autoptr (GVariant) rows = NULL;
  g_autoptr (GError) error = NULL;

  if (!tally_bus_sync_call_list_outbox_finish (TALLY_BUS_SYNC (source), &rows, result, &error))
    {
      set_problem (self, error);
      end_load (self);
      return;
    }

  add_lane (self, rows);
  if (++self->lane < TALLY_OUTBOX_N_LANES)
    {
      tally_bus_sync_call_list_outbox (self->sync, lanes[self->lane], 0, MAX_ROWS, NULL, lane_cb,
                                       g_object_ref (self));
      return;
    }

  show_lanes (self);
  end_load (self);
}

static void
sync_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (TallyOutbox) self = user_data;
  g_autoptr (GError) error = NULL;

  tally_bus_sync_call_sync_finish (TALLY_BUS_SYNC (source), NULL, result, &error);
  set_problem (self, error);
  tally_outbox_load (self);
}

/* What was let go leaves at once. */
static void
retry_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (TallyOutbox) self = user_data;
  g_autoptr (GError) error = NULL;

  if (tally_bus_sync_call_retry_finish (TALLY_BUS_SYNC (source), NULL, result, &error))
    tally_outbox_send (self, NULL);
  else
    set_problem (self, error);
}

static void
release_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (TallyOutbox) self = user_data;
  g_autoptr (GError) error = NULL;

  if (tally_bus_sync_call_release_finish (TALLY_BUS_SYNC (source), NULL, result, &error))
    tally_outbox_send (self, NULL);
  else
    set_problem (self, error);
}

static void
tally_outbox_finalize (GObject *object)
{
  TallyOutbox *self = TALLY_OUTBOX (object);

  g_object_unref (self->sync);
  g_object_unref (self->clock);
  g_object_unref (self->items);
  g_clear_pointer (&self->read, g_ptr_array_unref);
  g_free (self->problem);

  G_OBJECT_CLASS (tally_outbox_parent_class)->finalize (object);
}

static void
tally_outbox_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  TallyOutbox *self = TALLY_OUTBOX (object);

  switch (prop_id)
    {
    case PROP_SUMMARY:
      g_value_take_string (value, make_summary (self));
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    case PROP_ITEMS:
      g_value_set_object (value, self->items);
      break;
    case PROP_CAN_SEND:
      g_value_set_boolean (value, self->n_rows[TALLY_OUTBOX_WAITING] > 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_outbox_class_init (TallyOutboxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = tally_outbox_finalize;
  object_class->get_property = tally_outbox_get_property;

  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, "", flags);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, "", flags);
  properties[PROP_ITEMS] = g_param_spec_object ("items", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_CAN_SEND] = g_param_spec_boolean ("can-send", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_outbox_init (TallyOutbox *self)
{
  self->items = g_list_store_new (TALLY_TYPE_OUTBOX_ITEM);
  self->problem = g_strdup ("");
}

/**
 * tally_outbox_new:
 * @sync: the store's holder
 * @clock: for ages
 *
 * Returns: (transfer full): the outbox; empty until it was loaded
 */
TallyOutbox *
tally_outbox_new (TallyBusSync *sync,
                  TallyClock   *clock)
{
  static const char * const counts[] = { "notify::pending", "notify::quarantined", "notify::held" };
  TallyOutbox *self = g_object_new (TALLY_TYPE_OUTBOX, NULL);

  self->sync = g_object_ref (sync);
  self->clock = g_object_ref (clock);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    g_signal_connect_object (sync, counts[i], G_CALLBACK (tally_outbox_load), self,
                             G_CONNECT_SWAPPED);

  return self;
}

TallyBusSync *
tally_outbox_get_sync (TallyOutbox *self)
{
  g_return_val_if_fail (TALLY_IS_OUTBOX (self), NULL);

  return self->sync;
}

void
tally_outbox_load (TallyOutbox *self)
{
  g_return_if_fail (TALLY_IS_OUTBOX (self));

  self->again = self->read != NULL;
  if (self->again)
    return;

  self->read = g_ptr_array_new_with_free_func (g_object_unref);
  self->lane = TALLY_OUTBOX_REFUSED;
  tally_bus_sync_call_list_outbox (self->sync, lanes[self->lane], 0, MAX_ROWS, NULL, lane_cb,
                                   g_object_ref (self));
}

void
tally_outbox_retry (TallyOutbox *self,
                    const char  *id)
{
  g_return_if_fail (TALLY_IS_OUTBOX (self));

  tally_bus_sync_call_retry (self->sync, id, NULL, retry_cb, g_object_ref (self));
}

void
tally_outbox_release (TallyOutbox *self,
                      const char  *id)
{
  g_return_if_fail (TALLY_IS_OUTBOX (self));

  tally_bus_sync_call_release (self->sync, id, NULL, release_cb, g_object_ref (self));
}

void
tally_outbox_send (TallyOutbox *self,
                   const char  *id)
{
  const char *records[] = { id, NULL };
  GVariantDict options;

  g_return_if_fail (TALLY_IS_OUTBOX (self));

  g_variant_dict_init (&options, NULL);
  if (id != NULL)
    g_variant_dict_insert (&options, "records", "^as", records);
  tally_bus_sync_call_sync (self->sync, g_variant_dict_end (&options), NULL, sync_cb,
                            g_object_ref (self));
}
