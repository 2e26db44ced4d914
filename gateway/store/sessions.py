"""Dialogues in progress, over SMS and over USSD."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

from gateway.store.rows import Rows

_ADD = """
INSERT INTO session (address, channel, kind, reference, state, seen, language, started_at,
                     updated_at)
VALUES (:address, :channel, :kind, :reference, :state, :seen, :language, :now, :now)
RETURNING *
"""
_SAVE = """
UPDATE session SET state = :state, seen = :seen, screen = :screen, goes_on = :goes_on,
       page = :page, language = :language, updated_at = :now, ended_at = :ended_at
 WHERE id = :id
"""
_OPEN = """
SELECT * FROM session
 WHERE address = ? AND kind = ? AND ended_at IS NULL AND updated_at >= ? AND id <> ?
 ORDER BY updated_at DESC LIMIT 1
"""
# By the index of what is open, the oldest of each address first.
_TALKS = """
SELECT json_group_array(json_array(asked.value, session.channel, session.reference,
       session.state, session.language))
  FROM json_each(?) AS asked
 CROSS JOIN session INDEXED BY session_open ON session.address = asked.value
 WHERE session.kind = 'sms' AND session.ended_at IS NULL AND session.updated_at >= ?
"""
_TALK = Rows(
    """
WITH talk (address, channel, reference, state, language, now) AS (VALUES {rows})
INSERT INTO session (address, channel, kind, reference, state, language, started_at, updated_at)
SELECT address, channel, 'sms', reference, state, language, now, now FROM talk WHERE true
    ON CONFLICT (channel, reference) DO UPDATE
   SET state = excluded.state, language = excluded.language, updated_at = excluded.updated_at
"""
)
_STALE = """
SELECT * FROM session WHERE ended_at IS NULL AND kind = ? AND updated_at < ?
 ORDER BY updated_at LIMIT 200
"""


def by_reference(db: sqlite3.Connection, channel: int, reference: str) -> sqlite3.Row | None:
    sql = "SELECT * FROM session WHERE channel = ? AND reference = ?"
    row: sqlite3.Row | None = db.execute(sql, (channel, reference)).fetchone()
    return row


def begin(
    db: sqlite3.Connection,
    address: int,
    channel: int,
    kind: str,
    reference: str,
    now: float,
    language: str | None = None,
    seen: str | None = None,
) -> sqlite3.Row:
    row = {"address": address, "channel": channel, "kind": kind, "reference": reference}
    row |= {"state": None, "seen": seen, "language": language, "now": now}
    found: sqlite3.Row = db.execute(_ADD, row).fetchone()
    return found


def save(
    db: sqlite3.Connection,
    id: int,
    now: float,
    state: dict[str, Any] | None,
    *,
    seen: str | None = None,
    screen: str | None = None,
    goes_on: bool = True,
    page: int = 0,
    language: str | None = None,
    ended: bool = False,
) -> None:
    """Write where the dialogue stands; `ended` closes it for good."""
    row = {"id": id, "state": json.dumps(state) if state is not None else None, "seen": seen}
    row |= {"screen": screen, "goes_on": int(goes_on), "page": page, "language": language}
    db.execute(_SAVE, row | {"now": now, "ended_at": now if ended else None})


def open_one(
    db: sqlite3.Connection, address: int, kind: str, since: float, not_this: int = 0
) -> sqlite3.Row | None:
    """The dialogue this person was in, if it moved since then."""
    row: sqlite3.Row | None = db.execute(_OPEN, (address, kind, since, not_this)).fetchone()
    return row


class Talk(Struct, array_like=True, frozen=True):
    """A dialogue over SMS: whose, by which name, where it stands (JSON), in which language."""

    address: int
    channel: int
    reference: str
    state: str | None
    language: str | None


_talks = msgspec.json.Decoder(list[Talk])


def talks(db: sqlite3.Connection, addresses: Sequence[int], since: float) -> dict[int, Talk]:
    """Return the dialogue over SMS each of these is in, by address, if it moved since then."""
    (found,) = db.execute(_TALKS, (str(list(addresses)), since)).fetchone()
    return {talk.address: talk for talk in _talks.decode(found)}


def talk_on(db: sqlite3.Connection, talks: Iterable[Talk], now: float) -> None:
    """Write where dialogues over SMS stand, by channel and reference; new ones begin."""
    _TALK.write(db, [(*astuple(talk), now) for talk in talks])


def set_aside(db: sqlite3.Connection, id: int) -> None:
    """Give a session's reference free, for a provider that uses it once more."""
    db.execute("UPDATE session SET reference = reference || '~' || id WHERE id = ?", (id,))


def end(db: sqlite3.Connection, id: int, now: float) -> None:
    db.execute("UPDATE session SET ended_at = ? WHERE id = ?", (now, id))


def stale(db: sqlite3.Connection, kind: str, before: float) -> list[sqlite3.Row]:
    """Open dialogues that have not moved since `before`."""
    return db.execute(_STALE, (kind, before)).fetchall()
