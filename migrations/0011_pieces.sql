-- Receipts are counted part by part: `piece` names the part one tells of, empty where it speaks
-- for the whole message; `retry` is what its provider says of asking again.
CREATE TABLE receipt_new (
  id INTEGER PRIMARY KEY,
  channel INTEGER NOT NULL REFERENCES channel (id),
  reference TEXT NOT NULL,
  outbox INTEGER REFERENCES outbox (id),
  status TEXT NOT NULL,
  piece TEXT NOT NULL DEFAULT '',
  error TEXT,
  retry TEXT,
  at REAL,
  received_at REAL NOT NULL,
  UNIQUE (channel, reference, status, piece)
) STRICT;
INSERT INTO receipt_new (id, channel, reference, outbox, status, error, at, received_at)
SELECT id, channel, reference, outbox, status, error, at, received_at FROM receipt;
DROP TABLE receipt;
ALTER TABLE receipt_new RENAME TO receipt;
CREATE INDEX receipt_outbox ON receipt (outbox) WHERE outbox IS NOT NULL;
CREATE INDEX receipt_waiting ON receipt (received_at) WHERE outbox IS NULL;

-- What a network calls each part of a longer text, where every part has a receipt of its own.
CREATE TABLE piece (
  channel INTEGER NOT NULL REFERENCES channel (id),
  reference TEXT NOT NULL,
  outbox INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
  PRIMARY KEY (channel, reference)
) STRICT, WITHOUT ROWID;
CREATE INDEX piece_outbox ON piece (outbox);

-- How many parts must be confirmed, null while receipts speak for the whole message; how often
-- it was sent again because a receipt said that it failed; when a network said that it has it.
ALTER TABLE outbox ADD COLUMN pieces INTEGER;
ALTER TABLE outbox ADD COLUMN resends INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN network_at REAL;
