"""Webhooks: where programs want to be told what happens, and what they have yet to hear.

A delivery is queued in the transaction in which the thing happens, so that a restart loses none.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

EVENTS = ("message.in", "message.state", "feedback.new", "alert.state")

_ADD = """
INSERT INTO webhook (url, events, secret, by, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id
"""
_EVERY = """
SELECT webhook.id, url, events, by, webhook.created_at,
       (SELECT count(*) FROM delivery WHERE webhook = webhook.id AND state = 'waiting') AS waiting,
       (SELECT count(*) FROM delivery WHERE webhook = webhook.id AND state = 'given_up') AS given_up
  FROM webhook WHERE retired_at IS NULL ORDER BY webhook.id
"""
_LISTENING = """
SELECT id FROM webhook WHERE retired_at IS NULL AND ? IN (SELECT value FROM json_each(events))
"""
_TELL = "INSERT INTO delivery (webhook, event, body, due_at, created_at) VALUES (?, ?, ?, ?, ?)"
_WAITING = """
SELECT delivery.id, webhook, event, body, attempts, delivery.created_at, url, secret
  FROM delivery INDEXED BY delivery_due JOIN webhook ON webhook.id = delivery.webhook
 WHERE delivery.state = 'waiting' AND due_at <= ?
   AND webhook NOT IN (SELECT value FROM json_each(?))
 ORDER BY due_at, delivery.id LIMIT ?
"""
_NEXT = """
SELECT min(due_at) FROM delivery INDEXED BY delivery_due
 WHERE state = 'waiting' AND due_at IS NOT NULL AND webhook NOT IN (SELECT value FROM json_each(?))
"""
_AGAIN = "UPDATE delivery SET attempts = attempts + 1, due_at = ? WHERE id = ?"
_GIVE_UP = "UPDATE delivery SET state = 'given_up', due_at = NULL, body = '' WHERE id = ?"


def add(
    db: sqlite3.Connection, url: str, events: Sequence[str], secret: str, by: str, now: float
) -> int:
    """Add a webhook; the secret is sealed already."""
    row = (url, json.dumps(sorted(set(events))), secret, by, now)
    return int(db.execute(_ADD, row).fetchone()["id"])


def every(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return the webhooks in use, with how many deliveries wait or were given up."""
    return db.execute(_EVERY).fetchall()


def retire(db: sqlite3.Connection, id: int, now: float) -> bool:
    """Tell a webhook no more, not even what waits; False if there is none."""
    sql = "UPDATE webhook SET retired_at = ? WHERE id = ? AND retired_at IS NULL"
    if db.execute(sql, (now, id)).rowcount == 0:
        return False
    db.execute("DELETE FROM delivery WHERE webhook = ?", (id,))
    return True


def wanted(db: sqlite3.Connection, event: str) -> bool:
    """Whether anybody wants to be told of an event."""
    return db.execute(_LISTENING, (event,)).fetchone() is not None


def tell(db: sqlite3.Connection, event: str, body: Mapping[str, Any], now: float) -> None:
    """Queue an event for every webhook that wants it."""
    listening = db.execute(_LISTENING, (event,)).fetchall()
    if listening:
        told = json.dumps(dict(body), ensure_ascii=False)
        db.executemany(_TELL, [(row["id"], event, told, now, now) for row in listening])


def waiting(
    db: sqlite3.Connection, now: float, resting: Sequence[int], limit: int
) -> list[sqlite3.Row]:
    """Return deliveries that are due, oldest first, but for webhooks that rest."""
    return db.execute(_WAITING, (now, json.dumps(list(resting)), limit)).fetchall()


def next_due(db: sqlite3.Connection, resting: Sequence[int]) -> float | None:
    """Return when the next delivery is due, but for webhooks that rest; None if none is."""
    found = db.execute(_NEXT, (json.dumps(list(resting)),)).fetchone()[0]
    return None if found is None else float(found)


def done(db: sqlite3.Connection, id: int) -> None:
    """They have it: nothing of it stays here."""
    db.execute("DELETE FROM delivery WHERE id = ?", (id,))


def again(db: sqlite3.Connection, id: int, due_at: float) -> None:
    db.execute(_AGAIN, (due_at, id))


def give_up(db: sqlite3.Connection, id: int) -> None:
    """They never took it; its words go, that it was there stays."""
    db.execute(_GIVE_UP, (id,))
