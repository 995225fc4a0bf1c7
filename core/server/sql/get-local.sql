SELECT number, body FROM local_doc WHERE key = :key;
