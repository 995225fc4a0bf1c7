-- Every record there is, live or not, page by page.
SELECT id FROM record WHERE id > :after ORDER BY id LIMIT :limit;
