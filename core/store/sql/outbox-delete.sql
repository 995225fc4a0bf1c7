DELETE FROM outbox WHERE record = :record;
