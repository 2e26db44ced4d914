-- An alert writes a row for everybody: what is looked at for each of them is kept small.

-- The time of every 64th message is enough to find where a day begins; see store/dates.py.
DROP INDEX outbox_created;
CREATE INDEX outbox_dated ON outbox (created_at) WHERE id % 64 = 0;

-- Up to which address no row of an alert waits any more.
DROP INDEX outbox_alert_open;
ALTER TABLE alert ADD COLUMN open_from INTEGER NOT NULL DEFAULT 0;

-- An index ends with the row's id anyway.
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (channel, class, due_at) WHERE state = 'queued';
DROP INDEX outbox_address;
CREATE INDEX outbox_address ON outbox (address);

-- One for all that did not get there: overviews count them.
DROP INDEX outbox_expired;
DROP INDEX outbox_unknown;
CREATE INDEX outbox_lost ON outbox (state, final_at)
  WHERE state = 'failed' OR state = 'expired' OR state = 'unknown';
