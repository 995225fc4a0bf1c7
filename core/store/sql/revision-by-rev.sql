SELECT v.rev, v.ancestors, v.deleted, v.body, v.attachments
FROM record AS r JOIN revision AS v ON v.record = r.id
WHERE r.key = :key AND v.rev = :rev;
