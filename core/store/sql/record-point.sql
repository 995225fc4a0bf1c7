UPDATE record
SET base = :base, local = :local, remote = :remote, state = :state, live = :live
WHERE id = :id;
