SELECT run, record FROM preimage WHERE run <= :run ORDER BY run, record LIMIT :limit;
