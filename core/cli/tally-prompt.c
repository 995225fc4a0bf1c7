/* tally-prompt.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-cli"

#include "cli/tally-prompt.h"

#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Longer than any password a server takes. */
#define LINE_BYTES 1024

gboolean
tally_prompt_is_possible (void)
{
  return isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
}

char *
tally_prompt_text (const char *question,
                   gboolean    echo)
{
  struct termios before;
  struct termios silent;
  char line[LINE_BYTES];
  gssize n;

  if (tcgetattr (STDIN_FILENO, &before) != 0)
    return NULL;
  silent = before;
  if (!echo)
    silent.c_lflag &= ~ECHO;

  /* What was typed ahead was not meant for this question. */
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);
  g_printerr ("%s", question);
  n = read (STDIN_FILENO, line, sizeof line - 1);
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
  if (!echo)
    g_printerr ("\n");

  if (n <= 0)
    return NULL;

  line[n] = '\0';
  line[strcspn (line, "\r\n")] = '\0';

  return g_utf8_validate (line, -1, NULL) ? g_strdup (line) : NULL;
}
