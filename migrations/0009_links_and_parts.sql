-- Whether a channel's link is bound, or why it is not; null where there is none.
ALTER TABLE channel ADD COLUMN link TEXT;
ALTER TABLE channel ADD COLUMN link_at REAL;

-- Parts of longer texts that came in, until all are there or a day is over.
CREATE TABLE part (
  id INTEGER PRIMARY KEY,
  channel INTEGER NOT NULL REFERENCES channel (id),
  sender TEXT NOT NULL,
  reference INTEGER NOT NULL,
  total INTEGER NOT NULL,
  number INTEGER NOT NULL,
  told TEXT NOT NULL,
  recipient TEXT NOT NULL,
  text TEXT NOT NULL,
  flags TEXT,
  network TEXT,
  provider_at REAL,
  received_at REAL NOT NULL,
  joined INTEGER NOT NULL DEFAULT 0 CHECK (joined IN (0, 1)),
  UNIQUE (channel, sender, reference, total, number)
) STRICT;
CREATE INDEX part_received ON part (received_at);
