-- Most items belong to nobody, and most people have told us neither where they live nor in which
-- language: an index needs no row to say so.
DROP INDEX feedback_assignee;
CREATE INDEX feedback_assignee ON feedback (assignee, status) WHERE assignee IS NOT NULL;
DROP INDEX contact_area;
CREATE INDEX contact_area ON contact (area) WHERE area IS NOT NULL;
DROP INDEX contact_language;
CREATE INDEX contact_language ON contact (language) WHERE language IS NOT NULL;
