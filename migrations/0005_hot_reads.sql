-- What is asked in every round of the engine, or for every row that goes out, reads no whole table.
CREATE INDEX session_stale ON session (kind, updated_at) WHERE ended_at IS NULL;
CREATE INDEX alert_supersedes ON alert (supersedes) WHERE supersedes IS NOT NULL;
CREATE INDEX contact_language ON contact (language);
