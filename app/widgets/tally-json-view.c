/* tally-json-view.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-app"

#include "config.h"

#include "tally-json-view.h"

#include "tally-pretty-json.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

/* A larger text is shown without colours: they are for reading, and nobody reads that much. */
#define MAX_COLOURED_BYTES (256 * 1024)

/**
 * TallyJsonView:
 *
 * Shows a JSON text laid out for reading, each value character for character as it is. Colours
 * only help; the text says everything.
 */
struct _TallyJsonView
{
  GtkTextView  parent_instance;

  char        *json;       /* nullable */
  GtkTextTag  *names;      /* of the buffer's table */
  GtkTextTag  *strings;
  GtkTextTag  *numbers;
  GtkTextTag  *words;
};

typedef struct
{
  TallyJsonToken token;
  gsize          start;    /* bytes */
  gsize          end;
} Piece;

enum
{
  PROP_0,
  PROP_JSON,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TallyJsonView, tally_json_view, GTK_TYPE_TEXT_VIEW)

/* From the GNOME palette; each has at least 4.5:1 against the view's background. */
static void
update_colours (TallyJsonView *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());

  g_object_set (self->names, "foreground", dark ? "#99c1f1" : "#1a5fb4", NULL);
  g_object_set (self->strings, "foreground", dark ? "#8ff0a4" : "#1b6b3a", NULL);
  g_object_set (self->numbers, "foreground", dark ? "#ffbe6f" : "#9c3d00", NULL);
  g_object_set (self->words, "foreground", dark ? "#dc8add" : "#813d9c", NULL);
}

static void
piece_cb (TallyJsonToken  token,
          gsize           start,
          GString        *out,
          gpointer        user_data)
{
  Piece piece = { token, start, out->len };

  g_array_append_val (user_data, piece);
}

static GtkTextTag *
find_tag (TallyJsonView  *self,
          TallyJsonToken  token)
{
  switch ((int) token)
    {
    case TALLY_JSON_TOKEN_NAME:
      return self->names;
    case TALLY_JSON_TOKEN_STRING:
      return self->strings;
    case TALLY_JSON_TOKEN_NUMBER:
      return self->numbers;
    default:
      return self->words;
    }
}

static void
show_text (TallyJsonView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_autofree char *text = NULL;
  gsize at_byte = 0;
  glong at_char = 0;

  text = self->json != NULL ? tally_pretty_json_full (self->json, piece_cb, pieces)
                            : g_strdup ("");
  gtk_text_buffer_set_text (buffer, text, -1);
  if (strlen (text) > MAX_COLOURED_BYTES)
    return;

  for (guint i = 0; i < pieces->len; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);
      GtkTextIter start;
      GtkTextIter end;

      at_char += g_utf8_strlen (text + at_byte, piece->start - at_byte);
      gtk_text_buffer_get_iter_at_offset (buffer, &start, at_char);
      at_char += g_utf8_strlen (text + piece->start, piece->end - piece->start);
      gtk_text_buffer_get_iter_at_offset (buffer, &end, at_char);
      gtk_text_buffer_apply_tag (buffer, find_tag (self, piece->token), &start, &end);
      at_byte = piece->end;
    }
}

static void
tally_json_view_finalize (GObject *object)
{
  TallyJsonView *self = TALLY_JSON_VIEW (object);

  g_clear_pointer (&self->json, g_free);

  G_OBJECT_CLASS (tally_json_view_parent_class)->finalize (object);
}

static void
tally_json_view_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  TallyJsonView *self = TALLY_JSON_VIEW (object);

  switch (prop_id)
    {
    case PROP_JSON:
      g_value_set_string (value, self->json);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_json_view_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  TallyJsonView *self = TALLY_JSON_VIEW (object);

  switch (prop_id)
    {
    case PROP_JSON:
      if (g_strcmp0 (self->json, g_value_get_string (value)) == 0)
        return;
      g_free (self->json);
      self->json = g_value_dup_string (value);
      show_text (self);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tally_json_view_class_init (TallyJsonViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tally_json_view_finalize;
  object_class->get_property = tally_json_view_get_property;
  object_class->set_property = tally_json_view_set_property;

  properties[PROP_JSON] =
    g_param_spec_string ("json", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tally_json_view_init (TallyJsonView *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);

  gtk_text_view_set_editable (view, FALSE);
  gtk_text_view_set_cursor_visible (view, FALSE);
  gtk_text_view_set_monospace (view, TRUE);
  gtk_text_view_set_wrap_mode (view, GTK_WRAP_WORD_CHAR);
  /* Tab leaves the text instead of being swallowed by it. */
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "json");

  self->names = gtk_text_buffer_create_tag (buffer, NULL, "weight", PANGO_WEIGHT_SEMIBOLD, NULL);
  self->strings = gtk_text_buffer_create_tag (buffer, NULL, NULL);
  self->numbers = gtk_text_buffer_create_tag (buffer, NULL, NULL);
  self->words = gtk_text_buffer_create_tag (buffer, NULL, "style", PANGO_STYLE_ITALIC, NULL);
  update_colours (self);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (update_colours), self, G_CONNECT_SWAPPED);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("JSON text of the record"), -1);
}
