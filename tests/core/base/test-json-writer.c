/* test-json-writer.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "base/tally-json-writer.h"

static void
test_all (void)
{
  TallyJsonWriter writer;
  g_autofree char *text = NULL;

  tally_json_writer_init (&writer, NULL);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_member (&writer, "a", "x\"y");
  tally_json_writer_member (&writer, "none", NULL);
  tally_json_writer_name (&writer, "list");
  tally_json_writer_begin_array (&writer);
  tally_json_writer_int (&writer, G_MININT64);
  tally_json_writer_string (&writer, NULL);
  tally_json_writer_string (&writer, "");
  tally_json_writer_null (&writer);
  tally_json_writer_begin_object (&writer);
  tally_json_writer_end_object (&writer);
  tally_json_writer_begin_array (&writer);
  tally_json_writer_end_array (&writer);
  tally_json_writer_raw (&writer, "1e21xx", 4);
  tally_json_writer_boolean (&writer, TRUE);
  tally_json_writer_end_array (&writer);
  tally_json_writer_member_int (&writer, "n", 7);
  tally_json_writer_member_boolean (&writer, "no", FALSE);
  tally_json_writer_end_object (&writer);
  text = tally_json_writer_finish (&writer);

  g_assert_cmpstr (text, ==,
                   "{\"a\":\"x\\\"y\",\"none\":null,\"list\":[-9223372036854775808,null,\"\",null,{},[],"
                   "1e21,true],\"n\":7,\"no\":false}");
}

static void
test_borrowed (void)
{
  g_autoptr (GString) out = g_string_new ("data: ");
  TallyJsonWriter writer;

  tally_json_writer_init (&writer, out);
  tally_json_writer_begin_array (&writer);
  tally_json_writer_raw (&writer, NULL, -1);
  tally_json_writer_raw (&writer, "{}", -1);
  tally_json_writer_end_array (&writer);
  g_assert_cmpstr (out->str, ==, "data: [null,{}]");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/json-writer/all", test_all);
  g_test_add_func ("/base/json-writer/borrowed", test_borrowed);

  return g_test_run ();
}
