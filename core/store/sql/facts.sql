SELECT (SELECT count(*) FROM record) - (SELECT count(*) FROM record WHERE live = 0),
       (SELECT count(*) FROM revision),
       (SELECT count(*) FROM history), (SELECT count(*) FROM run),
       (SELECT count(*) FROM preimage), (SELECT min(run) FROM preimage);
