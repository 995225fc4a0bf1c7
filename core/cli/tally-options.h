/* tally-options.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TallyOptions:
 *
 * Everything that may stand on the command line, of all commands; what a command does not take is
 * refused by the parser. Texts are bytes as they were given, never converted: an id is UTF-8
 * whatever the locale. Owned by TallyCli.
 */
typedef struct
{
  /* global: before or after the command */
  char      *store;          /* nullable */
  char      *server;         /* nullable */
  char      *user;           /* nullable */
  char      *password_file;  /* nullable */
  gboolean   help;
  gboolean   version;

  /* of single commands */
  gboolean   json;
  gboolean   full;
  gboolean   adopt;
  gboolean   pull_only;
  gboolean   verify;
  gboolean   compare;
  gboolean   verify_only;
  char      *stop_after;     /* nullable */
  int        time_limit;     /* seconds, 0: none */
  int        batch_bytes;    /* 0: by itself */
  int        tries;          /* 0: by itself */
  char     **records;        /* nullable */
  gboolean   plan;
  gboolean   problems;
  char      *collection;     /* nullable */
  char      *search;         /* nullable */
  int        limit;          /* -1: none given */
  int        offset;
  char     **fields;         /* nullable */
  char     **values;         /* nullable */
  char      *take;           /* nullable */
  char      *rev;            /* nullable */
  gboolean   list;
  gboolean   keep;
  gboolean   hold;
  int        confirm;        /* -1: none given */
  char      *side;           /* nullable */
  int        share;          /* -1: none given */
  int        least;          /* -1: none given */
  gboolean   follow;
  int        days;
  int        undo_days;      /* -1: none given, as with those that follow */
  int        run_days;
  int        history_days;
  gint64     max_bytes;

  char     **arguments;      /* never NULL after parsing */
} TallyOptions;

TallyOptions   *tally_options_new         (void) G_GNUC_WARN_UNUSED_RESULT;
void            tally_options_free        (TallyOptions    *self);
/* The global options. */
GOptionContext *tally_options_new_globals (TallyOptions    *self) G_GNUC_WARN_UNUSED_RESULT;
/* The global ones, those named in @names ("json limit …") and the arguments. */
GOptionContext *tally_options_new_command (TallyOptions    *self,
                                           const char      *parameters,
                                           const char      *names) G_GNUC_WARN_UNUSED_RESULT;
/* Every text that crosses the bus must be UTF-8; with @takes_id the first argument too. */
gboolean        tally_options_check       (TallyOptions    *self,
                                           gboolean         takes_id,
                                           GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TallyOptions, tally_options_free)

G_END_DECLS
