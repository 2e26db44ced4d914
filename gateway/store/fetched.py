"""Rows that a phone comes to fetch: claimed when given, sent when it says that it has them."""

import sqlite3
from collections.abc import Iterable, Sequence

TIMES = 5  # a message is given; who never says that it has it may have sent it each time

# A claim counts the first attempt, and each giving one more.
_NOT_TAKEN = """
SELECT id FROM outbox
 WHERE state = 'claimed' AND claimed_at < ? AND channel = ? AND attempts <= ?
 ORDER BY class, claimed_at LIMIT ?
"""
_ANEW = """
UPDATE outbox SET claimed_at = ?
 WHERE id IN (SELECT value FROM json_each(?)) AND state = 'claimed' RETURNING id
"""
_GIVEN = """
UPDATE outbox SET reference = ?, claimed_at = ?, attempts = attempts + 1
 WHERE id = ? AND state = 'claimed'
"""
# Among the newest rows only: what is older nobody asks about any more.
_UNSETTLED = """
SELECT reference FROM outbox
 WHERE id > (SELECT coalesce(max(id), 0) FROM outbox) - 20000
   AND channel = ? AND state = 'sent' AND reference IS NOT NULL AND sent_at > ?
 ORDER BY id DESC LIMIT ?
"""


def not_taken(db: sqlite3.Connection, channel: int, before: float, most: int) -> list[int]:
    """Return rows given out before then that nobody took, the most urgent first."""
    return [row["id"] for row in db.execute(_NOT_TAKEN, (before, channel, TIMES, most))]


def claimed_anew(db: sqlite3.Connection, ids: Sequence[int], now: float) -> list[int]:
    """Date the claim of rows anew; return those that nobody took meanwhile."""
    return [row["id"] for row in db.execute(_ANEW, (now, str(list(ids)))).fetchall()]


def given(db: sqlite3.Connection, named: Iterable[tuple[str, float, int]]) -> None:
    """Note that rows are given out now: what each is called there, when, and its id."""
    db.executemany(_GIVEN, named)


def unsettled(db: sqlite3.Connection, channel: int, since: float, most: int) -> list[str]:
    """Return what messages are called that were taken since then and have not ended."""
    rows = db.execute(_UNSETTLED, (channel, since, most))
    return [row["reference"] for row in rows]
