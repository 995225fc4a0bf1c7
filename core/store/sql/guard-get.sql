SELECT opened, answered, total, allowed FROM guard WHERE collection = :collection AND side = :side;
