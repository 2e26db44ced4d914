"""The parts of longer texts on their way: what a network calls each, and what became of them."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.domain.messages import Status

_NAME = """
INSERT INTO piece (channel, reference, outbox)
SELECT channel, :reference, id FROM outbox WHERE id = :id AND batch = :batch
    ON CONFLICT (channel, reference) DO UPDATE SET outbox = excluded.outbox
"""
_NUMBER = """
UPDATE outbox SET pieces = :pieces
 WHERE id = :id AND batch = :batch AND (:pieces > 1 OR parts > 1)
"""
# Once the network's own names of the parts are known, only they count: what an earlier try left
# on its way is another text to the phone.
_TOLD = """
SELECT receipt.outbox AS id, receipt.status, receipt.error, receipt.retry, receipt.reference,
       piece.outbox IS NOT NULL AS is_named,
       CASE WHEN piece.outbox IS NULL THEN receipt.piece ELSE receipt.reference END AS piece
  FROM receipt LEFT JOIN piece ON piece.channel = receipt.channel
                              AND piece.reference = receipt.reference
                              AND piece.outbox = receipt.outbox
 WHERE receipt.outbox IN (SELECT value FROM json_each(?))
   AND (piece.outbox IS NOT NULL
        OR NOT EXISTS (SELECT 1 FROM piece AS named WHERE named.outbox = receipt.outbox))
 ORDER BY receipt.id
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of a part; what has the same `of` is of the same try."""

    piece: str
    status: Status
    error: str | None
    of: str
    retry: str | None


def name(db: sqlite3.Connection, rows: Iterable[tuple[int, str, Sequence[str]]]) -> None:
    """Note what the parts of messages are called: id, batch and names each."""
    named, numbers = [], []
    for id, batch, pieces in rows:
        numbers.append({"id": id, "batch": batch, "pieces": len(pieces)})
        if len(pieces) > 1:
            named += [{"id": id, "batch": batch, "reference": piece} for piece in pieces]
    db.executemany(_NAME, named)
    db.executemany(_NUMBER, numbers)


def told(db: sqlite3.Connection, ids: Iterable[int]) -> dict[int, list[Told]]:
    """Return all that was told of these messages, part by part."""
    found: dict[int, list[Told]] = {}
    for row in db.execute(_TOLD, (json.dumps(list(ids)),)):
        of = "" if row["is_named"] else row["reference"]
        one = Told(row["piece"], Status(row["status"]), row["error"], of, row["retry"])
        found.setdefault(row["id"], []).append(one)
    return found
