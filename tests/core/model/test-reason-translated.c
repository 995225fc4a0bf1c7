/* test-reason-translated.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "model/tally-reason.h"

#include <gio/gio.h>
#include <libintl.h>
#include <locale.h>

static char *
describe (const char *code,
          const char *name,
          const char *value)
{
  g_autoptr (TallyReason) reason = tally_reason_new (code, name, value, NULL);

  return tally_reason_describe (reason);
}

static void
test_sentence (void)
{
  g_autofree char *text = describe ("offline", NULL, NULL);

  g_assert_cmpstr (text, ==, "Non c'è rete. Le modifiche sono conservate qui e partono da sole quando torna.");
}

static void
test_optional_parts (void)
{
  g_autofree char *with = describe ("pending", "count", "3");
  g_autofree char *without = describe ("pending", NULL, NULL);

  g_assert_cmpstr (with, ==,
                   "Ci sono modifiche da inviare: 3. Partono con la prossima sincronizzazione.");
  g_assert_cmpstr (without, ==,
                   "Ci sono modifiche da inviare. Partono con la prossima sincronizzazione.");
}

/* The argument is itself words to translate. */
static void
test_words_in_argument (void)
{
  g_autofree char *text = describe ("up-to-date", "grade", "checked");

  g_assert_cmpstr (text, ==, "Tutto è aggiornato (ogni record interessato è stato controllato). "
                   "Non c'è nulla da fare.");
}

int
main (int    argc,
      char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  bindtextdomain (GETTEXT_PACKAGE, argv[1]);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");

  g_test_add_func ("/model/reason-translated/sentence", test_sentence);
  g_test_add_func ("/model/reason-translated/optional-parts", test_optional_parts);
  g_test_add_func ("/model/reason-translated/words-in-argument", test_words_in_argument);

  return g_test_run ();
}
