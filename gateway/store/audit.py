"""What staff did, in a chain: each entry holds the hash of the one before."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from typing import Any

_ENDS = """
SELECT (SELECT value FROM meta WHERE key = 'audit'),
       (SELECT id || ' ' || hash FROM audit ORDER BY id DESC LIMIT 1)
"""
_ADD = """
INSERT INTO audit (id, at, by, act, subject, detail, previous, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_HEAD = "SELECT value FROM meta WHERE key = 'audit'"
_MOVE_HEAD = """
INSERT INTO meta (key, value) VALUES ('audit', ?) ON CONFLICT (key) DO UPDATE
   SET value = excluded.value
"""
_CUT_FROM = "SELECT value FROM meta WHERE key = 'audit.start'"
_OLD = "SELECT id, at, hash FROM audit ORDER BY id LIMIT ?"
_MOVE_START = _MOVE_HEAD.replace("'audit'", "'audit.start'")
_PAGE = """
SELECT id, at, by, act, subject, detail FROM audit
 WHERE id < :before AND (:by = '' OR by = :by) AND (:act = '' OR act = :act)
 ORDER BY id DESC LIMIT :limit
"""

START = "0" * 64
OLDEST = 1_750_000_000.0  # the middle of 2025: an earlier time is that of a clock not yet set


def _hash(previous: str, at: float, by: str, act: str, subject: str, detail: str) -> str:
    line = json.dumps([previous, f"{at:.6f}", by, act, subject, detail], ensure_ascii=False)
    return hashlib.sha256(line.encode()).hexdigest()


def write(
    db: sqlite3.Connection,
    at: float,
    by: str,
    act: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one entry: who (`user:sita`, `token:…`, `cli`, `system`) did what to which thing.

    The detail holds ids and words of ours, never a number or a message text.
    """
    number, previous = max(_placed(told) for told in db.execute(_ENDS).fetchone())
    told = json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True)
    hashed = _hash(previous, at, by, act, subject, told)
    db.execute(_ADD, (number + 1, at, by, act, subject, told, previous, hashed))
    db.execute(_MOVE_HEAD, (f"{number + 1} {hashed}",))


def head(db: sqlite3.Connection) -> tuple[int, str]:
    """Return the number and the hash of the entry that was written last."""
    return _place(db, _HEAD)


def start(db: sqlite3.Connection) -> tuple[int, str]:
    """Return the number and the hash of the last entry that was deleted by age, 0 for none."""
    return _place(db, _CUT_FROM)


def _place(db: sqlite3.Connection, sql: str) -> tuple[int, str]:
    row = db.execute(sql).fetchone()
    return _placed(row["value"] if row else None)


def _placed(told: str | None) -> tuple[int, str]:
    number, _, hashed = (told or f"0 {START}").partition(" ")
    return int(number), hashed


def is_old(db: sqlite3.Connection, before: float, limit: int) -> bool:
    """Whether there are entries to cut."""
    return _last_old(db, before, limit) is not None


def _last_old(db: sqlite3.Connection, before: float, limit: int) -> sqlite3.Row | None:
    """Return the last of the oldest entries that is over its age, if the first ones are.

    The newest entry always stays: the next one is linked to it. What was dated by a clock not
    yet set goes with the next entry after it.
    """
    rows = db.execute(_OLD, (limit,)).fetchall()
    last, _ = head(db)
    young = next((n for n, r in enumerate(rows) if r["at"] >= before or r["id"] == last), limit)
    return next((row for row in reversed(rows[:young]) if row["at"] >= OLDEST), None)


def cut(db: sqlite3.Connection, before: float, limit: int) -> int:
    """Delete the oldest entries, at most so many; note the hash from which the chain goes on."""
    end = _last_old(db, before, limit)
    if end is None:
        return 0
    db.execute(_MOVE_START, (f"{end['id']} {end['hash']}",))
    return db.execute("DELETE FROM audit WHERE id <= ?", (end["id"],)).rowcount


def first_broken(db: sqlite3.Connection) -> int | None:
    """Return the number of the first entry that is not as it was written, or None.

    The head tells how many there were: an end that was cut off leaves a chain that is whole.
    """
    number, previous = start(db)
    expected = number + 1
    for row in db.execute("SELECT * FROM audit ORDER BY id"):
        made = _hash(
            row["previous"], row["at"], row["by"], row["act"], row["subject"], row["detail"]
        )
        if row["id"] != expected or row["previous"] != previous or row["hash"] != made:
            return int(min(row["id"], expected))
        previous, expected = row["hash"], row["id"] + 1
    return None if (expected - 1, previous) == head(db) else expected


def page(
    db: sqlite3.Connection, before: int = 1 << 62, by: str = "", act: str = "", limit: int = 25
) -> list[sqlite3.Row]:
    """Return entries, newest first, from below the id `before`."""
    return db.execute(_PAGE, {"before": before, "by": by, "act": act, "limit": limit}).fetchall()
