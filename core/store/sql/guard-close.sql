UPDATE guard SET answered = :answered, allowed = :allowed
WHERE collection = :collection AND side = :side;
