SELECT collection, side, opened, total FROM guard WHERE allowed > 0;
