"""Items as people's words bring them about, many at once."""

import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache

from msgspec import Struct

from gateway.domain import feedback as rules
from gateway.domain.feedback import Priority, Status, Type
from gateway.store.feedback.items import EVENT
from gateway.store.rows import Rows

_FILE = Rows(
    """
INSERT INTO feedback (id, reference, inbound, session, address, channel, text, language, area, type,
                      code, status, priority, sensitive, partial, created_at, updated_at, due_at)
VALUES {rows}
"""
)
_UNCODED = "SELECT id FROM code WHERE category = 'none' AND code = 'uncoded'"


class Filed(Struct, frozen=True):
    """An item as a person's words bring it about; `note` is what the gateway thinks of it."""

    reference: str
    channel: int
    text: str
    type: str
    now: float
    inbound: int | None = None
    session: int | None = None
    address: int | None = None
    language: str | None = None
    area: int | None = None
    priority: str | None = None
    partial: bool = False
    note: str = ""


def file(db: sqlite3.Connection, items: Sequence[Filed]) -> list[int]:
    """Keep items and acknowledge all but the partial ones; return their ids.

    One thread writes, so ids are counted here.
    """
    first = db.execute("SELECT coalesce(max(id), 0) + 1 FROM feedback").fetchone()[0]
    ids = list(range(first, first + len(items)))
    uncoded = db.execute(_UNCODED).fetchone()  # none where there is no codebook
    code = uncoded and uncoded[0]
    _FILE.write(db, [_filed(item, id, code) for item, id in zip(items, ids, strict=True)])
    EVENT.write(
        db, [line for item, id in zip(items, ids, strict=True) for line in _begun(item, id)]
    )
    return ids


def _filed(item: Filed, id: int, code: int | None) -> tuple[object, ...]:
    """Return the row of an item, in the order of `_FILE`."""
    type, status, priority, sensitive, patience = _standing(item.type, item.priority, item.partial)
    return (
        id,
        item.reference,
        item.inbound,
        item.session,
        item.address,
        item.channel,
        item.text,
        item.language,
        item.area,
        type,
        code,
        status,
        priority,
        sensitive,
        int(item.partial),
        item.now,
        item.now,
        None if patience is None else item.now + patience,
    )


@cache
def _standing(
    type: str, priority: str | None, partial: bool
) -> tuple[str, str, str, int, float | None]:
    """Return what an item begins as: type, status, priority, sensitivity, seconds until a step."""
    kind = Type(type)
    rank = Priority(priority) if priority else rules.priority_of(kind)
    status = Status.NEW if partial else Status.ACKNOWLEDGED
    patience = rules.due(rank, 0.0, status)
    return kind.value, status.value, rank.value, int(kind == Type.SENSITIVE), patience


def _begun(item: Filed, id: int) -> Iterator[tuple[object, ...]]:
    """Yield the first lines of an item's history, in the order of EVENT."""
    if not item.partial:
        yield id, "status", "new", "acknowledged", None, "system", None, None, item.now
    if item.note:
        yield id, "note", None, None, item.note, "system", None, None, item.now
