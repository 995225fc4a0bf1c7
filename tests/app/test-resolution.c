/* test-resolution.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "tally-resolution.h"
#include "tally-value.h"

#include <string.h>

static const char edit[] =
  "{\"id\":\"receipt:1\",\"collection\":\"receipt\",\"kind\":\"edit\",\"fields\":["
  "{\"pointer\":\"/total\",\"before\":12.50,\"local\":12.90,\"server\":13.10,"
  "\"verdict\":\"conflict\"},"
  "{\"pointer\":\"/note\",\"local\":\"paid\",\"verdict\":\"local\"},"
  "{\"pointer\":\"/pay~1ment\",\"before\":1,\"local\":1,\"server\":2,\"verdict\":\"server\"},"
  "{\"pointer\":\"/sequence\",\"before\":1,\"local\":12345678901234567890,\"server\":1.0,"
  "\"verdict\":\"conflict\"}],"
  "\"base\":{},\"local\":{},\"server\":{},\"shown\":\"s1\"}";

/* As above after the server wrote once more: the total moved, the sequence did not. */
static const char edit_moved[] =
  "{\"id\":\"receipt:1\",\"collection\":\"receipt\",\"kind\":\"edit\",\"fields\":["
  "{\"pointer\":\"/total\",\"before\":12.50,\"local\":12.90,\"server\":14.00,"
  "\"verdict\":\"conflict\"},"
  "{\"pointer\":\"/note\",\"local\":\"paid\",\"verdict\":\"local\"},"
  "{\"pointer\":\"/sequence\",\"before\":1,\"local\":12345678901234567890,\"server\":1.0,"
  "\"verdict\":\"conflict\"}],"
  "\"base\":{},\"local\":{},\"server\":{},\"shown\":\"s2\"}";

static const char deletion[] =
  "{\"id\":\"product:1\",\"collection\":\"product\",\"kind\":\"delete\",\"fields\":[],"
  "\"base\":{\"a\":1},\"local\":{\"a\":2},\"server\":null,\"shown\":\"s1\"}";

static const char forked[] =
  "{\"id\":\"product:2\",\"collection\":\"product\",\"kind\":\"fork\",\"fields\":[],"
  "\"base\":null,\"local\":{\"a\":3},\"server\":{\"a\":1},\"versions\":["
  "{\"rev\":\"2-b\",\"deleted\":false,\"body\":{\"a\":1}},"
  "{\"rev\":\"2-a\",\"deleted\":false,\"body\":{\"a\":2}}],\"shown\":\"s1\"}";

static TallyResolution *
make (const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TallyConflictItem) item = NULL;

  item = tally_conflict_item_new_from_json (json, strlen (json), &error);
  g_assert_no_error (error);

  return tally_resolution_new (item);
}

static TallyResolutionField *
field_at (TallyResolution *resolution,
          guint            position)
{
  g_autoptr (TallyResolutionField) field = NULL;

  field = g_list_model_get_item (tally_resolution_get_fields (resolution), position);

  return field;
}

static void
assert_result (TallyResolution *resolution,
               guint            position,
               const char      *result,
               const char      *origin)
{
  g_autofree char *has_result = NULL;
  g_autofree char *has_origin = NULL;

  has_result = tally_resolution_field_dup_result (field_at (resolution, position));
  has_origin = tally_resolution_field_dup_origin (field_at (resolution, position));
  g_assert_cmpstr (has_result, ==, result);
  g_assert_cmpstr (has_origin, ==, origin);
}

static void
test_start (void)
{
  g_autoptr (TallyResolution) resolution = make (edit);
  g_autofree char *spoken = NULL;

  g_assert_false (tally_resolution_is_whole (resolution));
  g_assert_false (tally_resolution_is_complete (resolution));
  g_assert_cmpuint (tally_resolution_get_n_decided (resolution), ==, 2);
  assert_result (resolution, 0, "Choose or enter…", "Undecided: changed on both sides");
  assert_result (resolution, 1, "\"paid\"", "Changed only on this computer");
  assert_result (resolution, 2, "2", "Changed only on the server");
  g_assert_cmpstr (tally_resolution_field_get_name (field_at (resolution, 2)), ==, "pay/ment");

  spoken = tally_resolution_field_dup_spoken (field_at (resolution, 0));
  g_assert_cmpstr (spoken, ==, "total. This computer 12.90, server 13.10, before 12.50. "
                   "Undecided: changed on both sides. Field 1 of 4");
}

static void
test_choose (void)
{
  g_autoptr (TallyResolution) resolution = make (edit);
  g_autoptr (GVariant) sent = NULL;
  g_autofree char *text = NULL;

  tally_resolution_choose (resolution, 0, TALLY_CHOICE_SERVER);
  g_assert_false (tally_resolution_is_complete (resolution));
  tally_resolution_choose (resolution, 1, TALLY_CHOICE_SERVER);
  assert_result (resolution, 1, "Field is removed", "From the server");
  g_assert_true (tally_resolution_enter (resolution, 3, " [1, 2.50] ", NULL));
  assert_result (resolution, 3, "[1,2.50]", "Entered by you");
  g_assert_true (tally_resolution_is_complete (resolution));

  sent = g_variant_ref_sink (tally_resolution_to_variant (resolution));
  text = g_variant_print (sent, FALSE);
  g_assert_cmpstr (text, ==, "[('/total', 'server', ''), ('/note', 'server', ''), "
                   "('/pay~1ment', 'server', ''), ('/sequence', 'value', '[1,2.50]')]");
}

static void
test_undo (void)
{
  g_autoptr (TallyResolution) resolution = make (edit);
  gboolean can_undo;
  gboolean can_redo;

  tally_resolution_choose (resolution, 1, TALLY_CHOICE_BASE);
  tally_resolution_choose_undecided (resolution, TALLY_CHOICE_LOCAL);
  g_assert_true (tally_resolution_is_complete (resolution));
  assert_result (resolution, 3, "12345678901234567890", "From this computer");

  /* All at once were decided, all at once are open again. */
  tally_resolution_undo (resolution);
  g_assert_cmpuint (tally_resolution_get_n_decided (resolution), ==, 2);
  assert_result (resolution, 1, "Field is removed", "As before");
  tally_resolution_undo (resolution);
  assert_result (resolution, 1, "\"paid\"", "Changed only on this computer");
  g_object_get (resolution, "can-undo", &can_undo, "can-redo", &can_redo, NULL);
  g_assert_false (can_undo);
  g_assert_true (can_redo);
  tally_resolution_undo (resolution);

  tally_resolution_redo (resolution);
  tally_resolution_redo (resolution);
  g_assert_true (tally_resolution_is_complete (resolution));

  /* A new decision ends what could be redone; the same decision again is none. */
  tally_resolution_undo (resolution);
  tally_resolution_choose (resolution, 0, TALLY_CHOICE_SERVER);
  tally_resolution_choose (resolution, 0, TALLY_CHOICE_SERVER);
  g_object_get (resolution, "can-redo", &can_redo, NULL);
  g_assert_false (can_redo);
  tally_resolution_undo (resolution);
  assert_result (resolution, 0, "Choose or enter…", "Undecided: changed on both sides");
}

static void
test_find (void)
{
  g_autoptr (TallyResolution) resolution = make (edit);
  guint found = 99;

  g_assert_true (tally_resolution_find_undecided (resolution, -1, 1, &found));
  g_assert_cmpuint (found, ==, 0);
  g_assert_true (tally_resolution_find_undecided (resolution, 0, 1, &found));
  g_assert_cmpuint (found, ==, 3);
  g_assert_true (tally_resolution_find_undecided (resolution, 3, 1, &found));
  g_assert_cmpuint (found, ==, 0);
  g_assert_true (tally_resolution_find_undecided (resolution, 0, -1, &found));
  g_assert_cmpuint (found, ==, 3);
  tally_resolution_choose_undecided (resolution, TALLY_CHOICE_SERVER);
  g_assert_false (tally_resolution_find_undecided (resolution, 0, 1, &found));
}

static void
assert_refused (const char *text,
                const char *start)
{
  g_autofree char *message = NULL;

  g_assert_false (tally_value_check (text, &message));
  g_assert_true (g_str_has_prefix (message, start));
}

static void
test_value (void)
{
  g_autoptr (TallyResolution) resolution = make (edit);

  g_assert_true (tally_value_check ("13.10", NULL));
  g_assert_true (tally_value_check ("\"a b\"", NULL));
  g_assert_true (tally_value_check (" {\"a\": [null, true]} ", NULL));
  assert_refused ("", "Enter a value");
  assert_refused ("paid", "Text needs quotation marks: \"paid\"");
  assert_refused ("13,10", "Not a JSON value");
  assert_refused ("{\"a\":1,\"a\":2}", "Not a JSON value");

  g_assert_false (tally_resolution_enter (resolution, 0, "[1", NULL));
  g_assert_cmpint (tally_resolution_field_get_choice (field_at (resolution, 0)), ==,
                   TALLY_CHOICE_NONE);
}

static void
assert_version (TallyResolution *resolution,
                guint            position,
                const char      *take,
                const char      *title,
                gboolean         live)
{
  g_autoptr (TallyResolutionVersion) version = NULL;

  version = g_list_model_get_item (tally_resolution_get_versions (resolution), position);
  g_assert_cmpstr (tally_resolution_version_get_take (version), ==, take);
  g_assert_cmpstr (tally_resolution_version_get_title (version), ==, title);
  g_assert_true (tally_resolution_version_is_live (version) == live);
}

static void
test_whole (void)
{
  g_autoptr (TallyResolution) resolution = make (deletion);

  g_assert_true (tally_resolution_is_whole (resolution));
  g_assert_cmpuint (g_list_model_get_n_items (tally_resolution_get_versions (resolution)), ==, 3);
  assert_version (resolution, 0, "base", "Before", TRUE);
  assert_version (resolution, 1, "local", "This computer", TRUE);
  assert_version (resolution, 2, "server", "Server", FALSE);

  g_assert_false (tally_resolution_is_complete (resolution));
  tally_resolution_take (resolution, "server");
  g_assert_true (tally_resolution_is_complete (resolution));
  tally_resolution_take (resolution, "local");
  tally_resolution_undo (resolution);
  g_assert_cmpstr (tally_resolution_get_take (resolution), ==, "server");
  tally_resolution_undo (resolution);
  g_assert_null (tally_resolution_get_take (resolution));
}

static void
test_fork (void)
{
  g_autoptr (TallyResolution) resolution = make (forked);

  g_assert_true (tally_resolution_is_whole (resolution));
  g_assert_cmpuint (g_list_model_get_n_items (tally_resolution_get_versions (resolution)), ==, 3);
  assert_version (resolution, 0, "1", "Version 1 (server shows this)", TRUE);
  assert_version (resolution, 1, "2", "Version 2", TRUE);
  assert_version (resolution, 2, "local", "This computer", TRUE);
  g_assert_true (tally_resolution_has_version (resolution, "2"));
  g_assert_false (tally_resolution_has_version (resolution, "server"));
}

static void
test_adopt (void)
{
  g_autoptr (TallyResolution) before = make (edit);
  g_autoptr (TallyResolution) after = make (edit_moved);

  tally_resolution_choose (before, 0, TALLY_CHOICE_SERVER);
  tally_resolution_choose (before, 1, TALLY_CHOICE_BASE);
  g_assert_true (tally_resolution_enter (before, 3, "7", NULL));

  /* The total moved and one field is equal by now; the rest was decided about what still holds. */
  g_assert_cmpuint (tally_resolution_adopt (after, before), ==, 2);
  assert_result (after, 0, "Choose or enter…", "Undecided: changed on both sides");
  assert_result (after, 1, "Field is removed", "As before");
  assert_result (after, 2, "7", "Entered by you");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/resolution/start", test_start);
  g_test_add_func ("/app/resolution/choose", test_choose);
  g_test_add_func ("/app/resolution/undo", test_undo);
  g_test_add_func ("/app/resolution/find", test_find);
  g_test_add_func ("/app/resolution/value", test_value);
  g_test_add_func ("/app/resolution/whole", test_whole);
  g_test_add_func ("/app/resolution/fork", test_fork);
  g_test_add_func ("/app/resolution/adopt", test_adopt);

  return g_test_run ();
}
