-- A blob is greater than any text: no upper end. :bodies 0 leaves the bodies unread.
SELECT doc.key, doc.winner, doc.tree, body.body
FROM doc
LEFT JOIN body ON body.doc = iif(:bodies, doc.id, NULL) AND body.rev = doc.winner
WHERE doc.key >= :first AND doc.key <= coalesce(:last, x'ff') AND NOT doc.deleted
ORDER BY doc.key DESC
LIMIT :limit;
