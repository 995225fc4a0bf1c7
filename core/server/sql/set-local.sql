INSERT INTO local_doc (key, number, body) VALUES (:key, :number, :body)
ON CONFLICT (key) DO UPDATE SET number = excluded.number, body = excluded.body;
