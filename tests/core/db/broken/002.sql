ALTER TABLE thing ADD COLUMN colour TEXT;
UPDATE thing SET weight = 1;
