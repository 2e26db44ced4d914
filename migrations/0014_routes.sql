-- Which channel is taken for whom: the longest prefix wins, rank 0 is never. An area holds for
-- all that lies in it; null is any area, any class.
CREATE TABLE route (
  id INTEGER PRIMARY KEY,
  channel INTEGER NOT NULL REFERENCES channel (id),
  prefix TEXT NOT NULL DEFAULT '',
  area INTEGER REFERENCES area (id),
  class INTEGER CHECK (class BETWEEN 0 AND 3),
  rank INTEGER NOT NULL CHECK (rank BETWEEN 0 AND 99)
) STRICT;
CREATE UNIQUE INDEX route_once
  ON route (channel, prefix, coalesce(area, 0), coalesce(class, -1));

-- Whether a channel works, written only when that changes: since when it does not, when it is
-- tried again, how often that failed, and why.
ALTER TABLE channel ADD COLUMN down_since REAL;
ALTER TABLE channel ADD COLUMN down_until REAL;
ALTER TABLE channel ADD COLUMN down_tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channel ADD COLUMN down_reason TEXT;

-- Where a message waited before it came to its channel, and why it went from there.
ALTER TABLE outbox ADD COLUMN moved_from INTEGER REFERENCES channel (id);
ALTER TABLE outbox ADD COLUMN moved_why TEXT;

-- Channels that surely did not send a message, until all have been tried.
CREATE TABLE tried (
  outbox INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
  channel INTEGER NOT NULL REFERENCES channel (id),
  reason TEXT NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (outbox, channel)
) STRICT, WITHOUT ROWID;
