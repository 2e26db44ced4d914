"""What channels used of their quotas and their credit, counted where there is a limit."""

import json
import sqlite3
from collections.abc import Mapping, Sequence

from gateway.domain.budget import DAY, RESERVE, Credit, Limits, filled_up
from gateway.domain.messages import Class, Outcome
from gateway.domain.pace import Quota
from gateway.store import channels

SLOT = 300  # seconds; a window reaches back to the beginning of one
HOUR = 3600.0
KEEP = 2 * 86400.0  # seconds: twice the longest window

_SPEND = """
INSERT INTO spent (channel, at, class, parts) VALUES (?, ?, ?, ?)
    ON CONFLICT (channel, at, class) DO UPDATE SET parts = parts + excluded.parts
"""
_PAY = "UPDATE channel SET credit = credit - ? WHERE id = ? AND credit IS NOT NULL"
_USED = """
SELECT coalesce(sum(parts), 0), min(at) FILTER (WHERE parts > 0) FROM spent
 WHERE channel = ? AND at > ? AND at <= ?
"""
_COUNTS = """
SELECT (SELECT max(at) FROM spent) IS NOT NULL
    OR EXISTS (SELECT 1 FROM channel WHERE credit IS NOT NULL)
"""
_CLAIMED = """
SELECT channel, CAST(claimed_at AS INTEGER) / :slot * :slot AS at, class, sum(parts) AS parts,
       coalesce(channel.cost, 0) AS cost
  FROM outbox JOIN channel ON channel.id = outbox.channel
 WHERE outbox.id IN (SELECT value FROM json_each(:ids)) AND state = 'claimed'
   AND (batch = :batch OR :batch IS NULL)
 GROUP BY 1, 2, 3
"""
_TAKE_OFF = """
UPDATE spent SET parts = max(0, parts - ?) WHERE channel = ? AND at = ? AND class = ?
"""
_TOLD = """
UPDATE channel SET credit = :credit, credit_full = :full, credit_at = :now WHERE id = :id
"""


def quotas(row: sqlite3.Row, own: Quota | None) -> tuple[Quota, ...]:
    """Return what a channel may carry in a time; the provider's own until it has an hour's."""
    hour, day = row["per_hour"], row["per_day"]
    own = None if hour else own
    given = [Quota(hour, HOUR) if hour else None, Quota(day, DAY) if day else None, own]
    return tuple(quota for quota in given if quota)


def price(row: sqlite3.Row) -> float:
    """Return what one part takes from the credit: money, or one where parts are counted."""
    return float(row["cost"] or 1.0)


def limits(db: sqlite3.Connection, row: sqlite3.Row, own: Quota | None, now: float) -> Limits:
    """Return what limits a channel now; reads nothing where nothing does."""
    reserve = RESERVE if row["reserve"] is None else row["reserve"]
    counted = tuple((one, used(db, row["id"], one, now)[0]) for one in quotas(row, own))
    if row["credit"] is None:
        return Limits(counted, None, reserve)
    credit = Credit(row["credit"], row["credit_full"] or 0.0, price(row), row["warn_at"])
    return Limits(counted, credit, reserve)


def spend(
    db: sqlite3.Connection, channel: int, parts: Mapping[Class, int], each: float, now: float
) -> None:
    """Count parts that were claimed, in the transaction that claims them."""
    at = _slot(now)
    db.executemany(_SPEND, [(channel, at, class_, n) for class_, n in parts.items()])
    db.execute(_PAY, (sum(parts.values()) * each, channel))


def give_back(db: sqlite3.Connection, ids: Sequence[int], batch: str | None = None) -> None:
    """Take off what was counted for claimed rows that surely did not go out.

    It must be asked before their state is changed: a row that is not claimed cost nothing.
    """
    if not ids or not db.execute(_COUNTS).fetchone()[0]:
        return
    asked = {"ids": json.dumps(list(ids)), "batch": batch, "slot": SLOT}
    for row in db.execute(_CLAIMED, asked).fetchall():
        where = (row["channel"], row["at"], row["class"])
        db.execute(_TAKE_OFF, (row["parts"], *where))
        db.execute(_PAY, (-row["parts"] * (row["cost"] or 1.0), row["channel"]))


def used(
    db: sqlite3.Connection, channel: int, quota: Quota, now: float
) -> tuple[int, float | None]:
    """Return the parts used of a quota, and when the first of them are free again."""
    since = now - quota.seconds - SLOT
    parts, first = db.execute(_USED, (channel, since, now)).fetchone()
    return int(parts), first + SLOT + quota.seconds if first is not None else None


def told(db: sqlite3.Connection, channel: int, credit: float, now: float) -> None:
    """Note what is left to pay with, as staff or the provider say; a hold for it is lifted."""
    row = channels.by_id(db, channel)
    full = filled_up(row["credit_full"], row["credit"], credit)
    db.execute(_TOLD, {"credit": credit, "full": full, "now": now, "id": channel})
    risen = row["credit"] is None or credit > row["credit"]
    if risen and Outcome.ACCOUNT in (row["held_for"], row["down_reason"]):
        channels.release(db, channel, now)


def uncounted(db: sqlite3.Connection, channel: int) -> None:
    """Count no credit any more."""
    sql = "UPDATE channel SET credit = NULL, credit_full = NULL, credit_at = NULL WHERE id = ?"
    db.execute(sql, (channel,))


def is_ahead(db: sqlite3.Connection, now: float) -> bool:
    """Whether something was counted by a clock that was ahead."""
    return bool(
        db.execute("SELECT EXISTS (SELECT 1 FROM spent WHERE at > ?)", (now,)).fetchone()[0]
    )


def bring_back(db: sqlite3.Connection, now: float) -> None:
    """Count what a clock that was ahead dated in the future as of now: it surely went lately."""
    ahead = db.execute("SELECT * FROM spent WHERE at > ?", (now,)).fetchall()
    rows = [(row["channel"], _slot(now), row["class"], row["parts"]) for row in ahead]
    db.executemany(_SPEND, rows)
    db.execute("DELETE FROM spent WHERE at > ?", (now,))


def has_old(db: sqlite3.Connection, now: float) -> bool:
    sql = "SELECT EXISTS (SELECT 1 FROM spent WHERE at < ?)"
    return bool(db.execute(sql, (now - KEEP,)).fetchone()[0])


def drop_old(db: sqlite3.Connection, now: float) -> None:
    """Forget what no window reaches back to."""
    db.execute("DELETE FROM spent WHERE at < ?", (now - KEEP,))


def _slot(now: float) -> int:
    return int(now) // SLOT * SLOT
