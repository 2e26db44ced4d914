"""Answers to what people wrote: rows of the outbox that name the message they answer."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gateway.domain.loops import Round

_ANSWERS = """
SELECT asked.value AS address,
       (SELECT count(*) FROM
         (SELECT inbound, created_at FROM outbox WHERE address = asked.value
           ORDER BY id DESC LIMIT 50)
         WHERE inbound IS NOT NULL AND created_at > ?) AS answers,
       (SELECT muted_until FROM address WHERE id = asked.value) AS muted_until
  FROM json_each(?) AS asked
"""
_ROUNDS = """
SELECT outbox.address, inbound.text AS said, outbox.text AS answered, outbox.source
  FROM json_each(?) AS asked
  JOIN outbox
    ON outbox.id IN (SELECT id FROM outbox WHERE address = asked.value ORDER BY id DESC LIMIT 20)
  JOIN inbound ON inbound.id = outbox.inbound
 WHERE outbox.created_at > ? AND outbox.feedback IS NULL
 ORDER BY outbox.id
"""
_MUTE = "UPDATE address SET muted_until = ? WHERE id = ?"
_ANSWER = """
INSERT INTO outbox (address, recipient, channel, class, due_at, text, language, source,
                    parts, alphabet, inbound, created_at, state, sent_at, attempts)
VALUES (:address, :recipient, :channel, :class_, :now, :text, :language, :source,
        :parts, :alphabet, :inbound, :now,
        iif(:back, 'sent', 'queued'), iif(:back, :now, NULL), :back)
"""


class Had(NamedTuple):
    """How many answers an address had, and until when it gets none."""

    answers: int = 0
    muted_until: float = 0.0


def since(db: sqlite3.Connection, addresses: Sequence[int], since: float) -> dict[int, Had]:
    """How many of our last fifty messages to each address were answers, and since then."""
    rows = db.execute(_ANSWERS, (since, str(list(addresses))))
    return {row["address"]: Had(row["answers"], row["muted_until"] or 0.0) for row in rows}


def rounds(
    db: sqlite3.Connection, addresses: Sequence[int], since: float
) -> dict[int, list[Round]]:
    """Return what each of these said since then, and what we answered, oldest first."""
    found: dict[int, list[Round]] = {address: [] for address in addresses}
    for row in db.execute(_ROUNDS, (str(list(addresses)), since)):
        one = Round(row["said"], row["answered"], row["source"] or "")
        found[row["address"]].append(one)
    return found


def mute(db: sqlite3.Connection, addresses: Iterable[int], until: float) -> None:
    """Answer these no more until then; what they write is kept all the same."""
    db.executemany(_MUTE, [(until, address) for address in addresses])


def unmute(db: sqlite3.Connection, contact: int) -> None:
    """Answer a person again, at all their addresses."""
    db.execute("UPDATE address SET muted_until = NULL WHERE contact = ?", (contact,))


def add(db: sqlite3.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Queue answers to what people wrote.

    Those that go `back` in the provider's own call are sent already: no lane will claim them.
    """
    db.executemany(_ANSWER, rows)
