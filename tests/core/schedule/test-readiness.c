/* test-readiness.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "schedule/tally-readiness.h"

static void
check (const TallyReadinessFacts *facts,
       const char                *code)
{
  g_autoptr (TallyReason) reason = tally_readiness_check (facts);

  if (code == NULL)
    g_assert_null (reason);
  else
    g_assert_cmpstr (reason->code, ==, code);
}

static void
test_ready (void)
{
  TallyReadinessFacts facts = { .has_connection = TRUE, .online = TRUE };

  check (&facts, NULL);
  facts.metered = TRUE;
  check (&facts, NULL);
}

static void
test_order (void)
{
  TallyReadinessFacts facts = { .has_connection = FALSE, .paused = TRUE, .login = "auth-failed" };

  check (&facts, "no-server");
  facts.has_connection = TRUE;
  check (&facts, "paused-by-user");
  facts.paused = FALSE;
  check (&facts, "auth-failed");
  facts.login = "forbidden";
  check (&facts, "forbidden");
  facts.login = NULL;
  check (&facts, "offline");
  facts.online = TRUE;
  check (&facts, NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/schedule/readiness/ready", test_ready);
  g_test_add_func ("/schedule/readiness/order", test_order);

  return g_test_run ();
}
