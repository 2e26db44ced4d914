-- Work in the background is found without reading what is over.
CREATE INDEX job_open ON job (kind, id) WHERE state IN ('waiting', 'running');

-- When the words of an item were deleted because of their age; a later word needs it again.
ALTER TABLE feedback ADD COLUMN emptied_at REAL;
CREATE INDEX feedback_words ON feedback (coalesce(closed_at, updated_at))
  WHERE status IN ('answered', 'closed', 'rejected')
    AND (emptied_at IS NULL OR emptied_at < updated_at);
CREATE INDEX feedback_vault ON feedback (updated_at)
  WHERE sensitive = 1 AND (emptied_at IS NULL OR emptied_at < updated_at);

-- What hangs on what: deleting by age asks it for every row.
CREATE INDEX feedback_inbound ON feedback (inbound) WHERE inbound IS NOT NULL;
CREATE INDEX feedback_event_inbound ON feedback_event (inbound) WHERE inbound IS NOT NULL;
CREATE INDEX feedback_event_outbox ON feedback_event (outbox) WHERE outbox IS NOT NULL;
CREATE INDEX feedback_session ON feedback (session) WHERE session IS NOT NULL;
CREATE INDEX outbox_feedback ON outbox (feedback) WHERE feedback IS NOT NULL;
CREATE INDEX session_address ON session (address);
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;
