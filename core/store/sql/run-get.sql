SELECT status FROM run WHERE id = :id;
