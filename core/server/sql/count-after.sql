SELECT count(*) FROM doc WHERE key > coalesce(:key, x'ff') AND NOT deleted;
