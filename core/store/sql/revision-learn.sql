-- What was not known of a revision before: never takes anything away. While its body is not known,
-- neither is for sure whether it is a tombstone.
UPDATE revision
SET deleted = CASE WHEN body IS NULL THEN :deleted ELSE deleted END,
    body = coalesce(body, :body),
    ancestors = CASE WHEN length(:ancestors) > length(ancestors) THEN :ancestors ELSE ancestors END,
    attachments = coalesce(attachments, :attachments),
    remote_leaf = :remote_leaf
WHERE id = :id;
