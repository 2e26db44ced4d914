-- What a worker asked to begin last: where the answer was lost it asks once more, and is told the same.
ALTER TABLE unbegun ADD COLUMN question TEXT;
