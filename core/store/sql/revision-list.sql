SELECT id, rev, ancestors, deleted, body, attachments, remote_leaf
FROM revision WHERE record = :record;
