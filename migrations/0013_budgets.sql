-- How many parts a channel may carry in an hour and a day, and what is left to pay for them.
-- `credit` is money where the channel has a price for a part, else parts; `credit_full` is what
-- it was when it was last filled up, and `reserve` the share of it that only emergencies use.
ALTER TABLE channel ADD COLUMN per_hour INTEGER;
ALTER TABLE channel ADD COLUMN per_day INTEGER;
ALTER TABLE channel ADD COLUMN credit REAL;
ALTER TABLE channel ADD COLUMN credit_full REAL;
ALTER TABLE channel ADD COLUMN credit_at REAL;
ALTER TABLE channel ADD COLUMN reserve REAL;
ALTER TABLE channel ADD COLUMN warn_at REAL;

-- What a hold is about: 'throttled' or 'account'; null where nobody said.
ALTER TABLE channel ADD COLUMN held_for TEXT;

-- Parts handed over in the five minutes that begin at `at`, on channels that have a limit.
CREATE TABLE spent (
  channel INTEGER NOT NULL REFERENCES channel (id),
  at INTEGER NOT NULL,
  class INTEGER NOT NULL CHECK (class BETWEEN 0 AND 3),
  parts INTEGER NOT NULL,
  PRIMARY KEY (channel, at, class)
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_at ON spent (at);
