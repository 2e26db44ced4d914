"""Answers to what people wrote: rows of the outbox that name the message they answer."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from gateway.domain.loops import Round
from gateway.store.rows import Rows

_ANSWERS = """
SELECT json_group_array(json_array(asked.value,
       (SELECT count(*) FROM
         (SELECT inbound, created_at FROM outbox WHERE address = asked.value
           ORDER BY id DESC LIMIT 50)
         WHERE inbound IS NOT NULL AND created_at > ?),
       (SELECT muted_until FROM address WHERE id = asked.value)))
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
_ANSWER = Rows(
    """
INSERT INTO outbox (address, recipient, channel, class, text, language, source, parts, alphabet,
                    inbound, created_at, due_at, state, sent_at, attempts)
VALUES {rows}
""",
    "address recipient channel class_ text language source parts alphabet inbound now"
    " now state sent back",
)


class Had(NamedTuple):
    """How many answers an address had, and until when it gets none."""

    answers: int = 0
    muted_until: float = 0.0


_had = msgspec.json.Decoder(list[tuple[int, int, float | None]])


def since(db: sqlite3.Connection, addresses: Sequence[int], since: float) -> dict[int, Had]:
    """How many of our last fifty messages to each address were answers, and since then."""
    (found,) = db.execute(_ANSWERS, (since, str(list(addresses)))).fetchone()
    return {address: Had(count, until or 0.0) for address, count, until in _had.decode(found)}


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


def add(db: sqlite3.Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Queue answers to what people wrote.

    Those that go `back` in the provider's own call are sent already: no lane will claim them.
    """
    _ANSWER.write_named(db, [row | _stands(row["back"], row["now"]) for row in rows])


def _stands(back: int, now: float) -> dict[str, object]:
    return {"state": "sent", "sent": now} if back else {"state": "queued", "sent": None}
