-- What was not known of a revision before: never takes anything away.
UPDATE revision
SET body = coalesce(body, :body),
    ancestors = CASE WHEN length(:ancestors) > length(ancestors) THEN :ancestors ELSE ancestors END,
    attachments = coalesce(attachments, :attachments),
    remote_leaf = :remote_leaf
WHERE id = :id;
