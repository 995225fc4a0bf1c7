-- :bodies 0 leaves the bodies unread.
SELECT doc.seq, doc.key, doc.winner, doc.deleted, doc.leaves, doc.tree, body.body
FROM doc
LEFT JOIN body ON body.doc = iif(:bodies, doc.id, NULL) AND body.rev = doc.winner
WHERE doc.seq > :after AND doc.seq <= :until
ORDER BY doc.seq ASC
LIMIT :limit;
