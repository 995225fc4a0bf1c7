INSERT INTO run (operation, "trigger", status, started) VALUES (:operation, :trigger, :status, :started);
