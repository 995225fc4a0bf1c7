DELETE FROM preimage WHERE record = :record;
