"""Thousands of rows at once: for one call of a program, in one transaction.

Ids are counted here, not asked for row by row: one thread writes, so nobody takes them meanwhile.
"""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from gateway.store.rows import Rows

_LEDGER = """
SELECT consent.number_key, consent.state, consent.at FROM consent
 WHERE id IN (SELECT max(consent.id) FROM json_each(?) AS asked
                JOIN consent ON consent.number_key = asked.value
               WHERE consent.topic IS NULL GROUP BY consent.number_key)
"""
_CONTACT = Rows(
    "INSERT INTO contact (id, source, created_at, heard_at) VALUES {rows}",
    "id source created_at heard_at",
)
_ADDRESS = Rows(
    "INSERT INTO address (id, contact, kind, value, channel, consent, consent_at) VALUES {rows}",
    "id contact kind value channel consent consent_at",
)
_QUEUE = Rows(
    """
INSERT INTO outbox (id, address, recipient, channel, class, due_at, expires_at, text, language,
                    source, parts, alphabet, forced, created_at)
VALUES {rows}
""",
    "id address recipient channel class_ due_at expires_at text language"
    " source parts alphabet forced now",
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


def queue(db: sqlite3.Connection, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Put messages in the outbox; return their ids, in the order given."""
    first = _next(db, "outbox")
    _QUEUE.write_named(db, [row | {"id": first + n} for n, row in enumerate(rows)])
    return list(range(first, first + len(rows)))


def _next(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])
