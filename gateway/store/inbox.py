"""Messages that came in, told once however often the provider tells them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from itertools import count

import msgspec
from msgspec import Struct

from gateway.domain.messages import Inbound
from gateway.store import dates
from gateway.store.rows import Rows

_ADD = Rows(
    """
INSERT INTO inbound (id, channel, reference, address, sender, recipient, text, raw, media, network,
                     flags, provider_at, received_at, decision, language, answer)
VALUES {rows}
"""
)
_TOLD = """
SELECT reference FROM inbound
 WHERE channel = ? AND reference IN (SELECT value FROM json_each(?))
"""
_DECIDED = Rows(
    """
WITH made (decision, language, answer, id) AS (VALUES {rows})
UPDATE inbound SET decision = made.decision, language = made.language, answer = made.answer
  FROM made WHERE inbound.id = made.id
"""
)
_KEEP = "INSERT INTO kept_call (channel, kind, reason, body, at) VALUES (?, ?, ?, ?, ?)"

_KEEP_THE_LAST = """
DELETE FROM kept_call WHERE id <= (SELECT max(id) FROM kept_call) - ?
"""

KEPT_CALLS = 1000


class Arrived(Struct):
    """A message with its id, its address and its raw call; then what was decided of it.

    `answers` are those handed back in the provider's own call: a repeat gets the same.
    """

    id: int
    message: Inbound
    address: int
    raw: bytes | None
    decision: str = ""
    language: str | None = None
    answers: Sequence[str] = ()


def ids(db: sqlite3.Connection, channel: int, references: Sequence[str]) -> list[int | None]:
    """Return the ids messages will have; None for one that we already have.

    One thread writes, so ids are counted here; no two of these may have one reference.
    """
    asked = (channel, json.dumps(references))
    told = {row["reference"] for row in db.execute(_TOLD, asked)}
    upcoming = count(dates.upcoming(db, "inbound"))
    return [None if reference in told else next(upcoming) for reference in references]


def add(db: sqlite3.Connection, channel: int, arrived: Sequence[Arrived], now: float) -> None:
    """Keep messages, decided or not."""
    rows = [
        (one.id, channel, *_columns(one.message, one.address, one.raw), now, *_decided(one))
        for one in arrived
    ]
    _ADD.write(db, rows)


def _decided(one: Arrived) -> tuple[str, str | None, str | None]:
    return one.decision, one.language, json.dumps(one.answers) if one.answers else None


def _columns(message: Inbound, address: int, raw: bytes | None) -> tuple[object, ...]:
    media = [{"url": m.url, "type": m.type} for m in message.media]
    return (
        message.reference,
        address,
        message.sender,
        message.to,
        message.text,
        raw,
        json.dumps(media) if media else None,
        message.network,
        ",".join(message.flags) or None,
        message.at.timestamp() if message.at else None,
    )


def decided(db: sqlite3.Connection, arrived: Sequence[Arrived]) -> None:
    """Write down what was decided of messages that are kept."""
    _DECIDED.write(db, [(*_decided(one), one.id) for one in arrived])


def by_reference(db: sqlite3.Connection, channel: int, reference: str) -> sqlite3.Row | None:
    sql = "SELECT * FROM inbound WHERE channel = ? AND reference = ?"
    row: sqlite3.Row | None = db.execute(sql, (channel, reference)).fetchone()
    return row


def lately(db: sqlite3.Connection, address: int) -> list[sqlite3.Row]:
    """Return the last few messages of an address, newest first."""
    sql = "SELECT * FROM inbound WHERE address = ? ORDER BY id DESC LIMIT 10"
    return db.execute(sql, (address,)).fetchall()


_SAID = """
SELECT json_group_object(asked.key,
       (SELECT count(*) FROM
         (SELECT text, received_at FROM inbound WHERE address = CAST(asked.key AS INTEGER)
              AND id < :before ORDER BY id DESC LIMIT 10)
         WHERE text = asked.value AND received_at > :since))
  FROM json_each(:said) AS asked
"""
_said = msgspec.json.Decoder(dict[int, int])


def times_said(
    db: sqlite3.Connection, said: Mapping[int, str], before: int, since: float
) -> dict[int, int]:
    """Return how many of the last few messages of each address were these words, since then.

    Messages are counted up to an id.
    """
    row = {"said": json.dumps(said), "before": before, "since": since}
    (found,) = db.execute(_SAID, row).fetchone()
    return _said.decode(found)


_LAST = """
SELECT reference, received_at FROM inbound
 WHERE id > :near AND channel = :channel AND received_at > :since
 UNION ALL
SELECT told, received_at FROM part WHERE channel = :channel AND received_at > :since
 UNION ALL
SELECT seen, updated_at FROM session
 WHERE channel = :channel AND kind = 'ussd' AND ended_at IS NULL AND seen IS NOT NULL
   AND updated_at > :since
 ORDER BY received_at DESC LIMIT 500
"""


def last_references(
    db: sqlite3.Connection, channel: int, since: float, seconds: float
) -> list[str]:
    """Return the references of the last so many seconds in which a channel was heard."""
    row = {"channel": channel, "since": since, "near": dates.near(db, "inbound", since)}
    rows = db.execute(_LAST, row).fetchall()
    return [r["reference"] for r in rows if r["received_at"] >= rows[0]["received_at"] - seconds]


def answer(row: sqlite3.Row) -> list[str]:
    """Return what was handed back to the provider when this message first came."""
    return list(json.loads(row["answer"])) if row["answer"] else []


def keep_call(
    db: sqlite3.Connection, channel: str, kind: str, reason: str, body: bytes, now: float
) -> None:
    """Keep a refused call whole for a person to look at.

    Only the last thousand are kept: strangers must not be able to fill the disk.
    """
    db.execute(_KEEP, (channel, kind, reason, body[:100_000], now))
    db.execute(_KEEP_THE_LAST, (KEPT_CALLS,))


def kept_calls(db: sqlite3.Connection, limit: int = 25) -> list[sqlite3.Row]:
    sql = "SELECT * FROM kept_call ORDER BY id DESC LIMIT ?"
    return db.execute(sql, (limit,)).fetchall()


def last_of(db: sqlite3.Connection, address: int) -> sqlite3.Row | None:
    """Return the last message of an address, or None."""
    sql = "SELECT id, received_at FROM inbound WHERE address = ? ORDER BY id DESC LIMIT 1"
    row: sqlite3.Row | None = db.execute(sql, (address,)).fetchone()
    return row
