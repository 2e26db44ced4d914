"""Answers to what people wrote: rows of the outbox that name the message they answer."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_ANSWERS = """
SELECT value AS address,
       (SELECT count(*) FROM
         (SELECT inbound, created_at FROM outbox WHERE address = value ORDER BY id DESC LIMIT 100)
         WHERE inbound IS NOT NULL AND created_at > ?) AS answers
  FROM json_each(?)
"""
_ANSWER = """
INSERT INTO outbox (address, recipient, channel, class, due_at, text, language, source,
                    parts, alphabet, inbound, created_at, state, sent_at, attempts)
VALUES (:address, :recipient, :channel, :class_, :now, :text, :language, :source,
        :parts, :alphabet, :inbound, :now,
        iif(:back, 'sent', 'queued'), iif(:back, :now, NULL), :back)
"""


def since(db: sqlite3.Connection, addresses: Sequence[int], since: float) -> dict[int, int]:
    """How many of our last hundred messages to each address were answers, and since then."""
    rows = db.execute(_ANSWERS, (since, str(list(addresses))))
    return {row["address"]: row["answers"] for row in rows}


def add(db: sqlite3.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Queue answers to what people wrote.

    Those that go `back` in the provider's own call are sent already: no lane will claim them.
    """
    db.executemany(_ANSWER, rows)
