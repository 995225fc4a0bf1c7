DELETE FROM preimage WHERE run = :run AND record = :record;
