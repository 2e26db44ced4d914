-- An alert's rows are the last of this index where they are the most urgent: put in at the end, a
-- row costs a third of what it costs amid others.
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (channel, class DESC, due_at) WHERE state = 'queued';
