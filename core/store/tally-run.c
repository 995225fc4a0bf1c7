/* tally-run.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-store"

#include "base/tally-json-text.h"
#include "base/tally-json-writer.h"
#include "store/tally-store.h"

static const char * const phase_names[] = { "validate", "prepare", "execute", "verify" };

static void
run_error_free (gpointer data)
{
  TallyRunError *self = data;

  g_free (self->record);
  g_clear_pointer (&self->reason, tally_reason_unref);
  g_free (self);
}

/**
 * tally_run_new:
 * @operation: full or delta
 * @trigger: what asked for it
 *
 * Returns: (transfer full): a run with nothing counted yet
 */
TallyRun *
tally_run_new (const char *operation,
               const char *trigger)
{
  TallyRun *self = g_new0 (TallyRun, 1);

  self->operation = g_strdup (operation);
  self->trigger = g_strdup (trigger);
  self->status = g_strdup ("running");
  self->grade = g_strdup ("none");
  self->errors = g_ptr_array_new_with_free_func (run_error_free);

  return self;
}

/**
 * tally_run_add_error:
 * @self: a run
 * @record: (nullable): the record it befell; %NULL: the whole run
 * @reason: (transfer full): what happened
 */
void
tally_run_add_error (TallyRun    *self,
                     const char  *record,
                     TallyReason *reason)
{
  TallyRunError *error = g_new0 (TallyRunError, 1);

  error->record = g_strdup (record);
  error->reason = reason;
  g_ptr_array_add (self->errors, error);
}

/**
 * tally_run_free:
 * @self: (transfer full): a run
 */
void
tally_run_free (TallyRun *self)
{
  g_free (self->operation);
  g_free (self->trigger);
  g_free (self->status);
  g_free (self->grade);
  g_strfreev (self->conflicts);
  g_ptr_array_unref (self->errors);
  g_free (self);
}

static void
write_phases (TallyJsonWriter *writer,
              const TallyRun  *self)
{
  tally_json_writer_name (writer, "phases");
  tally_json_writer_begin_array (writer);
  for (guint i = 0; i < G_N_ELEMENTS (phase_names); i++)
    {
      tally_json_writer_begin_object (writer);
      tally_json_writer_member (writer, "phase", phase_names[i]);
      tally_json_writer_member_int (writer, "ms", self->phase_us[i] / 1000);
      tally_json_writer_end_object (writer);
    }
  tally_json_writer_end_array (writer);
}

static void
write_records (TallyJsonWriter *writer,
               const TallyRun  *self)
{
  tally_json_writer_name (writer, "records");
  tally_json_writer_begin_object (writer);
  tally_json_writer_member_int (writer, "pulled", self->n_pulled);
  tally_json_writer_member_int (writer, "pushed", self->n_pushed);
  tally_json_writer_member_int (writer, "deleted", self->n_deleted);
  tally_json_writer_member_int (writer, "unchanged", self->n_unchanged);
  tally_json_writer_member_int (writer, "failed", self->n_failed);
  tally_json_writer_member_int (writer, "quarantined", self->n_quarantined);
  tally_json_writer_member_int (writer, "held", self->n_held);
  tally_json_writer_member_int (writer, "guarded", self->n_guarded);
  tally_json_writer_end_object (writer);

  tally_json_writer_name (writer, "conflicts");
  tally_json_writer_begin_object (writer);
  tally_json_writer_member_int (writer, "detected", self->n_detected);
  tally_json_writer_member_int (writer, "auto_resolved", self->n_auto_resolved);
  tally_json_writer_member_int (writer, "needs_user", self->n_needs_user);
  tally_json_writer_end_object (writer);

  tally_json_writer_name (writer, "bytes");
  tally_json_writer_begin_object (writer);
  tally_json_writer_member_int (writer, "up", (gint64) self->bytes_up);
  tally_json_writer_member_int (writer, "down", (gint64) self->bytes_down);
  tally_json_writer_end_object (writer);
}

/* null where nothing but what the run touched was looked at. */
static void
write_proof (TallyJsonWriter *writer,
             const TallyRun  *self)
{
  tally_json_writer_name (writer, "proof");
  if (self->n_compared == 0 && !g_str_equal (self->grade, "verified") &&
      !g_str_equal (self->grade, "compared"))
    {
      tally_json_writer_null (writer);
      return;
    }

  tally_json_writer_begin_object (writer);
  tally_json_writer_member_int (writer, "equal", self->n_equal);
  tally_json_writer_member_int (writer, "of", self->n_compared);
  tally_json_writer_end_object (writer);
}

static void
write_errors (TallyJsonWriter *writer,
              const TallyRun  *self)
{
  tally_json_writer_name (writer, "errors");
  tally_json_writer_begin_array (writer);
  for (guint i = 0; i < self->errors->len; i++)
    {
      const TallyRunError *error = self->errors->pdata[i];
      g_autofree char *message = tally_reason_describe (error->reason);

      tally_json_writer_begin_object (writer);
      tally_json_writer_member (writer, "record", error->record);
      tally_json_writer_member (writer, "code", error->reason->code);
      tally_json_writer_member (writer, "message", message);
      tally_json_writer_end_object (writer);
    }
  tally_json_writer_end_array (writer);
}

/**
 * tally_run_to_json:
 * @self: a run
 *
 * Returns: (transfer full): the object of `tallyctl sync --json`
 */
char *
tally_run_to_json (const TallyRun *self)
{
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member_int (&writer, "run", self->id);
  tally_json_writer_member (&writer, "operation", self->operation);
  tally_json_writer_member (&writer, "trigger", self->trigger);
  tally_json_writer_member (&writer, "status", self->status);
  tally_json_writer_member (&writer, "phase", self->phase);
  tally_json_writer_member_date (&writer, "started", self->started_us);
  tally_json_writer_member_date (&writer, "ended", self->ended_us);
  tally_json_writer_member_int (&writer, "duration_ms",
                                self->ended_us != 0 ? (self->ended_us - self->started_us) / 1000 : 0);
  write_phases (&writer, self);
  write_records (&writer, self);
  tally_json_writer_member_int (&writer, "requests", self->n_requests);
  tally_json_writer_member_int (&writer, "retries", self->n_retries);
  tally_json_writer_member (&writer, "grade", self->grade);
  write_proof (&writer, self);
  write_errors (&writer, self);
  tally_json_writer_end_object (&writer);

  return tally_json_writer_finish (&writer);
}

static guint
read_number (GArray     *members,
             const char *name)
{
  const TallyJsonMember *member = tally_json_members_find (members, name);
  gint64 number = 0;

  if (member != NULL)
    tally_json_span_get_int (&member->value, &number, NULL);

  return (guint) CLAMP (number, 0, G_MAXUINT);
}

/**
 * tally_run_json_get_proof:
 * @json: what tally_run_to_json() made
 * @n_equal: (out): records that a full comparison found equal
 * @n_compared: (out): records that it looked at; 0: there was none
 */
void
tally_run_json_get_proof (const char *json,
                          guint      *n_equal,
                          guint      *n_compared)
{
  g_autoptr (GArray) members = tally_json_text_members (json, -1, NULL);
  const TallyJsonMember *proof = members != NULL ? tally_json_members_find (members, "proof") : NULL;
  g_autoptr (GArray) numbers = NULL;

  *n_equal = 0;
  *n_compared = 0;
  if (proof == NULL || *proof->value.text != '{')
    return;

  numbers = tally_json_text_members (proof->value.text, (gssize) proof->value.length, NULL);
  *n_equal = read_number (numbers, "equal");
  *n_compared = read_number (numbers, "of");
}
