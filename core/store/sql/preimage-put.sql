-- A run may change a record more than once: what was before the first time counts.
INSERT INTO preimage (run, record, before, after) VALUES (:run, :record, :before, :after)
ON CONFLICT (run, record) DO UPDATE SET after = excluded.after;
