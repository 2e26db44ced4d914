"""Where in the outbox a time lies, by the index on the time of every 64th message."""

import sqlite3

STRAGGLERS = 1000  # rows whose time is a little older than that of the rows before them
APART = 64  # rows, as in the index

# Not the first by id: after a time with a clock that was ahead that would be long ago.
_DATED = """
SELECT id FROM outbox INDEXED BY outbox_dated
 WHERE id % 64 = 0 AND created_at >= ? ORDER BY created_at, id LIMIT 1
"""
_NEXT = "SELECT coalesce(max(id), 0) + 1 FROM outbox"
_FIRST = "SELECT id FROM outbox WHERE id > ? AND created_at >= ? ORDER BY id LIMIT 1"


def near(db: sqlite3.Connection, since: float) -> int:
    """Return an id that all messages from `since` on come after, and few older ones."""
    row = db.execute(_DATED, (since,)).fetchone()
    return max(0, (row["id"] if row else upcoming(db)) - APART - STRAGGLERS)


def first(db: sqlite3.Connection, since: float) -> int:
    """Return the id of the first message from `since` on, or of the next there will be.

    No message is ever taken out, so that two ids tell how many lie between.
    """
    row = db.execute(_FIRST, (near(db, since), since)).fetchone()
    return int(row["id"]) if row else upcoming(db)


def upcoming(db: sqlite3.Connection) -> int:
    """Return the id that the next message will have."""
    return int(db.execute(_NEXT).fetchone()[0])
