/* tally-reason.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-model"

#include "config.h"

#include "model/tally-reason.h"

#include "base/tally-boxed.h"
#include "base/tally-json-text.h"
#include "base/tally-json-writer.h"
#include "model/tally-revision.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <stdarg.h>
#include <string.h>

TALLY_DEFINE_BOXED_TYPE (TallyReason, tally_reason)

/* Every code, its arguments in braces, and its sentence: what holds, then what to do next.
 * A part in brackets is left out when an argument in it is not there. "until", "since" and
 * "date" are microseconds since 1970 and shown as local time; "grade" is one of the words of
 * agreement. Every code takes "detail" where a message may come from elsewhere.
 * Translators: keep the words in {braces} as they are; move and keep the [brackets]. */
static const struct
{
  const char *code;
  const char *sentence;
} sentences[] = {
  /* the way to the server */
  { "offline",
    N_("There is no network. Changes are kept here and leave by themselves when it is back.") },
  { "metered",
    N_("The network is metered. Synchronization waits for another one, or start it by hand.") },
  { "server-unreachable",
    N_("The server[ {host}] does not answer[ ({detail})]. Nothing is lost; check the network, "
       "the address and whether the server runs.") },
  { "server-error",
    N_("The server reports a failure of its own[ (status {status})][: {detail}]. It is tried "
       "again by itself; if this lasts, tell whoever runs the server.") },
  { "bad-answer",
    N_("What answers at this address does not speak the protocol[ ({detail})]. Check the "
       "address.") },
  { "too-large",
    N_("It is larger than can be taken in[ ({detail})]. Shorten the record, or let the "
       "server send smaller pages.") },
  { "auth-failed",
    N_("The server does not accept the user name or the password[ ({detail})]. Enter them again.") },
  { "forbidden",
    N_("The server does not allow this user to do that[ ({detail})]. Ask whoever runs the "
       "server for the right.") },
  { "not-found",
    N_("The server has no such database[ “{database}”][ ({detail})]. Check the name, or "
       "create the database.") },
  { "recreated",
    N_("The database on the server is another or an older one than before[ ({detail})]. Nothing "
       "was changed here. If this is the right database, run “tallyctl sync --adopt”: what it "
       "lacks is given back to it from this computer. Otherwise check the address.") },

  /* why nothing runs */
  { "paused",
    N_("Synchronization is paused[ until {until}]. It goes on by itself then, or resume it now.") },
  { "paused-by-user",
    N_("Synchronization is paused. Resume it when you want it to go on.") },
  { "cancelled",
    N_("It was cancelled. What was done stays; start it again for the rest.") },
  { "time-limit",
    N_("The time it was given is over. What was done stays; the next run goes on from there.") },
  { "interrupted",
    N_("It was interrupted. The next run goes on where it stopped.") },
  { "no-server",
    N_("No server is set up. Run “tallyctl --server URL sync” with its address.") },

  /* how the halves match */
  { "running",
    N_("Synchronization is running. You can go on working.") },
  { "up-to-date",
    N_("Everything is up to date[ ({grade})][, {equal} of {of} records are equal][, last seen "
       "{date}]. There is nothing to do.") },
  { "checked",
    N_("Both sides agreed at the last look[ ({grade})][, {equal} of {of} records were equal][, "
       "{date}]. Synchronize to see whether they still do.") },
  { "unequal",
    N_("Both sides differ[: {count} records], although nothing waits. The next synchronization "
       "reads everything again.") },
  { "differs",
    N_("Both sides differ[: {count} records]. Nothing was changed; a synchronization brings them "
       "to agreement.") },
  { "lacking",
    N_("The server does not have it any more, although nobody deleted it. If that is a mistake, "
       "run “tallyctl sync --adopt”: it is given back from this computer.") },
  { "never-synced",
    N_("This computer has never been synchronized with the server. Start a synchronization.") },
  { "pending",
    N_("Changes wait to be sent[: {count}]. They leave with the next synchronization.") },
  { "behind",
    N_("The server has newer versions[: {count}]. They are taken in with the next "
       "synchronization.") },
  { "conflict",
    N_("The record was changed here and on the server. Choose what is to be kept.") },
  { "conflicts",
    N_("Records were changed here and on the server[: {count}]. For each one, choose what to "
       "keep.") },
  { "problems",
    N_("Records could not be synchronized[: {count}]. Look at each for its reason.") },

  /* one record */
  { "refused",
    N_("The server refuses what was sent[ (status {status})][: {detail}]. Correct it; it is "
       "sent again then.") },
  { "bad-document",
    N_("The document cannot be taken in[: {detail}]. Correct it where it was made.") },
  { "bad-key",
    N_("The record’s id cannot be used[: {detail}]. Give it another id where it was made.") },
  { "bends-value",
    N_("The server would change a value of the record[ ({detail})]. The record stays here; "
       "write the value as text, or use another server.") },
  { "bent-there",
    N_("The server has another value under the same version of the record[ ({detail})]: it does "
       "not keep every number as it is. Write the value as text, or use another server.") },
  { "unknown-outcome",
    N_("Whether the server stored it is not known[ ({detail})]. The next run looks before it "
       "sends it again.") },
  { "attachments",
    N_("The attachments differ between this computer and the server. Choose the side that is "
       "to be kept.") },
  { "guard-server",
    N_("Unusually many records were deleted on the server[: {count}]. Nothing was deleted here; "
       "confirm the deletions or keep the records.") },
  { "guard-local",
    N_("Unusually many records were deleted here[: {count}]. The server was not told; confirm "
       "the deletions or take them back.") },
  { "guard-edits",
    N_("Unusually many records were changed at once here[: {count}]. The server was not told; look "
       "at them, then send them or take them back.") },
  { "guard-alike",
    N_("Unusually many records were changed here in the same way. The server was not told; look at "
       "them, then send them or take them back.") },
  { "guard-merged",
    N_("Unusually many records were changed on both sides. The merged versions were not sent; look "
       "at them, then send them or keep what the server has.") },
  { "waits-for",
    N_("It waits for “{record}”, which it refers to and which has not arrived yet.") },
  { "reference-ring",
    N_("Records refer to each other in a ring, so that one leaves before what it refers to. Check the "
       "order that is set.") },
  { "on-hold",
    N_("It was put on hold. It leaves when it is released: tallyctl pending release.") },
  { "allowed",
    N_("You have said that it is to be sent. It leaves with the next synchronization.") },

  /* the store */
  { "disk-full",
    N_("The disk is full[ ({detail})]. Make room; nothing that was stored is lost.") },
  { "store-full",
    N_("The store has reached the size that was set for it. What was stored is safe, and "
       "nothing new is; allow more with “tallyctl store --max-bytes”, or keep less of the past.") },
  { "store-nearly-full",
    N_("The store takes {percent} percent of the size that was set for it. Allow more with “tallyctl store "
       "--max-bytes”, or keep less of the past, before nothing new can be stored.") },
  { "store-corrupt",
    N_("The store[ {path}] is damaged[: {detail}]. It was left as it is; restore a backup, "
       "or set up a new store from the server.") },
  { "store-too-new",
    N_("The store[ {path}] was written by a newer version[: {detail}]. Install that version; "
       "the file was left as it is.") },
  { "store-read-only",
    N_("The store[ {path}] cannot be written to[: {detail}]. Allow writing to the file and "
       "its folder.") },
  { "store-busy",
    N_("The store[ {path}] is in use by another program[: {detail}]. Close that program, or "
       "wait until it is done.") },
  { "store-failed",
    N_("The store[ {path}] could not be used[: {detail}]. Try again; if this lasts, report "
       "it with this text.") },
  { "locked",
    N_("Another program[ (process {pid})] holds the store[: {detail}]. Close it, or wait "
       "until it is done.") },

  { "failed",
    N_("It failed[: {detail}]. Try again; if this lasts, report it with this text.") },
};

/* One block: the struct, the array, then all the text. */
static TallyReason *
make (const char         *code,
      const char * const *arguments,
      guint               n_arguments)
{
  gsize size = sizeof (TallyReason) + (n_arguments + 1) * sizeof (char *) + strlen (code) + 1;
  TallyReason *self;
  const char **list;
  char *to;

  for (guint i = 0; i < n_arguments; i++)
    size += strlen (arguments[i]) + 1;

  self = g_atomic_rc_box_alloc (size);
  list = (const char **) (self + 1);
  to = (char *) (list + n_arguments + 1);
  self->code = to;
  self->arguments = list;
  to = g_stpcpy (to, code) + 1;
  for (guint i = 0; i < n_arguments; i++)
    {
      list[i] = to;
      to = g_stpcpy (to, arguments[i]) + 1;
    }
  list[n_arguments] = NULL;

  return self;
}

/**
 * tally_reason_new:
 * @code: one of the codes in tally-reason.c
 * @...: names and values in turn, strings, then %NULL; a name must have its value
 *
 * Returns: (transfer full): the reason
 */
TallyReason *
tally_reason_new (const char *code,
                  ...)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  const char *argument;
  va_list list;

  va_start (list, code);
  while ((argument = va_arg (list, const char *)) != NULL)
    g_ptr_array_add (arguments, (gpointer) argument);
  va_end (list);
  g_return_val_if_fail (arguments->len % 2 == 0, NULL);

  return make (code, (const char * const *) arguments->pdata, arguments->len);
}

/**
 * tally_reason_ref:
 * @self: a reason
 *
 * Returns: (transfer full): @self, from any thread
 */
TallyReason *
tally_reason_ref (const TallyReason *self)
{
  return g_atomic_rc_box_acquire ((TallyReason *) self);
}

/**
 * tally_reason_unref:
 * @self: (transfer full): a reason
 *
 * Drops a reference, from any thread.
 */
void
tally_reason_unref (const TallyReason *self)
{
  g_atomic_rc_box_release ((TallyReason *) self);
}

/**
 * tally_reason_get:
 * @self: a reason
 * @name: an argument's name
 *
 * Returns: (transfer none) (nullable): its value
 */
const char *
tally_reason_get (const TallyReason *self,
                  const char        *name)
{
  for (guint i = 0; self->arguments[i] != NULL; i += 2)
    if (strcmp (self->arguments[i], name) == 0)
      return self->arguments[i + 1];

  return NULL;
}

/**
 * tally_reason_to_json:
 * @self: a reason
 *
 * Returns: (transfer full): `{"code":…,"arguments":{…}}`
 */
char *
tally_reason_to_json (const TallyReason *self)
{
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "code", self->code);
  tally_json_writer_name (&writer, "arguments");
  tally_json_writer_begin_object (&writer);
  for (guint i = 0; self->arguments[i] != NULL; i += 2)
    tally_json_writer_member (&writer, self->arguments[i], self->arguments[i + 1]);
  tally_json_writer_end_object (&writer);
  tally_json_writer_end_object (&writer);

  return tally_json_writer_finish (&writer);
}

/* FALSE when the value is no object of strings. */
static gboolean
read_arguments (const TallyJsonSpan *value,
                GPtrArray           *arguments)
{
  g_autoptr (GArray) members = tally_json_text_members (value->text, (gssize) value->length, NULL);

  if (members == NULL)
    return FALSE;

  for (guint i = 0; i < members->len; i++)
    {
      TallyJsonMember *member = &g_array_index (members, TallyJsonMember, i);
      g_autofree char *name = tally_json_span_dup_string (&member->name, NULL);
      g_autofree char *text = tally_json_span_dup_string (&member->value, NULL);

      if (name == NULL || text == NULL)
        return FALSE;
      g_ptr_array_add (arguments, g_steal_pointer (&name));
      g_ptr_array_add (arguments, g_steal_pointer (&text));
    }

  return TRUE;
}

/**
 * tally_reason_from_json:
 * @json: (nullable): what tally_reason_to_json() wrote
 *
 * Returns: (transfer full) (nullable): the reason; %NULL when @json is none
 */
TallyReason *
tally_reason_from_json (const char *json)
{
  g_autoptr (GArray) members = json != NULL ? tally_json_text_members (json, -1, NULL) : NULL;
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *code = NULL;
  const TallyJsonMember *member;

  if (members == NULL)
    return NULL;

  member = tally_json_members_find (members, "code");
  code = member != NULL ? tally_json_span_dup_string (&member->value, NULL) : NULL;
  if (code == NULL)
    return NULL;

  member = tally_json_members_find (members, "arguments");
  if (member != NULL && !read_arguments (&member->value, arguments))
    return NULL;

  return make (code, (const char * const *) arguments->pdata, arguments->len);
}

static gboolean
is_date (const char *name)
{
  return g_str_equal (name, "until") || g_str_equal (name, "since") || g_str_equal (name, "date");
}

static char *
dup_date (const char *value)
{
  g_autoptr (GDateTime) date = NULL;
  gint64 date_us;

  if (!g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, &date_us, NULL))
    return g_strdup (value);

  date = g_date_time_new_from_unix_local (date_us / G_USEC_PER_SEC);

  return date != NULL ? g_date_time_format (date, "%x %H:%M") : g_strdup (value);
}

/* How far agreement was proved: the architecture's three grades. */
static char *
dup_grade (const char *value)
{
  if (g_str_equal (value, "checked"))
    return g_strdup (_("every record that moved was checked"));
  if (g_str_equal (value, "verified"))
    return g_strdup (_("every revision was verified"));
  if (g_str_equal (value, "compared"))
    return g_strdup (_("every body was compared"));

  return g_strdup (g_str_equal (value, "none") ? "" : value);
}

static char *
dup_shown (const char *name,
           const char *value)
{
  char *shown;

  if (is_date (name))
    return dup_date (value);
  if (g_str_equal (name, "grade"))
    return dup_grade (value);

  /* the sentence it goes into has a full stop of its own */
  shown = g_strdup (value);
  if (g_str_equal (name, "detail") && g_str_has_suffix (shown, "."))
    shown[strlen (shown) - 1] = '\0';

  return shown;
}

/* Puts the arguments into one part of a sentence; FALSE when one is missing. */
static gboolean
append_part (GString           *out,
             const TallyReason *self,
             const char        *at,
             const char        *end)
{
  gboolean whole = TRUE;

  while (at < end)
    {
      const char *brace = memchr (at, '{', end - at);
      const char *close = brace != NULL ? memchr (brace, '}', end - brace) : NULL;
      g_autofree char *name = NULL;
      g_autofree char *shown = NULL;
      const char *value;

      if (close == NULL)
        {
          g_string_append_len (out, at, end - at);
          break;
        }

      name = g_strndup (brace + 1, close - brace - 1);
      value = tally_reason_get (self, name);
      shown = value != NULL ? dup_shown (name, value) : g_strdup ("");
      whole = whole && *shown != '\0';
      g_string_append_len (out, at, brace - at);
      g_string_append (out, shown);
      at = close + 1;
    }

  return whole;
}

static char *
fill_sentence (const TallyReason *self,
               const char        *sentence)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *at = sentence;

  while (*at != '\0')
    {
      const char *open = strchr (at, '[');
      const char *close = open != NULL ? strchr (open, ']') : NULL;
      gsize before;

      if (close == NULL)
        {
          append_part (out, self, at, at + strlen (at));
          break;
        }

      append_part (out, self, at, open);
      before = out->len;
      if (!append_part (out, self, open + 1, close))
        g_string_truncate (out, before);
      at = close + 1;
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* A code of another version: its name and arguments are all there is to say. */
static char *
describe_unknown (const TallyReason *self)
{
  GString *out = g_string_new (self->code);

  for (guint i = 0; self->arguments[i] != NULL; i += 2)
    g_string_append_printf (out, "%s%s: %s", i == 0 ? " (" : ", ",
                            self->arguments[i], self->arguments[i + 1]);
  if (self->arguments[0] != NULL)
    g_string_append_c (out, ')');

  return g_string_free (out, FALSE);
}

/**
 * tally_reason_describe:
 * @self: a reason
 *
 * The one place where words are made, so that window, terminal, tray and bundle say the same.
 *
 * Returns: (transfer full): what holds, and what to do next, in the user's language
 */
char *
tally_reason_describe (const TallyReason *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (strcmp (sentences[i].code, self->code) == 0)
      return fill_sentence (self, _(sentences[i].sentence));

  return describe_unknown (self);
}

static const char *
code_for_io_error (int code)
{
  switch (code)
    {
    case G_IO_ERROR_CANCELLED:
      return "cancelled";
    case G_IO_ERROR_NO_SPACE:
      return "disk-full";
    case G_IO_ERROR_NETWORK_UNREACHABLE:
      return "offline";
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_HOST_NOT_FOUND:
    case G_IO_ERROR_CONNECTION_REFUSED:
    case G_IO_ERROR_CONNECTION_CLOSED:
    case G_IO_ERROR_NOT_CONNECTED:
    case G_IO_ERROR_TIMED_OUT:
    case G_IO_ERROR_PROXY_FAILED:
      return "server-unreachable";
    case G_IO_ERROR_MESSAGE_TOO_LARGE:
      return "too-large";
    default:
      return "failed";
    }
}

/**
 * tally_reason_new_for_error:
 * @error: an error of GIO, #TallyJsonError or #TallyModelError
 *
 * Layers above know their own domains and make their own reasons; what is not known here is
 * `failed`. The message goes along as argument `detail`.
 *
 * Returns: (transfer full): the reason
 */
TallyReason *
tally_reason_new_for_error (const GError *error)
{
  const char *code = "failed";

  if (error->domain == G_IO_ERROR)
    code = code_for_io_error (error->code);
  else if (error->domain == TALLY_JSON_ERROR)
    code = "bad-document";
  else if (error->domain == TALLY_MODEL_ERROR)
    code = error->code == TALLY_MODEL_ERROR_BAD_KEY ? "bad-key" : "bad-document";

  return tally_reason_new (code, "detail", error->message, NULL);
}
