"""What staff did, in a chain: each entry holds the hash of the one before."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from typing import Any

_LAST = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1"
_ADD = """
INSERT INTO audit (id, at, by, act, subject, detail, previous, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_HEAD = "SELECT value FROM meta WHERE key = 'audit'"
_MOVE_HEAD = """
INSERT INTO meta (key, value) VALUES ('audit', ?) ON CONFLICT (key) DO UPDATE
   SET value = excluded.value
"""
_PAGE = """
SELECT id, at, by, act, subject, detail FROM audit
 WHERE id < :before AND (:by = '' OR by = :by) AND (:act = '' OR act = :act)
 ORDER BY id DESC LIMIT :limit
"""

START = "0" * 64


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
    last = db.execute(_LAST).fetchone()
    number, previous = max(head(db), (last["id"], last["hash"]) if last else (0, START))
    told = json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True)
    hashed = _hash(previous, at, by, act, subject, told)
    db.execute(_ADD, (number + 1, at, by, act, subject, told, previous, hashed))
    db.execute(_MOVE_HEAD, (f"{number + 1} {hashed}",))


def head(db: sqlite3.Connection) -> tuple[int, str]:
    """Return the number and the hash of the entry that was written last."""
    row = db.execute(_HEAD).fetchone()
    number, _, hashed = row["value"].partition(" ") if row else ("0", "", START)
    return int(number), hashed


def first_broken(db: sqlite3.Connection) -> int | None:
    """Return the number of the first entry that is not as it was written, or None.

    The head tells how many there were: an end that was cut off leaves a chain that is whole.
    """
    previous, expected = START, 1
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
