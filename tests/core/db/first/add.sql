INSERT INTO thing (name, size) VALUES (:name, :size);
