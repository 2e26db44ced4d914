"""Channels: a provider, an address, and settings that are sealed."""

import json
import sqlite3
from collections.abc import Mapping

LIMITS = ("per_hour", "per_day", "reserve", "warn_at")

_ADD = """
INSERT INTO channel (name, provider, address, settings, rate, cost, created_at)
VALUES (:name, :provider, :address, :settings, :rate, :cost, :now)
RETURNING id
"""
_BY_NAME = "SELECT * FROM channel WHERE name = ? AND retired_at IS NULL"
_EVERY = "SELECT * FROM channel WHERE retired_at IS NULL ORDER BY id"
_RELEASED = (
    "held_until = NULL, held_reason = NULL, held_for = NULL,"
    " down_since = NULL, down_until = NULL, down_tries = 0, down_reason = NULL"
)
_DOWN = """
UPDATE channel SET down_since = :since, down_until = :until, down_tries = :tries,
       down_reason = :reason
 WHERE id = :id
"""


def add(
    db: sqlite3.Connection,
    name: str,
    provider: str,
    address: str,
    settings: str,
    now: float,
    rate: float | None = None,
    cost: float | None = None,
) -> int:
    """Add a channel; sqlite3.IntegrityError if the name was ever taken."""
    row = {"name": name, "provider": provider, "address": address, "settings": settings}
    found = db.execute(_ADD, row | {"rate": rate, "cost": cost, "now": now}).fetchone()
    return int(found["id"])


def by_name(db: sqlite3.Connection, name: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(_BY_NAME, (name,)).fetchone()
    return row


def by_id(db: sqlite3.Connection, id: int) -> sqlite3.Row:
    row: sqlite3.Row = db.execute("SELECT * FROM channel WHERE id = ?", (id,)).fetchone()
    return row


def every(db: sqlite3.Connection) -> list[sqlite3.Row]:
    return db.execute(_EVERY).fetchall()


def change(
    db: sqlite3.Connection,
    id: int,
    address: str,
    settings: str,
    rate: float | None,
    cost: float | None,
) -> None:
    """Give a channel other settings; a hold is lifted, for the reason may be mended."""
    db.execute(
        f"UPDATE channel SET address = ?, settings = ?, rate = ?, cost = ?, {_RELEASED}"
        " WHERE id = ?",
        (address, settings, rate, cost, id),
    )


def enable(db: sqlite3.Connection, id: int, enabled: bool) -> None:
    db.execute(
        f"UPDATE channel SET enabled = ?, {_RELEASED} WHERE id = ?",
        (int(enabled), id),
    )


def hold(
    db: sqlite3.Connection, id: int, until: float, reason: str, about: str | None = None
) -> None:
    """Stop sending on a channel until then; its queue is kept. `about` is an outcome's word.

    Of several holds the longest holds, in whatever order they are told.
    """
    sql = """UPDATE channel SET held_until = :until, held_reason = :reason, held_for = :about
              WHERE id = :id AND (held_until IS NULL OR held_until < :until)"""
    db.execute(sql, {"id": id, "until": until, "reason": reason, "about": about})


def limit(db: sqlite3.Connection, id: int, limits: Mapping[str, float | None]) -> None:
    """Set how much a channel may carry and keeps; what is not named stays."""
    sql = ", ".join(f"{name} = :{name}" for name in LIMITS if name in limits)
    if sql:
        db.execute(f"UPDATE channel SET {sql} WHERE id = :id", {**limits, "id": id})


_PUT_OFF = """
UPDATE outbox SET due_at = :now
 WHERE channel = :id AND state = 'queued' AND class IN (0, 1, 2, 3) AND due_at > :now
   AND reason = (SELECT held_reason FROM channel WHERE id = :id)
"""


def release(db: sqlite3.Connection, id: int, now: float) -> None:
    """End a hold, and let what was put off for the same reason go at once."""
    db.execute(_PUT_OFF, {"id": id, "now": now})
    sql = f"UPDATE channel SET {_RELEASED} WHERE id = ?"
    db.execute(sql, (id,))


def down(
    db: sqlite3.Connection, id: int, since: float | None, until: float, tries: int, reason: str
) -> None:
    """Note that a channel does not work and when it is tried again, or (None) that it does."""
    row = {"id": id, "since": since, "until": until, "tries": tries, "reason": reason}
    if since is None:
        row |= {"until": None, "reason": None}
    db.execute(_DOWN, row)


def linked(db: sqlite3.Connection, id: int, state: str, since: float) -> None:
    """Note that a channel's link is bound, or why it is not, and since when."""
    db.execute("UPDATE channel SET link = ?, link_at = ? WHERE id = ?", (state, since, id))


def conditioned(db: sqlite3.Connection, id: int, condition: str, now: float) -> None:
    """Note how the device behind a channel is, as JSON."""
    sql = "UPDATE channel SET condition = ?, condition_at = ? WHERE id = ?"
    db.execute(sql, (condition, now, id))


def condition(row: sqlite3.Row) -> dict[str, str]:
    """Return how the device behind a channel is, by name."""
    return dict(json.loads(row["condition"])) if row["condition"] else {}


def try_now(db: sqlite3.Connection, id: int, now: float) -> None:
    """Let a channel that is down be tried at once."""
    db.execute("UPDATE channel SET down_until = min(down_until, ?) WHERE id = ?", (now, id))


LONGEST_HOLD = 25 * 3600.0  # seconds; no refusal holds a channel for longer than a day


def held_too_long(db: sqlite3.Connection, now: float) -> bool:
    """Whether a hold ends so late that the clock must have been ahead when it was set."""
    sql = "SELECT 1 FROM channel WHERE held_until > ? LIMIT 1"
    return db.execute(sql, (now + LONGEST_HOLD,)).fetchone() is not None


def release_overlong(db: sqlite3.Connection, now: float) -> None:
    sql = """UPDATE channel SET held_until = NULL, held_reason = NULL, held_for = NULL
              WHERE held_until > ?"""
    db.execute(sql, (now + LONGEST_HOLD,))


def retire(db: sqlite3.Connection, id: int, now: float) -> None:
    """Take a channel out of use; what it carried stays on record."""
    db.execute(
        "UPDATE channel SET retired_at = ?, enabled = 0, name = name || '~' || id WHERE id = ?",
        (now, id),
    )
