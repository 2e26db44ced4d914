"""Messages of both directions in one shape, as programs read them.

Pages go by id, which is the order of commits: nothing can slip in behind a reader.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any

from gateway.store import dates

SPAN = 50_000  # ids looked at for one page, so that a rare state is not searched for through all

# What belongs to a sensitive item: the message, what its person added, and our answers to both.
_SENSITIVE = """
EXISTS (SELECT 1 FROM feedback AS f WHERE f.address = m.address AND f.sensitive
           AND ({own} OR EXISTS (SELECT 1 FROM feedback_event AS e
                                  WHERE e.feedback = f.id AND e.inbound = {inbound})))
"""
_SECRET = {
    "in": _SENSITIVE.format(own="f.inbound = m.id", inbound="m.id"),
    "out": _SENSITIVE.format(own="f.id = m.feedback OR f.inbound = m.inbound", inbound="m.inbound"),
}
_IN = f"""
SELECT 'in' AS direction, m.id, m.channel AS channel_id, channel.name AS channel,
       m.sender, m.recipient,
       CASE WHEN {_SECRET["in"]} THEN NULL ELSE m.text END AS text, m.language,
       'received' AS state, NULL AS parts, NULL AS alphabet, m.reference, NULL AS error,
       m.received_at AS created, NULL AS sent, NULL AS delivered, NULL AS alert,
       NULL AS moved_from, NULL AS moved_why, NULL AS network
  FROM inbound AS m JOIN channel ON channel.id = m.channel
"""
_OUT = f"""
SELECT 'out' AS direction, m.id, m.channel AS channel_id, channel.name AS channel,
       channel.address AS sender, m.recipient,
       CASE WHEN {_SECRET["out"]} THEN NULL ELSE coalesce(m.text, alert_text.text) END AS text,
       m.language, m.state, m.parts, m.alphabet,
       m.reference, m.reason AS error, m.created_at AS created, m.sent_at AS sent,
       CASE WHEN m.state = 'delivered' THEN m.final_at END AS delivered, m.alert,
       (SELECT name FROM channel WHERE channel.id = m.moved_from) AS moved_from, m.moved_why,
       m.network_at AS network
  FROM outbox AS m JOIN channel ON channel.id = m.channel
  LEFT JOIN alert_text ON alert_text.id = m.alert_text
"""
_SELECT = {"in": _IN, "out": _OUT}
_OPEN = {way: f"AND NOT {secret}" for way, secret in _SECRET.items()}
_TABLE = {"in": "inbound", "out": "outbox"}
_FILTERS = {
    "state": "AND CASE m.state WHEN 'claimed' THEN 'queued' ELSE m.state END = :state",
    "channel": "AND channel.name = :channel",
    "alert": "AND m.alert = :alert",
    "since": "AND m.{time} >= :since",
}


def one(
    db: sqlite3.Connection, direction: str, id: int, secret: bool = False
) -> sqlite3.Row | None:
    """Return one message, or None; what is sensitive, without its words, only if `secret`."""
    sql = f"{_SELECT[direction]} WHERE m.id = ? {'' if secret else _OPEN[direction]}"
    row: sqlite3.Row | None = db.execute(sql, (id,)).fetchone()
    return row


def settled(db: sqlite3.Connection, ids: list[int]) -> list[sqlite3.Row]:
    """Return those of these messages that went out or ended, but for sensitive ones."""
    sql = _OUT + (
        " WHERE m.id IN (SELECT value FROM json_each(?)) AND m.state NOT IN ('queued', 'claimed')"
        f" {_OPEN['out']} ORDER BY m.id"
    )
    return db.execute(sql, (str(ids),)).fetchall()


def page(
    db: sqlite3.Connection,
    direction: str,
    after: int,
    limit: int,
    filters: Mapping[str, Any],
    secret: bool = False,
) -> list[sqlite3.Row]:
    """Return messages with ids after one and within SPAN of it, oldest first; see `one`."""
    given = {name: value for name, value in filters.items() if value is not None}
    where = " ".join(_FILTERS[name].format(time=dates.AT[_TABLE[direction]]) for name in given)
    where += "" if secret else f" {_OPEN[direction]}"
    sql = f"{_SELECT[direction]} WHERE m.id > :after AND m.id <= :until {where} ORDER BY m.id"
    told = {**given, "after": after, "until": after + SPAN, "limit": limit}
    return db.execute(f"{sql} LIMIT :limit", told).fetchall()


def last(db: sqlite3.Connection, direction: str) -> int:
    """Return the id of the newest message, 0 if there is none."""
    sql = f"SELECT coalesce(max(id), 0) FROM {_TABLE[direction]}"
    return int(db.execute(sql).fetchone()[0])


def before(db: sqlite3.Connection, direction: str, since: float) -> int:
    """Return an id that all messages from `since` on come after."""
    return dates.near(db, _TABLE[direction], since)
