SELECT name, size FROM thing ORDER BY id;
