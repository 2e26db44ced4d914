"""Which channel for whom, as staff said; and messages that go from one channel to another."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

_EVERY = """
SELECT route.*, channel.name, area.pcode,
       (WITH RECURSIVE inside (id) AS (SELECT route.area WHERE route.area IS NOT NULL
          UNION SELECT area.id FROM area JOIN inside ON area.parent = inside.id)
        SELECT json_group_array(id) FROM inside) AS areas
  FROM route JOIN channel ON channel.id = route.channel LEFT JOIN area ON area.id = route.area
 WHERE channel.retired_at IS NULL
 ORDER BY length(prefix) DESC, prefix, area.pcode, class, rank, route.id
"""
_PUT = """
INSERT INTO route (channel, prefix, area, class, rank)
VALUES (:channel, :prefix, :area, :class_, :rank)
    ON CONFLICT DO UPDATE SET rank = excluded.rank
"""
_DROP = """
DELETE FROM route WHERE channel = :channel AND prefix = :prefix AND area IS :area
   AND class IS :class_
"""
# What a person may have already stays where it is; an emergency goes once more, wherever to.
_WAITING = """
SELECT outbox.id, outbox.due_at, outbox.recipient, outbox.class, outbox.parts, outbox.alphabet,
       length(coalesce(outbox.text, alert_text.text)) AS letters, address.channel AS own,
       contact.area,
       (SELECT group_concat(channel) FROM tried WHERE tried.outbox = outbox.id
           AND (outbox.class > 0 OR tried.at > :now - :soon)) AS tried
  FROM outbox INDEXED BY outbox_due
  LEFT JOIN alert_text ON alert_text.id = outbox.alert_text
  LEFT JOIN address ON address.id = outbox.address
  LEFT JOIN contact ON contact.id = address.contact
 WHERE outbox.channel = :channel AND outbox.class = :class_ AND outbox.state = 'queued'
   AND (outbox.due_at > :due OR (outbox.due_at = :due AND outbox.id > :id))
   AND (outbox.due_at <= :now OR outbox.attempts > 0)
   AND (outbox.maybes = 0 OR outbox.class = 0)
 ORDER BY outbox.due_at, outbox.id LIMIT :limit
"""
SOON = 60.0  # seconds after which an emergency is tried again where it could not go
_ONE = """
SELECT outbox.id, outbox.channel, outbox.recipient, outbox.class, outbox.parts, outbox.alphabet,
       length(coalesce(outbox.text, alert_text.text)) AS letters, address.channel AS own,
       contact.area,
       (SELECT group_concat(channel) FROM tried WHERE tried.outbox = outbox.id) AS tried
  FROM outbox LEFT JOIN alert_text ON alert_text.id = outbox.alert_text
  LEFT JOIN address ON address.id = outbox.address
  LEFT JOIN contact ON contact.id = address.contact
 WHERE outbox.id = ?
"""
# A reference is the old channel's word for the message: it does not go along.
_MOVE = """
UPDATE outbox SET channel = :to, due_at = min(due_at, :now), reference = NULL,
       moved_from = :from, moved_why = :why
 WHERE id = :id AND state = 'queued' AND channel = :from
"""
_TRIED = """
INSERT INTO tried (outbox, channel, reason, at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET reason = excluded.reason, at = excluded.at
"""
_QUEUED = """
SELECT coalesce(sum(parts), 0) FROM
  (SELECT parts FROM outbox INDEXED BY outbox_due
    WHERE channel = ? AND class = ? AND state = 'queued' LIMIT ?)
"""


def every(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return all rules, the most exact first; `areas` is a JSON list of what lies in theirs."""
    return db.execute(_EVERY).fetchall()


def put(
    db: sqlite3.Connection,
    channel: int,
    prefix: str,
    area: int | None,
    class_: int | None,
    rank: int,
) -> None:
    """Say how a channel ranks for a prefix, an area, a class; what was said of them is replaced."""
    row = {"channel": channel, "prefix": prefix, "area": area, "class_": class_, "rank": rank}
    db.execute(_PUT, row)


def drop(
    db: sqlite3.Connection, channel: int, prefix: str, area: int | None, class_: int | None
) -> bool:
    """Forget a rule; return False if there is none."""
    row = {"channel": channel, "prefix": prefix, "area": area, "class_": class_}
    return db.execute(_DROP, row).rowcount > 0


def waiting(
    db: sqlite3.Connection,
    channel: int,
    class_: int,
    now: float,
    after: tuple[float, int] = (0.0, 0),
    limit: int = 500,
) -> list[sqlite3.Row]:
    """Return the next messages of a class that wait on a channel and may go elsewhere."""
    row: dict[str, Any] = {"channel": channel, "class_": class_, "now": now, "limit": limit}
    row |= {"due": after[0], "id": after[1], "soon": SOON}
    return db.execute(_WAITING, row).fetchall()


def one(db: sqlite3.Connection, id: int) -> sqlite3.Row:
    """Return what routing asks about a message."""
    row: sqlite3.Row = db.execute(_ONE, (id,)).fetchone()
    return row


def move(db: sqlite3.Connection, moves: Iterable[Mapping[str, Any]]) -> int:
    """Move messages that are still queued where they were; return how many."""
    return db.executemany(_MOVE, moves).rowcount


def tried(db: sqlite3.Connection, id: int, channel: int, reason: str, now: float) -> None:
    """Note that a channel surely did not send a message."""
    db.execute(_TRIED, (id, channel, reason, now))


def tried_all(db: sqlite3.Connection, id: int) -> None:
    """Begin anew with a message that every channel had its turn with."""
    db.execute("DELETE FROM tried WHERE outbox = ?", (id,))


def queued(db: sqlite3.Connection, channel: int, class_: int, most: int) -> int:
    """Return how many parts of a class wait on a channel, counting at most so many messages."""
    return int(db.execute(_QUEUED, (channel, class_, most)).fetchone()[0])
