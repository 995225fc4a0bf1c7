-- Runs whose pre-images are kept stay with them.
DELETE FROM run WHERE id <= :run AND NOT EXISTS (SELECT 1 FROM preimage AS p WHERE p.run = run.id);
