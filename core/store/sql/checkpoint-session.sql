INSERT INTO checkpoint (name, session) VALUES (:name, :session)
ON CONFLICT (name) DO UPDATE SET session = excluded.session;
