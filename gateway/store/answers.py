"""Answers to what people wrote: rows of the outbox that name the message they answer."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

from gateway.domain.loops import Round
from gateway.store.rows import Rows

_ANSWERS = """
SELECT json_group_array(json_array(asked.value,
       (SELECT count(*) FROM
         (SELECT inbound, created_at FROM outbox
           WHERE alert IS NULL AND address = asked.value
           ORDER BY id DESC LIMIT 50)
         WHERE inbound IS NOT NULL AND created_at > ?),
       (SELECT muted_until FROM address WHERE id = asked.value)))
  FROM json_each(?) AS asked
"""
_ROUNDS = """
SELECT json_group_array(json_array(outbox.address,
       json_array(inbound.text, outbox.text, coalesce(outbox.source, ''))))
  FROM json_each(?) AS asked
  JOIN outbox
    ON outbox.id IN (SELECT id FROM outbox WHERE alert IS NULL AND address = asked.value
                      ORDER BY id DESC LIMIT 20)
  JOIN inbound ON inbound.id = outbox.inbound
 WHERE outbox.created_at > ? AND outbox.feedback IS NULL
"""
_MUTE = "UPDATE address SET muted_until = ? WHERE id = ?"
_ANSWER = Rows(
    """
INSERT INTO outbox (address, recipient, channel, class, text, language, source, parts, alphabet,
                    inbound, created_at, due_at, state, sent_at, attempts)
VALUES {rows}
"""
)


class Answer(Struct, frozen=True):
    """A row of the outbox that answers a message; its fields are ordered as the columns are."""

    address: int
    recipient: str
    channel: int
    class_: int
    text: str
    language: str
    source: str
    parts: int
    alphabet: str
    inbound: int
    created: float
    due: float
    state: str = "queued"
    sent: float | None = None
    attempts: int = 0


class Had(NamedTuple):
    """How many answers an address had, and until when it gets none."""

    answers: int = 0
    muted_until: float = 0.0


_had = msgspec.json.Decoder(list[tuple[int, int, float | None]])
_rounds = msgspec.json.Decoder(list[tuple[int, Round]])


def since(db: sqlite3.Connection, addresses: Sequence[int], since: float) -> dict[int, Had]:
    """How many of our last fifty messages to each address were answers, and since then."""
    (found,) = db.execute(_ANSWERS, (since, str(list(addresses)))).fetchone()
    return {address: Had(count, until or 0.0) for address, count, until in _had.decode(found)}


def rounds(
    db: sqlite3.Connection, addresses: Sequence[int], since: float
) -> dict[int, list[Round]]:
    """Return what each of these said since then, and what we answered."""
    found: dict[int, list[Round]] = {address: [] for address in addresses}
    (told,) = db.execute(_ROUNDS, (str(list(addresses)), since)).fetchone()
    for address, round in _rounds.decode(told):
        found[address].append(round)
    return found


def mute(db: sqlite3.Connection, addresses: Iterable[int], until: float) -> None:
    """Answer these no more until then; what they write is kept all the same."""
    db.executemany(_MUTE, [(until, address) for address in addresses])


def unmute(db: sqlite3.Connection, contact: int) -> None:
    """Answer a person again, at all their addresses."""
    db.execute("UPDATE address SET muted_until = NULL WHERE contact = ?", (contact,))


def add(db: sqlite3.Connection, answers: Iterable[Answer]) -> None:
    """Queue answers to what people wrote."""
    _ANSWER.write(db, [astuple(answer) for answer in answers])
