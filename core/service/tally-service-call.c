/* tally-service-call.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "tally-service"

#include "service/tally-service-call.h"

static const struct
{
  const char            *method;
  TallyServiceOperation  operation;
} operations[] = {
  { "ListCollections", tally_service_list_collections },
  { "ListRecords", tally_service_list_records },
  { "GetRecord", tally_service_get_record },
  { "PutRecord", tally_service_put_record },
  { "DeleteRecord", tally_service_delete_record },
  { "Import", tally_service_import },
  { "Export", tally_service_export },
  { "ListConflicts", tally_service_list_conflicts },
  { "Resolve", tally_service_resolve },
  { "ListGuards", tally_service_list_guards },
  { "ListGuarded", tally_service_list_guarded },
  { "GetGuardRule", tally_service_get_guard_rule },
  { "SetGuardRule", tally_service_set_guard_rule },
  { "AnswerGuard", tally_service_answer_guard },
  { "ListOutbox", tally_service_list_outbox },
  { "Retry", tally_service_retry },
  { "Discard", tally_service_discard },
  { "PlanUndo", tally_service_plan_undo },
  { "ListUndo", tally_service_list_undo },
  { "Release", tally_service_release },
  { "UndoRun", tally_service_undo_run },
  { "GetHealth", tally_service_get_health },
  { "GetOrder", tally_service_get_order },
  { "GetRetention", tally_service_get_retention },
  { "GetStore", tally_service_get_store },
  { "SetOrder", tally_service_set_order },
  { "SetRetention", tally_service_set_retention },
  { "CheckStore", tally_service_check_store },
  { "CompactStore", tally_service_compact_store },
  { "BackUpStore", tally_service_back_up_store },
  { "ListRuns", tally_service_list_runs },
  { "Why", tally_service_why },
};

TallyServiceOperation
tally_service_operation_find (const char *method)
{
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    if (g_str_equal (operations[i].method, method))
      return operations[i].operation;

  return NULL;
}
