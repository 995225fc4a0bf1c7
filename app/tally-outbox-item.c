/* tally-outbox-item.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-outbox-item.h"

#include "tally-wording.h"

#include "model/tally-reason.h"

#include <glib/gi18n.h>

/**
 * TallyOutboxItem:
 *
 * One edit that has not arrived, in words. Immutable.
 */
struct _TallyOutboxItem
{
  GObject          parent_instance;

  char            *id;          /* owned */
  char            *detail;      /* owned */
  TallyOutboxLane  lane;
  gboolean         can_leave;
};

G_DEFINE_FINAL_TYPE (TallyOutboxItem, tally_outbox_item, G_TYPE_OBJECT)

static void
append_part (GString    *text,
             const char *part)
{
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, part);
}

static char *
make_detail (const TallyReason *reason,
             gboolean           deletes,
             guint              n_tries,
             gint64             created_us,
             gint64             next_try_us,
             gint64             now_us)
{
  g_autofree char *why = reason != NULL ? tally_reason_describe (reason) : NULL;
  g_autofree char *ago = tally_wording_ago (created_us, now_us);
  g_autofree char *tries = NULL;
  g_autofree char *until = NULL;
  g_autofree char *next = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (deletes)
    append_part (text, _("A deletion"));
  append_part (text, ago);
  if (n_tries > 0)
    append_part (text, tries = g_strdup_printf (ngettext ("sent %u time", "sent %u times", n_tries),
                                                n_tries));
  if (next_try_us > now_us)
    {
      until = tally_wording_until (next_try_us, now_us);
      /* Translators: e.g. “in 5 minutes” */
      append_part (text, next = g_strdup_printf (_("again %s"), until));
    }
  if (why != NULL)
    g_string_append_printf (text, "\n%s", why);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
tally_outbox_item_finalize (GObject *object)
{
  TallyOutboxItem *self = TALLY_OUTBOX_ITEM (object);

  g_free (self->id);
  g_free (self->detail);

  G_OBJECT_CLASS (tally_outbox_item_parent_class)->finalize (object);
}

static void
tally_outbox_item_class_init (TallyOutboxItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tally_outbox_item_finalize;
}

static void
tally_outbox_item_init (TallyOutboxItem *self)
{
}

TallyOutboxItem *
tally_outbox_item_new (GVariant        *row,
                       TallyOutboxLane  lane,
                       gint64           now_us)
{
  TallyOutboxItem *self = g_object_new (TALLY_TYPE_OUTBOX_ITEM, NULL);
  const char *collection;
  const char *json;
  g_autoptr (TallyReason) reason = NULL;
  gboolean deletes;
  guint n_tries;
  gint64 created_us;
  gint64 next_try_us;

  g_variant_get (row, "(s&sb&suxx)", &self->id, &collection, &deletes, &json, &n_tries, &created_us,
                 &next_try_us);
  reason = tally_reason_from_json (json);
  self->detail = make_detail (reason, deletes, n_tries, created_us, next_try_us, now_us);
  self->lane = lane;
  self->can_leave = lane != TALLY_OUTBOX_HELD || reason == NULL ||
                    !g_str_has_prefix (reason->code, "guard-");

  return self;
}

const char *
tally_outbox_item_get_id (TallyOutboxItem *self)
{
  g_return_val_if_fail (TALLY_IS_OUTBOX_ITEM (self), NULL);

  return self->id;
}

const char *
tally_outbox_item_get_detail (TallyOutboxItem *self)
{
  g_return_val_if_fail (TALLY_IS_OUTBOX_ITEM (self), NULL);

  return self->detail;
}

TallyOutboxLane
tally_outbox_item_get_lane (TallyOutboxItem *self)
{
  g_return_val_if_fail (TALLY_IS_OUTBOX_ITEM (self), TALLY_OUTBOX_WAITING);

  return self->lane;
}

gboolean
tally_outbox_item_can_leave (TallyOutboxItem *self)
{
  g_return_val_if_fail (TALLY_IS_OUTBOX_ITEM (self), FALSE);

  return self->can_leave;
}
