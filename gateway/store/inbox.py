"""Messages that came in, told once however often the provider tells them."""

import json
import sqlite3

from gateway.domain.messages import Inbound

_ADD = """
INSERT INTO inbound (channel, reference, address, sender, recipient, text, raw, media, network,
                     flags, provider_at, received_at, language, decision, answer)
VALUES (:channel, :reference, :address, :sender, :recipient, :text, :raw, :media, :network,
        :flags, :provider_at, :received_at, NULL, '', NULL)
    ON CONFLICT (channel, reference) DO NOTHING
RETURNING id
"""
_KEEP = "INSERT INTO kept_call (channel, kind, reason, body, at) VALUES (?, ?, ?, ?, ?)"

_KEEP_THE_LAST = """
DELETE FROM kept_call WHERE id <= (SELECT max(id) FROM kept_call) - ?
"""

KEPT_CALLS = 1000
KEPT_SECONDS = 7 * 86400


def add(
    db: sqlite3.Connection,
    channel: int,
    message: Inbound,
    address: int | None,
    now: float,
    raw: bytes | None = None,
) -> int | None:
    """Keep a message; return its id, or None if we already have it."""
    media = json.dumps([{"url": m.url, "type": m.type} for m in message.media])
    row = {
        "channel": channel,
        "reference": message.reference,
        "address": address,
        "sender": message.sender,
        "recipient": message.to,
        "text": message.text,
        "raw": raw,
        "media": media if message.media else None,
        "network": message.network,
        "flags": ",".join(message.flags) or None,
        "provider_at": message.at.timestamp() if message.at else None,
        "received_at": now,
    }
    found = db.execute(_ADD, row).fetchone()
    return int(found["id"]) if found else None


def decided(
    db: sqlite3.Connection, id: int, decision: str, language: str | None, answer: list[str]
) -> None:
    """Write down what was decided and answered, so that a repeat gets the same answer."""
    sql = "UPDATE inbound SET decision = ?, language = ?, answer = ? WHERE id = ?"
    db.execute(sql, (decision, language, json.dumps(answer) if answer else None, id))


def by_reference(db: sqlite3.Connection, channel: int, reference: str) -> sqlite3.Row | None:
    sql = "SELECT * FROM inbound WHERE channel = ? AND reference = ?"
    row: sqlite3.Row | None = db.execute(sql, (channel, reference)).fetchone()
    return row


def lately(db: sqlite3.Connection, address: int) -> list[sqlite3.Row]:
    """Return the last few messages of an address, newest first."""
    sql = "SELECT * FROM inbound WHERE address = ? ORDER BY id DESC LIMIT 10"
    return db.execute(sql, (address,)).fetchall()


_LAST = """
SELECT reference, received_at FROM inbound WHERE channel = :channel AND received_at > :since
 UNION ALL
SELECT told, received_at FROM part WHERE channel = :channel AND received_at > :since
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


def drop_old_calls(db: sqlite3.Connection, now: float) -> int:
    return db.execute("DELETE FROM kept_call WHERE at < ?", (now - KEPT_SECONDS,)).rowcount


def has_old_calls(db: sqlite3.Connection, now: float) -> bool:
    oldest = db.execute("SELECT at FROM kept_call ORDER BY id LIMIT 1").fetchone()
    return oldest is not None and oldest["at"] < now - KEPT_SECONDS


def kept_calls(db: sqlite3.Connection, limit: int = 25) -> list[sqlite3.Row]:
    sql = "SELECT * FROM kept_call ORDER BY id DESC LIMIT ?"
    return db.execute(sql, (limit,)).fetchall()


def last_of(db: sqlite3.Connection, address: int) -> sqlite3.Row | None:
    """Return the last message of an address, or None."""
    sql = "SELECT id, received_at FROM inbound WHERE address = ? ORDER BY id DESC LIMIT 1"
    row: sqlite3.Row | None = db.execute(sql, (address,)).fetchone()
    return row


def last_heard(db: sqlite3.Connection) -> float:
    """Return when the last message came in, 0 if none ever did."""
    return float(db.execute("SELECT coalesce(max(received_at), 0) FROM inbound").fetchone()[0])
