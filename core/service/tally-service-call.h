/* tally-service-call.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "store/tally-store.h"

G_BEGIN_DECLS

/**
 * TallyServiceCall:
 * @parameters: of the bus method
 * @fd: (owned): the file that came along; -1: none
 * @database: (nullable): the connection's, for the collection of records that name none
 * @obstacle: (nullable): what keeps runs from starting by themselves
 * @cancellable: ends a long one
 * @changed: (out): something was written
 * @key: (out): the one record written; %NULL: many
 * @settled: (out): a conflict was settled
 *
 * One call of the bus that concerns the store alone, on its way to the store's thread and back.
 */
typedef struct
{
  GVariant     *parameters;
  int           fd;
  char         *database;
  TallyReason  *obstacle;
  GCancellable *cancellable;

  gboolean      changed;
  char         *key;
  gboolean      settled;
} TallyServiceCall;

/* Blocking, on the store's thread. Returns: (transfer floating): the method's results. */
typedef GVariant *(*TallyServiceOperation) (TallyStore        *store,
                                            TallyServiceCall  *call,
                                            GError           **error);

/* NULL when the method is not one of the store's. */
TallyServiceOperation tally_service_operation_find (const char *method);

/* --- tally-service-records.c --- */
GVariant *tally_service_list_collections (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_list_records     (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_get_record       (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_put_record       (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_delete_record    (TallyStore *store, TallyServiceCall *call, GError **error);

/* Records whose id names no collection are in the one named like the database; NULL: all. */
const char *tally_service_show_collection   (const TallyServiceCall *call, const char *collection);
const char *tally_service_stored_collection (const TallyServiceCall *call, const char *shown);

/* --- tally-service-guard.c --- */
GVariant *tally_service_list_guards      (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_list_guarded     (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_get_guard_rule   (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_set_guard_rule   (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_answer_guard     (TallyStore *store, TallyServiceCall *call, GError **error);

/* --- tally-service-outbox.c --- */
GVariant *tally_service_list_outbox      (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_retry            (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_discard          (TallyStore *store, TallyServiceCall *call, GError **error);

/* --- tally-service-care.c --- */
GVariant *tally_service_get_order        (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_set_order        (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_get_retention    (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_set_retention    (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_get_store        (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_check_store      (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_compact_store    (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_back_up_store    (TallyStore *store, TallyServiceCall *call, GError **error);

/* --- tally-service-health.c --- */
GVariant *tally_service_get_health       (TallyStore *store, TallyServiceCall *call, GError **error);

/* --- tally-service-undo.c --- */
GVariant *tally_service_plan_undo        (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_list_undo        (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_release          (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_undo_run         (TallyStore *store, TallyServiceCall *call, GError **error);

/* --- tally-service-explain.c --- */
GVariant *tally_service_list_runs        (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_why              (TallyStore *store, TallyServiceCall *call, GError **error);

/* --- tally-service-transfer.c --- */
GVariant *tally_service_import           (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_export           (TallyStore *store, TallyServiceCall *call, GError **error);

/* --- tally-service-conflicts.c --- */
GVariant *tally_service_list_conflicts   (TallyStore *store, TallyServiceCall *call, GError **error);
GVariant *tally_service_resolve          (TallyStore *store, TallyServiceCall *call, GError **error);

G_END_DECLS
