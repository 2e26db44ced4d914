-- Each index a row is in is one more page to write. Nobody looks an entry of the audit up by its
-- hash.
ALTER TABLE audit RENAME TO audit_until_now;
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at REAL NOT NULL,
  by TEXT NOT NULL,
  act TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  previous TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
INSERT INTO audit SELECT * FROM audit_until_now ORDER BY id;
DROP TABLE audit_until_now;
