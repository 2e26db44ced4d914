"""Counts for the overview and the health of channels; every one through an index.

What waits, failed or is unknown is counted up to MANY.
"""

import sqlite3
from collections.abc import Sequence
from itertools import pairwise

from gateway.store import dates, depth
from gateway.store.capped import capped

PORTION = 50_000  # addresses
NEWEST = 5000  # rows looked at to find when a channel was last heard of

_FAILED = capped("SELECT 1 FROM outbox WHERE state = 'failed' AND final_at >= ?")
_WAITING = capped("SELECT 1 FROM outbox WHERE state = 'queued'")
_UNKNOWN = capped("SELECT 1 FROM outbox WHERE state = 'unknown'")
_FEEDBACK = """
SELECT count(*) FROM feedback
 WHERE status IN ('new', 'acknowledged', 'triaged', 'in_progress', 'referred', 'reopened')
   AND sensitive = 0
"""
_OVERDUE = "SELECT count(*) FROM feedback WHERE due_at < ? AND sensitive = 0"
_ALERTS = """
SELECT id, state, class, exercise, expires_at, people FROM alert
 WHERE state IN ('submitted', 'approved', 'running') ORDER BY id DESC LIMIT 10
"""
_ALERT_FIRST = "SELECT coalesce(min(address), 0) FROM outbox WHERE alert = ?"
_ALERT_LAST = "SELECT coalesce(max(address), 0) FROM outbox WHERE alert = ?"
_ALERT_ROWS = """
SELECT channel, state, network_at IS NOT NULL AS network_at,
       CASE WHEN state IN ('queued', 'withdrawn', 'expired') THEN reason END AS reason,
       count(*) AS n
  FROM outbox INDEXED BY outbox_whose WHERE alert = ?
"""
_ALERT = f"{_ALERT_ROWS} AND address > ? AND address <= ? GROUP BY 1, 2, 3, 4"
_ALERT_FORGOTTEN = f"{_ALERT_ROWS} AND address IS NULL GROUP BY 1, 2, 3, 4"
_WAITING_ON = "SELECT count(*) FROM outbox WHERE outbox.channel = ? AND state = 'queued'"
_CHANNEL_WAITING = f"""
SELECT c.id AS channel,
       ({capped("SELECT 1 FROM outbox WHERE outbox.channel = c.id AND state = 'queued'")}) AS n
  FROM channel AS c
"""
_CHANNEL_STATES = """
SELECT channel, state, count(*) AS n FROM outbox WHERE id > ? AND created_at >= ?
 GROUP BY channel, state
"""
_CHANNEL_SHARES = """
SELECT channel, count(*) AS n FROM outbox WHERE id > ? AND created_at >= ? AND sent_at >= ?
 GROUP BY channel
"""
_CHANNEL_IN = """
SELECT channel, max(received_at) AS at FROM
  (SELECT channel, received_at FROM inbound ORDER BY id DESC LIMIT ?) GROUP BY channel
"""
_CHANNEL_OUT = """
SELECT channel, max(sent_at) AS at FROM
  (SELECT channel, sent_at FROM outbox ORDER BY id DESC LIMIT ?) GROUP BY channel
"""


def days(db: sqlite3.Connection, edges: Sequence[float]) -> list[tuple[int, int]]:
    """Return how many messages came in and went out between each edge and the next."""
    came, went = (
        [last - first for first, last in pairwise(dates.first(db, table, at) for at in edges)]
        for table in ("inbound", "outbox")
    )
    return list(zip(came, went, strict=True))


def overview(db: sqlite3.Connection, now: float) -> dict[str, int]:
    """Return what came in and went out in a day, what waits, is on the way, failed, and is open."""
    day = now - 86400
    came, went = (
        dates.upcoming(db, table) - dates.first(db, table, day) for table in ("inbound", "outbox")
    )
    return {
        "in": came,
        "out": went,
        "failed": _one(db, _FAILED, day),
        "waiting": _one(db, _WAITING),
        "on_the_way": depth.on_the_way(db),
        "unknown": _one(db, _UNKNOWN),
        "feedback": _one(db, _FEEDBACK),
        "overdue": _one(db, _OVERDUE, now),
    }


def _one(db: sqlite3.Connection, sql: str, *values: float) -> int:
    return int(db.execute(sql, values).fetchone()[0])


def waiting(db: sqlite3.Connection, channel: int) -> int:
    """Return how many messages wait on a channel."""
    return int(db.execute(_WAITING_ON, (channel,)).fetchone()[0])


def live_alerts(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return the newest alerts that wait for approval or are being sent."""
    return db.execute(_ALERTS).fetchall()


def shares(db: sqlite3.Connection, since: float) -> dict[int, float]:
    """Return which share, from 0 to 1, each channel carried of what was queued and sent since."""
    found = {
        row["channel"]: row["n"]
        for row in db.execute(_CHANNEL_SHARES, (dates.near(db, "outbox", since), since, since))
    }
    total = sum(found.values())
    return {channel: n / total for channel, n in found.items()}


def alert(db: sqlite3.Connection, alert: int) -> list[sqlite3.Row]:
    """Count an alert's messages by channel, state, whether a network has them, and why not yet.

    In portions, each with rows of its own: a long reading would keep the log from being emptied.
    """
    first, last = _one(db, _ALERT_FIRST, alert), _one(db, _ALERT_LAST, alert)
    rows = db.execute(_ALERT_FORGOTTEN, (alert,)).fetchall()
    for after in range(first - 1, last, PORTION):
        rows += db.execute(_ALERT, (alert, after, min(after + PORTION, last)))
    return rows


def channels(db: sqlite3.Connection, since: float) -> dict[int, dict[str, float]]:
    """Return, for each channel that carried anything: what waits, counts by state since
    then, and when it last received (`last_in`) and sent (`last_out`), if that was lately."""
    found: dict[int, dict[str, float]] = {}
    for row in db.execute(_CHANNEL_WAITING):
        if row["n"]:
            found.setdefault(row["channel"], {})["waiting"] = row["n"]
    for row in db.execute(_CHANNEL_STATES, (dates.near(db, "outbox", since), since)):
        found.setdefault(row["channel"], {})[row["state"]] = row["n"]
    for word, sql in (("last_in", _CHANNEL_IN), ("last_out", _CHANNEL_OUT)):
        for row in db.execute(sql, (NEWEST,)):
            if row["at"] is not None:
                found.setdefault(row["channel"], {})[word] = row["at"]
    return found
