SELECT id, "trigger", status, started, ended, summary, grade FROM run ORDER BY id DESC LIMIT :limit;
