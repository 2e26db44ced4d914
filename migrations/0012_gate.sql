-- How many messages the gate held or withheld, or let pass where it would have held others.
CREATE TABLE refused (
  day TEXT NOT NULL,
  channel INTEGER NOT NULL REFERENCES channel (id),
  class INTEGER NOT NULL CHECK (class BETWEEN 0 AND 3),
  reason TEXT NOT NULL,
  rows INTEGER NOT NULL,
  PRIMARY KEY (day, channel, class, reason)
) STRICT, WITHOUT ROWID;
