DELETE FROM history_side WHERE history = :history;
