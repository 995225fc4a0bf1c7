INSERT INTO revision
  (record, rev, ancestors, deleted, body, attachments, remote_leaf, device, seen_at)
VALUES (:record, :rev, :ancestors, :deleted, :body, :attachments, :remote_leaf, :device, :seen_at);
