"""Times in which nothing could be handed over, and what became of messages meanwhile."""

import sqlite3
from dataclasses import dataclass

from gateway.store import dates

LISTED = 25
LOOKED_AT = 20_000  # rows: of more that expired, the first are looked at for the list
WEEK = 7 * 86400.0  # seconds; nothing ordinary waits for longer

_ADD = "INSERT INTO away (channel, from_at, until_at) VALUES (?, ?, ?)"
# Every one of them is due: the oldest goes first, however lately it was tried.
_IN_ORDER = """
UPDATE outbox SET due_at = created_at
 WHERE state = 'queued' AND class = 0 AND reason IS NOT NULL AND due_at > created_at
   AND channel IN (SELECT id FROM channel WHERE :channel IS NULL OR id = :channel)
"""
_OPEN = """
SELECT away.*, channel.name FROM away LEFT JOIN channel ON channel.id = away.channel
 WHERE closed_at IS NULL ORDER BY away.id DESC LIMIT 100
"""
_TRIED = """
SELECT channel.id, channel.name,
       (SELECT min(created_at) FROM (SELECT created_at, attempts FROM outbox
                                      WHERE channel = channel.id AND state = 'queued'
                                      ORDER BY class, due_at LIMIT 1000)
         WHERE attempts > 0) AS since
  FROM channel WHERE retired_at IS NULL
"""
_LAST_SENT = """
SELECT channel, max(sent_at) AS at FROM
  (SELECT channel, sent_at FROM outbox ORDER BY id DESC LIMIT 5000) GROUP BY channel
"""
_USED = "SELECT EXISTS (SELECT 1 FROM inbound) OR EXISTS (SELECT 1 FROM outbox)"
_CAME_IN = """
SELECT count(*) FROM inbound
 WHERE id > :came AND received_at BETWEEN :since AND :until + 3600
   AND coalesce(provider_at, received_at) <= :until
"""
_WAITING = "SELECT class, count(*) AS rows FROM outbox WHERE state = 'queued' GROUP BY class"
# An alert is one line, however many people it was for; emergencies come first.
_EXPIRED = f"""
SELECT min(id) AS id, class, alert, feedback, min(expires_at) AS expires_at
  FROM (SELECT id, class, alert, feedback, expires_at FROM outbox
         WHERE state = 'expired' AND final_at >= ? ORDER BY final_at LIMIT {LOOKED_AT})
 GROUP BY coalesce(alert, -id) ORDER BY class, expires_at, id LIMIT ?
"""
_EXPIRED_ROWS = "SELECT count(*) FROM outbox WHERE state = 'expired' AND final_at >= ?"
_LEFT = "SELECT count(*) FROM consent WHERE id >= ? AND at >= ? AND state = 'out'"
_SENT = """
SELECT count(*) FROM outbox
 WHERE id > :near AND created_at BETWEEN :near_at AND :until AND sent_at >= :until
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """What people find who come back: times in seconds since 1970, counts of messages."""

    periods: list[sqlite3.Row]
    since: float
    until: float
    came_in: int
    waiting: dict[int, int]
    expired: int
    listed: list[sqlite3.Row]
    left: int
    sent: int


def add(db: sqlite3.Connection, channel: int | None, since: float, until: float) -> None:
    """Note that a time is over in which nothing went out; the oldest emergency is next."""
    db.execute(_ADD, (channel, since, until))
    db.execute(_IN_ORDER, {"channel": channel})


def close(db: sqlite3.Connection, last: int, now: float) -> None:
    """Take note of the periods up to that one: nobody is told of them again."""
    db.execute("UPDATE away SET closed_at = ? WHERE closed_at IS NULL AND id <= ?", (now, last))


def was_used(db: sqlite3.Connection) -> bool:
    """Whether anything ever came in or went out."""
    return bool(db.execute(_USED).fetchone()[0])


def tried(db: sqlite3.Connection) -> dict[str, float]:
    """Return, for channels on which something was tried and waits, since when nothing went."""
    sent = {row["channel"]: row["at"] or 0.0 for row in db.execute(_LAST_SENT)}
    return {
        row["name"]: max(row["since"], sent.get(row["id"], 0.0))
        for row in db.execute(_TRIED)
        if row["since"] is not None
    }


def periods(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return the periods nobody has taken note of, the newest first."""
    return db.execute(_OPEN).fetchall()


def summary(db: sqlite3.Connection) -> Summary | None:
    """Return what became of messages since the first of those periods, None if there is none."""
    found = periods(db)
    if not found:
        return None
    since, until = min(r["from_at"] for r in found), max(r["until_at"] for r in found)
    span = {"since": since, "until": until, "near_at": since - WEEK}
    span["near"] = dates.near(db, "outbox", since - WEEK)
    span["came"] = dates.near(db, "inbound", since)
    return Summary(
        periods=found,
        since=since,
        until=until,
        came_in=_one(db, _CAME_IN, span),
        waiting={row["class"]: row["rows"] for row in db.execute(_WAITING)},
        expired=_one(db, _EXPIRED_ROWS, (since,)),
        listed=db.execute(_EXPIRED, (since, LISTED)).fetchall(),
        left=_one(db, _LEFT, (_first_since(db, since), since)),
        sent=_one(db, _SENT, span),
    )


def _one(db: sqlite3.Connection, sql: str, values: dict[str, float] | tuple[float, ...]) -> int:
    return int(db.execute(sql, values).fetchone()[0])


def _first_since(db: sqlite3.Connection, at: float) -> int:
    """Return the first entry of the consent ledger since then: it is written in order."""
    low, high = 0, _one(db, "SELECT coalesce(max(id), 0) + 1 FROM consent", ())
    while low < high:
        middle = (low + high) // 2
        row = db.execute(
            "SELECT id, at FROM consent WHERE id >= ? ORDER BY id LIMIT 1", (middle,)
        ).fetchone()
        if row is None or row["at"] >= at:
            high = middle
        else:
            low = int(row["id"]) + 1
    return low
