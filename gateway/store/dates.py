"""Where a time lies among messages, by an index on the time of every 64th.

A table is `inbound` or `outbox`.
"""

import sqlite3

STRAGGLERS = 1000  # rows whose time is a little older than that of the rows before them
APART = 64  # rows, as in the index
AT = {"inbound": "received_at", "outbox": "created_at"}

# Not the first by id: after a time with a clock that was ahead that would be long ago.
_DATED = """
SELECT id FROM {table} INDEXED BY {table}_dated
 WHERE id % 64 = 0 AND {at} >= ? ORDER BY {at}, id LIMIT 1
"""
_NEXT = "SELECT coalesce(max(id), 0) + 1 FROM {table}"
_FIRST = "SELECT id FROM {table} WHERE id > ? AND {at} >= ? ORDER BY id LIMIT 1"


def near(db: sqlite3.Connection, table: str, since: float) -> int:
    """Return an id that all messages from `since` on come after, and few older ones."""
    row = db.execute(_DATED.format(table=table, at=AT[table]), (since,)).fetchone()
    return max(0, (row["id"] if row else upcoming(db, table)) - APART - STRAGGLERS)


def first(db: sqlite3.Connection, table: str, since: float) -> int:
    """Return the id of the first message from `since` on, or of the next there will be.

    No message is ever taken out, so that two ids tell how many lie between.
    """
    sql = _FIRST.format(table=table, at=AT[table])
    row = db.execute(sql, (near(db, table, since), since)).fetchone()
    return int(row["id"]) if row else upcoming(db, table)


def upcoming(db: sqlite3.Connection, table: str) -> int:
    """Return the id that the next message will have."""
    return int(db.execute(_NEXT.format(table=table)).fetchone()[0])
