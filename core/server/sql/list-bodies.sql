SELECT id, rev FROM body WHERE doc = :doc ORDER BY id DESC;
