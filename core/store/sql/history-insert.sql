INSERT INTO history (record, event, at, run, device)
VALUES (:record, :event, :at, :run, :device);
