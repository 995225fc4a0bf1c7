DELETE FROM body WHERE id = :id;
