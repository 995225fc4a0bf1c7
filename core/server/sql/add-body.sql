INSERT INTO body (doc, rev, deleted, body) VALUES (:doc, :rev, :deleted, :body);
