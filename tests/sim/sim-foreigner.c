/* sim-foreigner.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-foreigner.h"

#include "base/tally-json-text.h"
#include "sim/sim-typing.h"

#include <string.h>

#define NAME "foreign"

struct _TallySimForeigner
{
  TallySimForeignerOptions  given;
  TallySimDice              dice;    /* of what he is doing */
  gboolean                  over;
};

static gboolean
chance (TallySimForeigner *self,
        int                percent)
{
  return tally_sim_dice_chance (&self->dice, percent);
}

/* The answer's text; NULL when none came. */
static char *
ask (TallySimForeigner *self,
     const char        *method,
     const char        *key,
     const char        *query,
     const char        *text,
     guint             *status)
{
  g_autofree char *name = key != NULL ? g_uri_escape_string (key, NULL, FALSE) : NULL;
  g_autofree char *url = g_strconcat (TALLY_SIM_SERVER_URL, "/", name != NULL ? name : "", query,
                                      NULL);
  g_autoptr (GBytes) body = text != NULL ? g_bytes_new (text, strlen (text)) : NULL;
  TallyRequest request = {
    .method = method, .url = url, .body = body,
    .content_type = text != NULL ? "application/json" : NULL,
  };
  g_autoptr (TallyResponse) response = NULL;

  *status = 0;
  response = tally_sim_net_exchange (self->given.net, TALLY_SIM_FOREIGNER, self->given.clock,
                                     &request, NULL, NULL);
  if (response == NULL)
    return NULL;

  *status = response->status;

  return g_strndup (g_bytes_get_data (response->body, NULL), g_bytes_get_size (response->body));
}

/* The document as he sees it, as the local side of a record; NULL: he does not know. */
static TallyRecord *
read_document (TallySimForeigner *self,
               const char        *key,
               const char        *query,
               char             **loser)
{
  guint status;
  g_autofree char *text = ask (self, "GET", key, query, NULL, &status);
  g_autoptr (TallyRevision) revision = NULL;
  g_autoptr (GArray) members = NULL;
  const TallyJsonMember *conflicts;
  TallyRecord *record;

  if (status != 200 && status != 404)
    return NULL;

  revision = status == 200 ? tally_revision_parse (text, -1, NULL) : NULL;
  if (status == 200 && revision == NULL)
    return NULL;

  record = tally_record_new (key);
  tally_record_set_local (record, revision);
  if (revision == NULL)
    return record;

  members = tally_json_text_members (text, -1, NULL);
  conflicts = tally_json_members_find (members, "_conflicts");
  if (conflicts != NULL && loser != NULL)
    {
      g_autoptr (GArray) revs = tally_json_text_elements (conflicts->value.text,
                                                          conflicts->value.length, NULL);

      if (revs->len > 0)
        *loser = tally_json_span_dup_string (&g_array_index (revs, TallyJsonSpan, 0), NULL);
    }

  return record;
}

static char *
dup_answered_rev (const char *text)
{
  g_autoptr (GArray) members = text != NULL ? tally_json_text_members (text, -1, NULL) : NULL;
  const TallyJsonMember *rev = members != NULL ? tally_json_members_find (members, "rev") : NULL;

  return rev != NULL ? tally_json_span_dup_string (&rev->value, NULL) : NULL;
}

static void
acknowledge (TallySimForeigner *self,
             TallyRecord       *shown,
             const char        *rev,
             const char        *body)
{
  g_autoptr (TallyRevision) made = NULL;

  made = tally_revision_new (shown->key, rev, NULL, body == NULL, body != NULL ? body : "{}", NULL);
  tally_sim_trace_add (self->given.trace, NAME, "made %s %.100s %.10s", shown->key,
                       body != NULL ? body : "(delete)", rev);
  tally_sim_ledger_acknowledge (self->given.ledger, TALLY_SIM_FOREIGNER, shown, shown->key, made);
}

/* PUT, or DELETE where @body is NULL: the server counts the revision. */
static void
write_on_top (TallySimForeigner *self,
              TallyRecord       *shown,
              const char        *body)
{
  g_autofree char *query = NULL;
  g_autofree char *text = NULL;
  g_autofree char *rev = NULL;
  guint status;

  if (shown->local == NULL && body == NULL)
    return;

  query = shown->local != NULL ? g_strconcat ("?rev=", shown->local->rev, NULL) : g_strdup ("");
  tally_sim_ledger_replace (self->given.ledger, shown, FALSE, shown->key, body);
  text = ask (self, body != NULL ? "PUT" : "DELETE", shown->key, query, body, &status);
  rev = status == 200 || status == 201 ? dup_answered_rev (text) : NULL;
  if (rev != NULL)
    acknowledge (self, shown, rev, body);
}

/* An edit made somewhere without network, brought in later with its own revision id. */
static void
replicate (TallySimForeigner *self,
           TallyRecord       *shown,
           const char        *body)
{
  g_autoptr (TallyRevision) revision = NULL;
  g_autoptr (GPtrArray) ancestors = g_ptr_array_new ();
  g_autoptr (GString) text = g_string_new ("{\"new_edits\":false,\"docs\":[");
  g_autofree char *rev = NULL;
  g_autofree char *answer = NULL;
  guint generation = 1;
  guint status;

  if (shown->local != NULL)
    {
      generation = tally_rev_generation (shown->local->rev) + 1;
      g_ptr_array_add (ancestors, (gpointer) shown->local->rev);
      for (guint i = 0; shown->local->ancestors[i] != NULL; i++)
        g_ptr_array_add (ancestors, (gpointer) shown->local->ancestors[i]);
    }
  g_ptr_array_add (ancestors, NULL);
  rev = g_strdup_printf ("%u-%08x%08x%08x%08x", generation,
                         tally_sim_dice_next (&self->dice), tally_sim_dice_next (&self->dice),
                         tally_sim_dice_next (&self->dice), tally_sim_dice_next (&self->dice));
  revision = tally_revision_new (shown->key, rev, (const char * const *) ancestors->pdata,
                                 body == NULL, body != NULL ? body : "{}", NULL);
  tally_revision_write (revision, TALLY_REVISION_WRITE_WIRE, text);
  g_string_append (text, "]}");

  tally_sim_ledger_replace (self->given.ledger, shown, FALSE, shown->key, body);
  tally_sim_baton_sleep (self->given.baton,
                         tally_sim_dice_range (&self->dice, 1, 15) * G_USEC_PER_SEC);
  answer = ask (self, "POST", NULL, "_bulk_docs", text->str, &status);
  if (status == 201 && answer != NULL && g_str_has_prefix (answer, "[]"))
    acknowledge (self, shown, rev, body);
}

/* Ends a branch that lost, as people do in other programs. */
static void
end_loser (TallySimForeigner *self,
           const char        *key,
           const char        *loser)
{
  g_autofree char *query = g_strconcat ("?rev=", loser, NULL);
  g_autoptr (TallyRecord) shown = read_document (self, key, query, NULL);

  if (shown != NULL && shown->local != NULL)
    write_on_top (self, shown, NULL);
}

static void
act (TallySimForeigner *self)
{
  const char *key = tally_sim_typing_key ((guint) tally_sim_dice_range (&self->dice, 0,
                                                                        (gint32) self->given.n_records));
  g_autofree char *loser = NULL;
  g_autoptr (TallyRecord) shown = read_document (self, key, "?revs=true&conflicts=true", &loser);
  g_autofree char *body = NULL;

  if (shown == NULL)
    return;

  if (loser != NULL && chance (self, 40))
    {
      end_loser (self, key, loser);
      return;
    }

  if (shown->local == NULL || !chance (self, 12))
    body = tally_sim_typing_edit (&self->dice, TALLY_SIM_FOREIGNER,
                                  shown->local != NULL ? shown->local->body : "{}");
  if (chance (self, 30))
    replicate (self, shown, body);
  else
    write_on_top (self, shown, body);
}

static void
foreigner_main (gpointer data)
{
  TallySimForeigner *self = data;

  while (tally_sim_baton_get_now_us (self->given.baton) < self->given.until_us)
    {
      TallySimDice pause = tally_sim_events_roll (self->given.events, TALLY_SIM_FOREIGNER,
                                                  TALLY_SIM_WAY);

      tally_sim_baton_sleep (self->given.baton,
                             tally_sim_dice_range (&pause, 1, 10) * G_USEC_PER_SEC);
      if (tally_sim_events_draw (self->given.events, TALLY_SIM_FOREIGNER, TALLY_SIM_ACT, 1000,
                                 &self->dice))
        act (self);
    }

  self->over = TRUE;
}

TallySimForeigner *
tally_sim_foreigner_new (const TallySimForeignerOptions *options)
{
  TallySimForeigner *self = g_new0 (TallySimForeigner, 1);

  self->given = *options;
  tally_sim_baton_spawn (options->baton, NAME, foreigner_main, self);

  return self;
}

void
tally_sim_foreigner_free (TallySimForeigner *self)
{
  g_free (self);
}

gboolean
tally_sim_foreigner_is_over (TallySimForeigner *self)
{
  return self->over;
}
