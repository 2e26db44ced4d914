"""Parts of longer texts that came in, until all are there or a day is over."""

import sqlite3

from gateway.domain.messages import Inbound, Part

_ADD = """
INSERT INTO part (channel, sender, reference, total, number, told, recipient, text, flags,
                  network, provider_at, received_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_OF = """
SELECT * FROM part
 WHERE channel = ? AND sender = ? AND reference = ? AND total = ?
 ORDER BY number
"""
_JOINED = """
UPDATE part SET joined = 1
 WHERE channel = ? AND sender = ? AND reference = ? AND total = ?
"""
_DROP = "DELETE FROM part WHERE channel = ? AND sender = ? AND reference = ? AND total = ?"
_LAPSED = """
SELECT channel, sender, reference, total FROM part
 WHERE received_at < ?
 GROUP BY channel, sender, reference, total
 LIMIT 100
"""

Key = tuple[int, str, int, int]  # channel, sender, reference, total


def key(channel: int, message: Inbound, part: Part) -> Key:
    """Return what the parts of one text have in common."""
    return channel, message.sender, part.reference, part.total


def add(db: sqlite3.Connection, key: Key, message: Inbound, part: Part, now: float) -> None:
    """Keep one part."""
    at = message.at.timestamp() if message.at else None
    flags = ",".join(message.flags) or None
    told = (message.reference, message.to, message.text, flags, message.network, at, now)
    db.execute(_ADD, (*key, part.number, *told))


def of(db: sqlite3.Connection, key: Key) -> list[sqlite3.Row]:
    """Return the parts that are there, in their order."""
    return db.execute(_OF, key).fetchall()


def joined(db: sqlite3.Connection, key: Key) -> None:
    """Mark parts that were put together; kept for a day, for they may be told again."""
    db.execute(_JOINED, key)


def drop(db: sqlite3.Connection, key: Key) -> None:
    db.execute(_DROP, key)


def lapsed(db: sqlite3.Connection, before: float) -> list[Key]:
    """Return texts of which a part came before then."""
    return [tuple(row) for row in db.execute(_LAPSED, (before,))]
