-- Which messages of a claimed batch are surely not begun: after a crash those go, and only the rest
-- is in doubt. A batch without a row here is begun as a whole, as far as anybody knows.
CREATE TABLE unbegun (
  batch TEXT PRIMARY KEY,
  ids TEXT NOT NULL
) STRICT, WITHOUT ROWID;
