/* tally-health-report.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-health-report.h"

#include "tally-wording.h"

#include "base/tally-json-node.h"
#include "model/tally-reason.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

/* What the choices of "period" stand for. */
static const guint period_days[] = { 1, 7, 30 };

/**
 * TallyHealthReport:
 *
 * What the runs of the last days came to, in words. Asks again after each run. Main thread.
 *
 * Properties: "period" (0: a day, 1: a week, 2: thirty days), texts for each figure and the line
 * below it, "problem" (of the last call, ""), "errors" (#GListModel of #GtkStringObject).
 */
struct _TallyHealthReport
{
  GObject        parent_instance;

  TallyBusSync  *sync;          /* owned */
  TallyClock    *clock;         /* owned */
  guint          period;
  char          *texts[11];     /* owned; by property */
  GtkStringList *errors;        /* owned */
};

enum
{
  PROP_0,
  PROP_RATE,
  PROP_RATE_DETAIL,
  PROP_DURATION,
  PROP_DURATION_DETAIL,
  PROP_TRAFFIC,
  PROP_TRAFFIC_DETAIL,
  PROP_OLDEST,
  PROP_OLDEST_DETAIL,
  PROP_PROBLEMS,
  PROP_PROBLEM,
  PROP_PERIOD,
  PROP_ERRORS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyHealthReport, tally_health_report, G_TYPE_OBJECT)

/* @text: (transfer full) */
static void
take_text (TallyHealthReport *self,
           guint              prop_id,
           char              *text)
{
  g_free (self->texts[prop_id]);
  self->texts[prop_id] = text;
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static char *
format_ms (gint64 ms)
{
  /* Translators: milliseconds, then seconds */
  return ms < 1000 ? g_strdup_printf (_("%u ms"), (guint) ms)
                   : g_strdup_printf (_("%.1f s"), (double) ms / 1000);
}

static void
say_duration (TallyHealthReport *self,
              TallyJsonNode     *health)
{
  g_autoptr (TallyJsonNode) duration = tally_json_node_get_node (health, "duration_ms");
  g_autofree char *most = format_ms (tally_json_node_get_int (duration, "p95"));

  take_text (self, PROP_DURATION, format_ms (tally_json_node_get_int (duration, "p50")));
  /* Translators: a duration, e.g. “2.4 s” */
  take_text (self, PROP_DURATION_DETAIL, g_strdup_printf (_("95 of 100 took at most %s"), most));
}

static void
say_runs (TallyHealthReport *self,
          TallyJsonNode     *health)
{
  g_autoptr (TallyJsonNode) runs = tally_json_node_get_node (health, "runs");
  g_autofree char *rate = tally_json_node_dup_raw (health, "success_rate");
  guint n_good = (guint) (tally_json_node_get_int (runs, "success") +
                          tally_json_node_get_int (runs, "partial"));
  guint n_failed = (guint) tally_json_node_get_int (runs, "failed");
  guint n_cancelled = (guint) tally_json_node_get_int (runs, "cancelled");

  if (rate == NULL || g_str_equal (rate, "null"))
    {
      take_text (self, PROP_RATE, g_strdup ("–"));
      take_text (self, PROP_RATE_DETAIL,
                 g_strdup (n_cancelled > 0 ? _("Every run was ended early") : _("There was no run")));
      take_text (self, PROP_DURATION, g_strdup ("–"));
      take_text (self, PROP_DURATION_DETAIL, g_strdup (""));
      return;
    }

  say_duration (self, health);
  take_text (self, PROP_RATE, g_strdup_printf ("%.1f %%", 100 * g_ascii_strtod (rate, NULL)));
  /* Translators: counts of runs */
  take_text (self, PROP_RATE_DETAIL, g_strdup_printf (_("%u good, %u failed, %u ended early"),
                                                      n_good, n_failed, n_cancelled));
}

static void
say_amounts (TallyHealthReport *self,
             TallyJsonNode     *health)
{
  g_autoptr (TallyJsonNode) bytes = tally_json_node_get_node (health, "bytes");
  gint64 up = tally_json_node_get_int (bytes, "up");
  gint64 down = tally_json_node_get_int (bytes, "down");
  g_autofree char *sent = tally_wording_bytes ((guint64) up);
  g_autofree char *received = tally_wording_bytes ((guint64) down);

  take_text (self, PROP_TRAFFIC, tally_wording_bytes ((guint64) (up + down)));
  take_text (self, PROP_TRAFFIC_DETAIL, g_strdup_printf (_("%s sent, %s received"), sent, received));
}

static void
say_open (TallyHealthReport *self,
          TallyJsonNode     *health)
{
  g_autofree char *oldest = tally_json_node_dup_string (health, "oldest_pending");
  g_autoptr (GDateTime) date = oldest != NULL ? g_date_time_new_from_iso8601 (oldest, NULL) : NULL;
  gint64 n_problems = tally_json_node_get_int (health, "open_problems");

  take_text (self, PROP_OLDEST,
             date != NULL ? tally_wording_ago (g_date_time_to_unix (date) * G_USEC_PER_SEC,
                                               tally_clock_date_us (self->clock))
                          : g_strdup (_("None")));
  take_text (self, PROP_OLDEST_DETAIL,
             g_strdup (date != NULL ? _("The oldest edit that was not sent")
                                    : _("Everything was sent")));
  take_text (self, PROP_PROBLEMS, tally_wording_number ((guint64) n_problems));
}

static char *
make_error (TallyHealthReport *self,
            TallyJsonNode     *error)
{
  g_autofree char *code = tally_json_node_dup_string (error, "code");
  g_autofree char *last = tally_json_node_dup_string (error, "last");
  g_autoptr (GDateTime) date = last != NULL ? g_date_time_new_from_iso8601 (last, NULL) : NULL;
  g_autoptr (TallyReason) reason = tally_reason_new (code != NULL ? code : "failed", NULL);
  g_autofree char *words = tally_reason_describe (reason);
  guint n = (guint) tally_json_node_get_int (error, "count");
  g_autofree char *ago = tally_wording_ago (date != NULL ? g_date_time_to_unix (date) * G_USEC_PER_SEC
                                                         : 0,
                                            tally_clock_date_us (self->clock));

  /* Translators: what went wrong, how often, how long ago for the last time */
  return g_strdup_printf (ngettext ("%s (%u time, last %s)", "%s (%u times, last %s)", n), words, n,
                          ago);
}

static void
say_errors (TallyHealthReport *self,
            TallyJsonNode     *health)
{
  g_autoptr (GPtrArray) errors = tally_json_node_list (health, "errors");

  gtk_string_list_splice (self->errors, 0, g_list_model_get_n_items (G_LIST_MODEL (self->errors)),
                          NULL);
  for (guint i = 0; i < errors->len; i++)
    gtk_string_list_take (self->errors, make_error (self, errors->pdata[i]));
}

static void
health_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (TallyHealthReport) self = user_data;
  g_autoptr (TallyJsonNode) health = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  if (tally_bus_sync_call_get_health_finish (TALLY_BUS_SYNC (source), &json, result, &error))
    health = tally_json_node_new (json, -1, &error);
  if (error != NULL)
    g_dbus_error_strip_remote_error (error);
  take_text (self, PROP_PROBLEM, g_strdup (error != NULL ? error->message : ""));
  if (health == NULL)
    return;

  say_runs (self, health);
  say_amounts (self, health);
  say_open (self, health);
  say_errors (self, health);
}

static void
tally_health_report_finalize (GObject *object)
{
  TallyHealthReport *self = TALLY_HEALTH_REPORT (object);

  for (guint i = 0; i < G_N_ELEMENTS (self->texts); i++)
    g_free (self->texts[i]);
  g_object_unref (self->errors);
  g_object_unref (self->sync);
  g_object_unref (self->clock);

  G_OBJECT_CLASS (tally_health_report_parent_class)->finalize (object);
}

static void
tally_health_report_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  TallyHealthReport *self = TALLY_HEALTH_REPORT (object);

  if (prop_id == PROP_PERIOD)
    g_value_set_uint (value, self->period);
  else if (prop_id == PROP_ERRORS)
    g_value_set_object (value, self->errors);
  else
    g_value_set_string (value, self->texts[prop_id]);
}

static void
tally_health_report_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  TallyHealthReport *self = TALLY_HEALTH_REPORT (object);

  if (prop_id != PROP_PERIOD)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }
  if (self->period == g_value_get_uint (value))
    return;

  self->period = g_value_get_uint (value);
  g_object_notify_by_pspec (object, pspec);
  tally_health_report_refresh (self);
}

static void
tally_health_report_class_init (TallyHealthReportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  static const char * const names[] = {
    [PROP_RATE] = "rate", [PROP_RATE_DETAIL] = "rate-detail", [PROP_DURATION] = "duration",
    [PROP_DURATION_DETAIL] = "duration-detail", [PROP_TRAFFIC] = "traffic",
    [PROP_TRAFFIC_DETAIL] = "traffic-detail", [PROP_OLDEST] = "oldest",
    [PROP_OLDEST_DETAIL] = "oldest-detail", [PROP_PROBLEMS] = "problems", [PROP_PROBLEM] = "problem",
  };

  object_class->finalize = tally_health_report_finalize;
  object_class->get_property = tally_health_report_get_property;
  object_class->set_property = tally_health_report_set_property;

  for (guint i = PROP_RATE; i < PROP_PERIOD; i++)
    properties[i] = g_param_spec_string (names[i], NULL, NULL, "", flags);
  properties[PROP_PERIOD] = g_param_spec_uint ("period", NULL, NULL,
                                               0, G_N_ELEMENTS (period_days) - 1, 1,
                                               flags | G_PARAM_WRITABLE);
  properties[PROP_ERRORS] = g_param_spec_object ("errors", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_health_report_init (TallyHealthReport *self)
{
  self->period = 1;
  self->errors = gtk_string_list_new (NULL);
  for (guint i = PROP_RATE; i < PROP_PERIOD; i++)
    self->texts[i] = g_strdup ("");
}

/**
 * tally_health_report_new:
 * @sync: the store's holder
 * @clock: for ages
 *
 * Returns: (transfer full): a report that says nothing yet
 */
TallyHealthReport *
tally_health_report_new (TallyBusSync *sync,
                         TallyClock   *clock)
{
  TallyHealthReport *self = g_object_new (TALLY_TYPE_HEALTH_REPORT, NULL);

  self->sync = g_object_ref (sync);
  self->clock = g_object_ref (clock);
  g_signal_connect_object (sync, "notify::last-run", G_CALLBACK (tally_health_report_refresh), self,
                           G_CONNECT_SWAPPED);

  return self;
}

void
tally_health_report_refresh (TallyHealthReport *self)
{
  g_return_if_fail (TALLY_IS_HEALTH_REPORT (self));

  tally_bus_sync_call_get_health (self->sync, period_days[self->period], NULL, health_cb,
                                  g_object_ref (self));
}
