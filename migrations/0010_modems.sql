-- How the device behind a channel is, as JSON of names and values; null where nobody can say.
ALTER TABLE channel ADD COLUMN condition TEXT;
ALTER TABLE channel ADD COLUMN condition_at REAL;
