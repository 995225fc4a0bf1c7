DELETE FROM local_doc WHERE key = :key;
