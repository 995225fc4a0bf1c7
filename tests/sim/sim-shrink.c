/* sim-shrink.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-sim"

#include "sim/sim-shrink.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* No world takes a second; one that lasts longer will not end. */
#define WORLD_SECONDS 20

/* As many as a list ever holds. */
#define MAX_EVENTS 100000

/* What a try writes and its parent reads: shared memory. */
typedef struct
{
  const char    *failure_kind;          /* nullable */
  guint          n_events;
  TallySimEvent  events[MAX_EVENTS];
} Outcome;

typedef struct
{
  const TallySimWorldOptions *options;
  Outcome                    *outcome;
  const char                 *kind;     /* of the failure; NULL: the process ends */
  guint                       n_runs;
} Shrink;

static void
live (Shrink *self,
      GArray *only)
{
  g_auto (TallySimResult) result = { 0 };
  TallySimWorldOptions options = *self->options;

  options.print = FALSE;
  options.only = only;
  tally_sim_world_run (&options, &result);

  self->outcome->failure_kind = result.failure_kind;
  self->outcome->n_events = MIN (result.list->len, MAX_EVENTS);
  memcpy (self->outcome->events, result.list->data,
          self->outcome->n_events * sizeof (TallySimEvent));
}

/* Whether the world fails with these events only, and how: *kind NULL when the process ended. */
static gboolean
fails (Shrink      *self,
       GArray      *only,
       const char **kind)
{
  int status = 0;
  pid_t pid;

  self->n_runs++;
  self->outcome->failure_kind = NULL;
  pid = fork ();
  if (pid == 0)
    {
      alarm (WORLD_SECONDS);
      live (self, only);
      _exit (EXIT_SUCCESS);
    }
  if (pid < 0 || waitpid (pid, &status, 0) != pid)
    g_error ("no process");

  *kind = self->outcome->failure_kind;

  return !WIFEXITED (status) || WEXITSTATUS (status) != EXIT_SUCCESS || *kind != NULL;
}

static gboolean
fails_alike (Shrink *self,
             GArray *only)
{
  const char *kind;

  return fails (self, only, &kind) && kind == self->kind;
}

static GArray *
dup_without (GArray *list,
             guint   begin,
             guint   n)
{
  GArray *rest = g_array_new (FALSE, FALSE, sizeof (TallySimEvent));

  g_array_append_vals (rest, list->data, begin);
  if (begin + n < list->len)
    g_array_append_vals (rest, &g_array_index (list, TallySimEvent, begin + n),
                         list->len - begin - n);

  return rest;
}

/* One pass in pieces of @n; from behind, where what only follows from the rest stands. */
static GArray *
take_out (Shrink *self,
          GArray *list,
          guint   n,
          guint   most_runs)
{
  g_autoptr (GArray) left = g_array_ref (list);
  guint end = left->len;

  while (end > 0 && self->n_runs < most_runs)
    {
      guint begin = end > n ? end - n : 0;
      g_autoptr (GArray) rest = dup_without (left, begin, end - begin);

      if (fails_alike (self, rest))
        {
          g_array_unref (left);
          left = g_steal_pointer (&rest);
        }
      end = begin;
    }

  return g_steal_pointer (&left);
}

GArray *
tally_sim_shrink (const TallySimWorldOptions *options,
                  guint                       most_runs,
                  guint                      *n_runs)
{
  Outcome *outcome = mmap (NULL, sizeof (Outcome), PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  Shrink self = { .options = options, .outcome = outcome };
  g_autoptr (GArray) list = NULL;
  guint n;

  if (outcome == MAP_FAILED)
    g_error ("no memory to share");

  if (fails (&self, options->only, &self.kind))
    {
      /* One that ends its process tells of no events: its list is that of its seed, in vain. */
      list = g_array_new (FALSE, FALSE, sizeof (TallySimEvent));
      g_array_append_vals (list, outcome->events, outcome->n_events);
      n = MAX (list->len / 2, 1);
      while (list->len > 0 && self.n_runs < most_runs)
        {
          GArray *left = take_out (&self, list, n, most_runs);
          gboolean smaller = left->len < list->len;

          g_array_unref (list);
          list = left;
          if (n == 1 && !smaller)
            break;
          n = MAX (n / 2, 1);
        }
    }

  munmap (outcome, sizeof (Outcome));
  if (n_runs != NULL)
    *n_runs = self.n_runs;

  return g_steal_pointer (&list);
}

/* --- in a file --- */

static gboolean
read_line (TallySimFixture *self,
           const char      *line)
{
  TallySimEvent event;

  if (*line == '\0' || *line == '#')
    return TRUE;

  if (g_str_has_prefix (line, "seed "))
    self->seed = (guint32) strtoul (line + strlen ("seed "), NULL, 10);
  else if (g_str_has_prefix (line, "bug "))
    {
      g_free (self->bug);
      self->bug = g_strdup (line + strlen ("bug "));
    }
  else if (tally_sim_event_parse (line, &event))
    g_array_append_val (self->events, event);
  else
    return FALSE;

  return TRUE;
}

TallySimFixture *
tally_sim_fixture_read (const char  *path,
                        GError     **error)
{
  g_autoptr (TallySimFixture) self = g_new0 (TallySimFixture, 1);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  self->events = g_array_new (FALSE, FALSE, sizeof (TallySimEvent));
  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (!read_line (self, lines[i]))
      {
        g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: no event: %s", path, i + 1,
                     lines[i]);
        return NULL;
      }

  return g_steal_pointer (&self);
}

char *
tally_sim_fixture_to_string (const TallySimFixture *self)
{
  GString *text = g_string_new (NULL);

  if (self->bug != NULL)
    g_string_append_printf (text, "bug %s\n", self->bug);
  g_string_append_printf (text, "seed %u\n", self->seed);
  for (guint i = 0; i < self->events->len; i++)
    {
      g_autofree char *line =
        tally_sim_event_to_string (&g_array_index (self->events, TallySimEvent, i));

      g_string_append_printf (text, "%s\n", line);
    }

  return g_string_free (text, FALSE);
}

void
tally_sim_fixture_free (TallySimFixture *self)
{
  g_clear_pointer (&self->events, g_array_unref);
  g_free (self->bug);
  g_free (self);
}
