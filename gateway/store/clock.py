"""What the store knows of time: the newest it saw, who vouched for it, and when nobody did."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

_SEEN = """
SELECT max(coalesce((SELECT received_at FROM inbound ORDER BY id DESC LIMIT 1), 0),
           coalesce((SELECT created_at FROM outbox ORDER BY id DESC LIMIT 1), 0),
           coalesce((SELECT at FROM audit ORDER BY id DESC LIMIT 1), 0),
           coalesce((SELECT CAST(value AS REAL) FROM meta WHERE key = 'clock.stopped'), 0))
"""
_KEPT = "SELECT value FROM meta WHERE key = 'clock.line'"
_KEEP = """
INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE
   SET value = excluded.value
"""
_OPEN = "SELECT id, from_at FROM clock_doubt WHERE until_at IS NULL ORDER BY id LIMIT 1"
_DOUBT = "INSERT INTO clock_doubt (from_at, why) VALUES (?, ?)"
_SETTLE = "UPDATE clock_doubt SET until_at = ?, moved = ? WHERE until_at IS NULL"
_DOUBTS = "SELECT from_at, until_at FROM clock_doubt ORDER BY id DESC LIMIT 100"

# What waits and was dated in doubt, dated anew. A time that people gave (due, expires) is theirs,
# and stays; a pause before another try may end early. Nothing that is over is touched.
_MOVED = (
    """UPDATE outbox SET created_at = created_at + :moved
        WHERE id IN (SELECT id FROM outbox WHERE state = 'queued'
                     UNION ALL SELECT id FROM outbox WHERE state = 'claimed'
                     UNION ALL SELECT id FROM outbox WHERE state = 'unknown')
          AND created_at BETWEEN :since AND :until""",
    """UPDATE outbox SET claimed_at = claimed_at + :moved
        WHERE state = 'claimed' AND claimed_at BETWEEN :since AND :until""",
    """UPDATE session SET updated_at = updated_at + :moved
        WHERE ended_at IS NULL AND updated_at BETWEEN :since AND :until""",
    """UPDATE part SET received_at = received_at + :moved
        WHERE received_at BETWEEN :since AND :until""",
    """UPDATE channel SET down_since = down_since + :moved
        WHERE down_since BETWEEN :since AND :until""",
    """UPDATE channel SET link_at = link_at + :moved WHERE link_at BETWEEN :since AND :until""",
    """UPDATE alert SET submitted_at = submitted_at + :moved
        WHERE state IN ('submitted', 'approved') AND submitted_at BETWEEN :since AND :until""",
    """UPDATE alert SET approved_at = approved_at + :moved
        WHERE state IN ('submitted', 'approved') AND approved_at BETWEEN :since AND :until""",
    """UPDATE feedback SET due_at = due_at + :moved
        WHERE due_at IS NOT NULL AND created_at BETWEEN :since AND :until""",
    """UPDATE sign_in SET seen_at = seen_at + :moved WHERE seen_at BETWEEN :since AND :until""",
    """UPDATE sign_in SET fresh_at = fresh_at + :moved WHERE fresh_at BETWEEN :since AND :until""",
    # A first link is made before the gateway starts; all are good for a day.
    """UPDATE link SET expires_at = expires_at + :moved
        WHERE expires_at BETWEEN :since - 60 + 86400 AND :until + 86400""",
    """UPDATE request_key SET at = at + :moved WHERE at BETWEEN :since AND :until""",
    """UPDATE delivery SET created_at = created_at + :moved
        WHERE state = 'waiting' AND created_at BETWEEN :since AND :until""",
)


def seen(db: sqlite3.Connection) -> float:
    """Return the newest time in the store, 0 where there is none: it cannot be earlier now."""
    return float(db.execute(_SEEN).fetchone()[0])


def kept(db: sqlite3.Connection) -> Mapping[str, Any] | None:
    """Return where the time was last said to stand, and whether that was sure."""
    row = db.execute(_KEPT).fetchone()
    found: Mapping[str, Any] | None = json.loads(row["value"]) if row else None
    return found


def keep(db: sqlite3.Connection, line: Mapping[str, Any]) -> None:
    db.execute(_KEEP, ("clock.line", json.dumps(dict(line))))


def stopped(db: sqlite3.Connection, now: float) -> None:
    """Note that the gateway stops in good order: so far it was there."""
    db.execute(_KEEP, ("clock.stopped", repr(now)))


def doubt(db: sqlite3.Connection, now: float, why: str) -> None:
    """From now on times are uncertain, unless they are already."""
    if db.execute(_OPEN).fetchone() is None:
        db.execute(_DOUBT, (now, why))


def settle(db: sqlite3.Connection, was: float, moved: float) -> None:
    """End the doubt at the time that was counted until now; what waits keeps its length."""
    begun = db.execute(_OPEN).fetchone()
    db.execute(_SETTLE, (was, moved))
    if begun is not None and moved:
        for sql in _MOVED:
            db.execute(sql, {"since": begun["from_at"], "until": was, "moved": moved})


def move_on(db: sqlite3.Connection, since: float, was: float, moved: float, why: str) -> None:
    """Move what was dated since then, though nobody doubted it: it is known better now."""
    db.execute(_DOUBT, (since, why))
    settle(db, was, moved)


def doubts(db: sqlite3.Connection) -> list[tuple[float, float]]:
    """Return the spans of time in which times are uncertain, the newest first."""
    found = db.execute(_DOUBTS).fetchall()
    return [(r["from_at"], float("inf") if r["until_at"] is None else r["until_at"]) for r in found]
