INSERT INTO checkpoint (name, since) VALUES (:name, :since)
ON CONFLICT (name) DO UPDATE SET since = excluded.since;
