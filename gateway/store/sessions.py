"""Dialogues in progress, over SMS and over USSD."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

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
_OPEN_ONES = """
SELECT * FROM session
 WHERE address IN (SELECT value FROM json_each(?)) AND kind = ? AND ended_at IS NULL
   AND updated_at >= ?
 ORDER BY updated_at
"""
_TALK = Rows(
    """
WITH talk (address, channel, reference, state, language, now) AS (VALUES {rows})
INSERT INTO session (address, channel, kind, reference, state, language, started_at, updated_at)
SELECT address, channel, 'sms', reference, state, language, now, now FROM talk WHERE true
    ON CONFLICT (channel, reference) DO UPDATE
   SET state = excluded.state, language = excluded.language, updated_at = excluded.updated_at
""",
    "address channel reference state language now",
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


def open_ones(
    db: sqlite3.Connection, addresses: Sequence[int], kind: str, since: float
) -> dict[int, sqlite3.Row]:
    """The dialogue each of these people was in, by address, if it moved since then."""
    rows = db.execute(_OPEN_ONES, (json.dumps(addresses), kind, since))
    return {row["address"]: row for row in rows}


def talks(db: sqlite3.Connection, rows: Iterable[Mapping[str, object]]) -> None:
    """Write where dialogues over SMS stand, by channel and reference; new ones begin."""
    _TALK.write_named(db, rows)


def set_aside(db: sqlite3.Connection, id: int) -> None:
    """Give a session's reference free, for a provider that uses it once more."""
    db.execute("UPDATE session SET reference = reference || '~' || id WHERE id = ?", (id,))


def end(db: sqlite3.Connection, id: int, now: float) -> None:
    db.execute("UPDATE session SET ended_at = ? WHERE id = ?", (now, id))


def stale(db: sqlite3.Connection, kind: str, before: float) -> list[sqlite3.Row]:
    """Open dialogues that have not moved since `before`."""
    return db.execute(_STALE, (kind, before)).fetchall()
