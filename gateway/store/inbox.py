"""Messages that came in, told once however often the provider tells them."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from gateway.domain.messages import Inbound
from gateway.store.rows import Rows

_ADD = Rows(
    """
INSERT INTO inbound (id, channel, reference, address, sender, recipient, text, raw, media, network,
                     flags, provider_at, received_at, decision)
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


def add(
    db: sqlite3.Connection,
    channel: int,
    messages: Sequence[tuple[Inbound, int | None, bytes | None]],
    now: float,
) -> list[int | None]:
    """Keep messages, each with its address and raw call; None for one that we already have.

    One thread writes, so ids are counted here; no two of these may have one reference.
    """
    asked = json.dumps([message.reference for message, _, _ in messages])
    told = {row["reference"] for row in db.execute(_TOLD, (channel, asked))}
    first = db.execute("SELECT coalesce(max(id), 0) + 1 FROM inbound").fetchone()[0]
    ids: list[int | None] = []
    rows: list[tuple[object, ...]] = []
    for message, address, raw in messages:
        known = message.reference in told
        ids.append(None if known else first + len(rows))
        if not known:
            rows.append((ids[-1], channel, *_columns(message, address, raw), now, ""))
    _ADD.write(db, rows)
    return ids


def _columns(message: Inbound, address: int | None, raw: bytes | None) -> tuple[object, ...]:
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


Decision = tuple[str, str | None, Sequence[str], int]


def decided(db: sqlite3.Connection, decisions: Iterable[Decision]) -> None:
    """Write down what was decided, in which language, and what was answered, by inbound id.

    A repeat then gets the same answer.
    """
    rows = [
        (decision, language, json.dumps(answers) if answers else None, id)
        for decision, language, answers, id in decisions
    ]
    _DECIDED.write(db, rows)


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
           ORDER BY id DESC LIMIT 10)
         WHERE text = asked.value AND received_at > ?))
  FROM json_each(?) AS asked
"""
_said = msgspec.json.Decoder(dict[int, int])


def times_said(db: sqlite3.Connection, said: Mapping[int, str], since: float) -> dict[int, int]:
    """Return how many of the last few messages of each address were these words, since then."""
    (found,) = db.execute(_SAID, (since, json.dumps(said))).fetchone()
    return _said.decode(found)


_LAST = """
SELECT reference, received_at FROM inbound WHERE channel = :channel AND received_at > :since
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
    rows = db.execute(_LAST, {"channel": channel, "since": since}).fetchall()
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
