/* tally-plan.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "store/tally-store.h"

static void
row_free (gpointer data)
{
  TallyPlanRow *self = data;

  g_free (self->key);
  g_free (self);
}

/**
 * tally_plan_new:
 *
 * Returns: (transfer full): a plan to do nothing
 */
TallyPlan *
tally_plan_new (void)
{
  TallyPlan *self = g_new0 (TallyPlan, 1);

  self->seconds = -1;
  self->risk = "none";
  self->rows = g_ptr_array_new_with_free_func (row_free);

  return self;
}

/**
 * tally_plan_free:
 * @self: (transfer full): a plan
 */
void
tally_plan_free (TallyPlan *self)
{
  g_ptr_array_unref (self->rows);
  g_free (self);
}

/**
 * tally_plan_write:
 * @self: a plan
 * @writer: where the value goes
 *
 * Writes its object: send, fetch, delete, conflicts, bytes, seconds, risk, records.
 */
void
tally_plan_write (const TallyPlan *self,
                  TallyJsonWriter *writer)
{
  tally_json_writer_begin_object (writer);
  tally_json_writer_member_int (writer, "send", self->n_send);
  tally_json_writer_member_int (writer, "fetch", self->n_fetch);
  tally_json_writer_member_int (writer, "delete", self->n_delete);
  tally_json_writer_member_int (writer, "conflicts", self->n_conflicts);
  tally_json_writer_name (writer, "bytes");
  tally_json_writer_begin_object (writer);
  tally_json_writer_member_int (writer, "up", (gint64) self->bytes_up);
  tally_json_writer_member_int (writer, "down", (gint64) self->bytes_down);
  tally_json_writer_end_object (writer);
  if (self->seconds >= 0)
    tally_json_writer_member_int (writer, "seconds", self->seconds);
  else
    {
      tally_json_writer_name (writer, "seconds");
      tally_json_writer_null (writer);
    }
  tally_json_writer_member (writer, "risk", self->risk);
  tally_json_writer_name (writer, "records");
  tally_json_writer_begin_array (writer);
  for (guint i = 0; i < self->rows->len; i++)
    {
      const TallyPlanRow *row = self->rows->pdata[i];

      tally_json_writer_begin_object (writer);
      tally_json_writer_member (writer, "id", row->key);
      tally_json_writer_member (writer, "action", row->action);
      tally_json_writer_end_object (writer);
    }
  tally_json_writer_end_array (writer);
  tally_json_writer_end_object (writer);
}
