-- When somebody must act on a feedback item, in seconds since 1970; NULL when nobody waits.
ALTER TABLE feedback ADD COLUMN due_at REAL;
CREATE INDEX feedback_due ON feedback (due_at) WHERE due_at IS NOT NULL;
