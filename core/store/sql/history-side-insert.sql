INSERT INTO history_side (history, role, revision) VALUES (:history, :role, :revision);
