SELECT (SELECT count(*) FROM record WHERE live = 1), (SELECT count(*) FROM revision),
       (SELECT count(*) FROM history), (SELECT count(*) FROM run),
       (SELECT count(*) FROM preimage), (SELECT min(run) FROM preimage);
