/* tally-json-writer.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-base"

#include "base/tally-json-writer.h"

#include "base/tally-json-text.h"

/**
 * tally_json_writer_init:
 * @self: (out caller-allocates): a writer
 * @out: (nullable): borrowed and appended to; with %NULL the writer makes its own text, which
 *   tally_json_writer_finish() hands over
 *
 * Begins a JSON text.
 */
void
tally_json_writer_init (TallyJsonWriter *self,
                        GString         *out)
{
  self->out = out != NULL ? out : g_string_new (NULL);
  self->owned = out == NULL;
  self->need_comma = FALSE;
}

/* A value or name begins. */
static void
separate (TallyJsonWriter *self)
{
  if (self->need_comma)
    g_string_append_c (self->out, ',');
  self->need_comma = TRUE;
}

/**
 * tally_json_writer_begin_object:
 * @self: a writer
 *
 * Opens an object; names and values follow in turn.
 */
void
tally_json_writer_begin_object (TallyJsonWriter *self)
{
  separate (self);
  g_string_append_c (self->out, '{');
  self->need_comma = FALSE;
}

/**
 * tally_json_writer_end_object:
 * @self: a writer
 *
 * Closes the innermost object.
 */
void
tally_json_writer_end_object (TallyJsonWriter *self)
{
  g_string_append_c (self->out, '}');
  self->need_comma = TRUE;
}

/**
 * tally_json_writer_begin_array:
 * @self: a writer
 *
 * Opens an array; values follow.
 */
void
tally_json_writer_begin_array (TallyJsonWriter *self)
{
  separate (self);
  g_string_append_c (self->out, '[');
  self->need_comma = FALSE;
}

/**
 * tally_json_writer_end_array:
 * @self: a writer
 *
 * Closes the innermost array.
 */
void
tally_json_writer_end_array (TallyJsonWriter *self)
{
  g_string_append_c (self->out, ']');
  self->need_comma = TRUE;
}

/**
 * tally_json_writer_name:
 * @self: a writer inside an object
 * @name: UTF-8; that it stands only once is the caller's business
 *
 * Writes a member's name; its value comes next.
 */
void
tally_json_writer_name (TallyJsonWriter *self,
                        const char      *name)
{
  separate (self);
  tally_json_append_string (self->out, name);
  g_string_append_c (self->out, ':');
  self->need_comma = FALSE;
}

/**
 * tally_json_writer_string:
 * @self: a writer
 * @value: (nullable): UTF-8; %NULL writes null
 *
 * Writes a string.
 */
void
tally_json_writer_string (TallyJsonWriter *self,
                          const char      *value)
{
  if (value == NULL)
    {
      tally_json_writer_null (self);
      return;
    }

  separate (self);
  tally_json_append_string (self->out, value);
}

/**
 * tally_json_writer_int:
 * @self: a writer
 * @value: the number
 *
 * Writes a whole number.
 */
void
tally_json_writer_int (TallyJsonWriter *self,
                       gint64           value)
{
  separate (self);
  g_string_append_printf (self->out, "%" G_GINT64_FORMAT, value);
}

/**
 * tally_json_writer_boolean:
 * @self: a writer
 * @value: the truth
 *
 * Writes true or false.
 */
void
tally_json_writer_boolean (TallyJsonWriter *self,
                           gboolean         value)
{
  tally_json_writer_raw (self, value ? "true" : "false", -1);
}

/**
 * tally_json_writer_null:
 * @self: a writer
 *
 * Writes null.
 */
void
tally_json_writer_null (TallyJsonWriter *self)
{
  tally_json_writer_raw (self, NULL, -1);
}

/**
 * tally_json_writer_raw:
 * @self: a writer
 * @json: (nullable): a valid JSON value; %NULL writes null
 * @length: bytes, or -1 when NUL-terminated
 *
 * Writes a value byte for byte.
 */
void
tally_json_writer_raw (TallyJsonWriter *self,
                       const char      *json,
                       gssize           length)
{
  separate (self);
  if (json == NULL)
    g_string_append (self->out, "null");
  else
    g_string_append_len (self->out, json, length);
}

/**
 * tally_json_writer_member:
 * @self: a writer inside an object
 * @name: UTF-8
 * @value: (nullable): UTF-8; %NULL writes null
 *
 * Writes a name and a string.
 */
void
tally_json_writer_member (TallyJsonWriter *self,
                          const char      *name,
                          const char      *value)
{
  tally_json_writer_name (self, name);
  tally_json_writer_string (self, value);
}

/**
 * tally_json_writer_member_int:
 * @self: a writer inside an object
 * @name: UTF-8
 * @value: the number
 *
 * Writes a name and a whole number.
 */
void
tally_json_writer_member_int (TallyJsonWriter *self,
                              const char      *name,
                              gint64           value)
{
  tally_json_writer_name (self, name);
  tally_json_writer_int (self, value);
}

/**
 * tally_json_writer_member_date:
 * @self: a writer inside an object
 * @name: UTF-8
 * @date_us: a date, µs since 1970; 0: there is none
 *
 * Writes a name and a date: ISO 8601, UTC, to the millisecond; null where there is none.
 */
void
tally_json_writer_member_date (TallyJsonWriter *self,
                               const char      *name,
                               gint64           date_us)
{
  g_autoptr (GDateTime) date = NULL;
  g_autofree char *seconds = NULL;
  g_autofree char *text = NULL;

  if (date_us != 0)
    date = g_date_time_new_from_unix_utc (date_us / G_USEC_PER_SEC);
  if (date != NULL)
    {
      seconds = g_date_time_format (date, "%Y-%m-%dT%H:%M:%S");
      text = g_strdup_printf ("%s.%03dZ", seconds, (int) (date_us % G_USEC_PER_SEC / 1000));
    }
  tally_json_writer_member (self, name, text);
}

/**
 * tally_json_writer_member_boolean:
 * @self: a writer inside an object
 * @name: UTF-8
 * @value: the truth
 *
 * Writes a name and true or false.
 */
void
tally_json_writer_member_boolean (TallyJsonWriter *self,
                                  const char      *name,
                                  gboolean         value)
{
  tally_json_writer_name (self, name);
  tally_json_writer_boolean (self, value);
}

/**
 * tally_json_writer_finish:
 * @self: a writer made with its own text, everything closed
 *
 * Ends the writer. One that is not wanted any more is finished and its text freed.
 *
 * Returns: (transfer full): the text
 */
char *
tally_json_writer_finish (TallyJsonWriter *self)
{
  g_return_val_if_fail (self->owned, NULL);

  return g_string_free (g_steal_pointer (&self->out), FALSE);
}
