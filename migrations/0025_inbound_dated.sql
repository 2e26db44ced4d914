-- As in the outbox: the time of every 64th message is enough to find where a day begins, and each
-- message that comes in writes one page less.
DROP INDEX inbound_received;
CREATE INDEX inbound_dated ON inbound (received_at) WHERE id % 64 = 0;
