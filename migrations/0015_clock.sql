-- Spans of time in which nobody vouched for the clock, as it was counted then. `moved` is by how
-- many seconds it was off in the end: what was written at T was written at T + moved.
CREATE TABLE clock_doubt (
  id INTEGER PRIMARY KEY,
  from_at REAL NOT NULL,
  until_at REAL,
  moved REAL,
  why TEXT NOT NULL
) STRICT;

-- Times in which nothing could be handed over: on a channel, or (null) at all, the gateway being off.
CREATE TABLE away (
  id INTEGER PRIMARY KEY,
  channel INTEGER REFERENCES channel (id),
  from_at REAL NOT NULL,
  until_at REAL NOT NULL,
  closed_at REAL
) STRICT;
CREATE INDEX away_open ON away (id) WHERE closed_at IS NULL;

CREATE INDEX outbox_expired ON outbox (final_at) WHERE state = 'expired';
