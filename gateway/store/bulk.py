"""Thousands of rows at once: for one call of a program, in one transaction.

Ids are not asked for row by row: they go up by one, and nobody else writes meanwhile.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.store.rows import Rows

_LEDGER = """
SELECT consent.number_key, consent.state, consent.at FROM consent
 WHERE id IN (SELECT max(consent.id) FROM json_each(?) AS asked
                JOIN consent ON consent.number_key = asked.value
               WHERE consent.topic IS NULL GROUP BY consent.number_key)
"""
_CONTACT = Rows("INSERT INTO contact (id, source, created_at, heard_at) VALUES {rows}")
_ADDRESS = Rows(
    "INSERT INTO address (id, contact, kind, value, channel, consent, consent_at) VALUES {rows}"
)
_SPEAK = Rows(
    """
WITH told (language, id) AS (VALUES {rows})
UPDATE contact SET language = told.language FROM told WHERE contact.id = told.id
"""
)
_QUEUE = Rows(
    """
INSERT INTO outbox (address, recipient, channel, class, due_at, expires_at, text, language,
                    source, parts, alphabet, forced, created_at)
VALUES {rows}
"""
)


class Stranger(NamedTuple):
    """Somebody not known yet: an address, its kind, and its keyed hash."""

    value: str
    kind: str
    key: str


def add_contacts(
    db: sqlite3.Connection,
    strangers: Sequence[Stranger],
    source: str,
    now: float,
    channel: int | None = None,
    heard: bool = False,
) -> None:
    """Add people, each with one address; who left before, and was forgotten, stays out."""
    rows = db.execute(_LEDGER, (json.dumps([one.key for one in strangers]),))
    told = {row["number_key"]: (row["state"], row["at"]) for row in rows}
    contact, address = _next(db, "contact"), _next(db, "address")
    heard_at = now if heard else None
    _CONTACT.write(db, [(contact + n, source, now, heard_at) for n in range(len(strangers))])
    _ADDRESS.write(
        db,
        [
            (address + n, contact + n, one.kind, one.value, channel)
            + told.get(one.key, ("none", None))
            for n, one in enumerate(strangers)
        ],
    )


def set_languages(db: sqlite3.Connection, languages: Mapping[int, str]) -> None:
    """Set the languages of contacts, by id."""
    _SPEAK.write(db, [(language, contact) for contact, language in languages.items()])


class Message(NamedTuple):
    """A message for the outbox; times in seconds since 1970. The fields are in `_QUEUE`'s order.

    `address` is the row of who is known, None for a bare number.
    """

    address: int | None
    recipient: str
    channel: int
    class_: int
    due_at: float
    expires_at: float | None
    text: str
    language: str | None
    source: str
    parts: int
    alphabet: str
    forced: bool
    now: float


def queue(db: sqlite3.Connection, messages: Sequence[Message]) -> range:
    """Put messages in the outbox; return their ids, in the order given."""
    last = _QUEUE.write(db, messages) if messages else 0
    return range(last - len(messages) + 1, last + 1)


def _next(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])
