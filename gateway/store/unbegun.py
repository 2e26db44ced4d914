"""Which messages of claimed batches no provider can have yet."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence

from gateway.domain.messages import Class

Act = Callable[[sqlite3.Connection], object]

_KEEP = "INSERT OR REPLACE INTO unbegun (batch, ids) VALUES (?, ?)"
_ORDINARY = "SELECT id FROM outbox WHERE id IN (SELECT value FROM json_each(?)) AND class != ?"
_STRIKE = "UPDATE unbegun SET ids = ?, question = ? WHERE batch = ?"
_DROP = "DELETE FROM unbegun WHERE batch = ? AND ids = '[]' AND question IS NULL"
_THERE = """
SELECT count(*) FROM outbox WHERE id IN (SELECT value FROM json_each(?))
   AND batch = ? AND +state IN ('claimed', 'unknown')
"""
_OVER = "WHERE batch NOT IN (SELECT batch FROM outbox WHERE state = 'claimed')"


def in_order(db: sqlite3.Connection, acts: Sequence[Act]) -> list[object]:
    """Do what was handed to the writer meanwhile; of one kind, so that none overtakes another."""
    return [act(db) for act in acts]


def keep(db: sqlite3.Connection, batch: str, ids: Sequence[int]) -> None:
    """Write down what is not begun of a batch."""
    db.execute(_KEEP, (batch, str(list(ids))))


def keep_ordinary(db: sqlite3.Connection, batch: str, ids: Sequence[int]) -> None:
    """Write down rows of a batch as not begun, but for emergencies among them."""
    asked = (str(list(ids)), Class.EMERGENCY)
    if found := [row[0] for row in db.execute(_ORDINARY, asked)]:
        keep(db, batch, found)


def begin(
    db: sqlite3.Connection, batch: str, ids: Sequence[int], question: str | None = None
) -> bool:
    """Strike out what is begun; False where it is not all there any more: it was taken back.

    Who asks the same question again, whatever became of the answer, is told the same.
    """
    kept, last = _kept(db, batch)
    if not _are_there(db, batch, ids):
        return False
    if question and question == last:
        return True
    begun = set(ids)
    if not begun or not begun.issubset(kept):
        return False
    _strike(db, batch, [id for id in kept if id not in begun], question)
    return True


def withdraw(db: sqlite3.Connection, batch: str, ids: Sequence[int], question: str) -> None:
    """Note again what was struck out for a question, the last one: nothing of it was begun."""
    kept, last = _kept(db, batch)
    if question == last:
        _strike(db, batch, [*ids, *kept], None)


def _are_there(db: sqlite3.Connection, batch: str, ids: Sequence[int]) -> bool:
    """Whether rows are still of a batch: the note of one that came back is dropped only later."""
    there: int = db.execute(_THERE, (str(list(ids)), batch)).fetchone()[0]
    return there == len(ids)


def _kept(db: sqlite3.Connection, batch: str) -> tuple[list[int], str | None]:
    row = db.execute("SELECT ids, question FROM unbegun WHERE batch = ?", (batch,)).fetchone()
    return (json.loads(row["ids"]), row["question"]) if row else ([], None)


def _strike(db: sqlite3.Connection, batch: str, left: Sequence[int], question: str | None) -> None:
    db.execute(_STRIKE, (str(list(left)), question, batch))
    db.execute(_DROP, (batch,))


def take_back(db: sqlite3.Connection, batches: Iterable[str]) -> dict[str, list[int]]:
    """Return what is not begun of batches, and have nobody begin it any more."""
    found = {}
    for batch in batches:
        ids, question = _kept(db, batch)
        if ids:
            found[batch] = ids
            _strike(db, batch, (), question)
    return found


def batches(db: sqlite3.Connection) -> list[str]:
    """Return the batches of which something is surely not begun."""
    return [row["batch"] for row in db.execute("SELECT batch FROM unbegun WHERE ids != '[]'")]


def over(db: sqlite3.Connection) -> bool:
    """Whether something is kept of batches of which nothing is on its way any more."""
    return db.execute(f"SELECT 1 FROM unbegun {_OVER} LIMIT 1").fetchone() is not None


def forget(db: sqlite3.Connection) -> None:
    """Forget batches of which nothing is on its way any more."""
    db.execute(f"DELETE FROM unbegun {_OVER}")


def on_their_way(db: sqlite3.Connection, channel: int) -> dict[str, list[int]]:
    """Return the batches of a channel that are on their way, each with its rows."""
    sql = "SELECT id, batch FROM outbox WHERE state = 'claimed' AND channel = ?"
    found: dict[str, list[int]] = {}
    for row in db.execute(sql, (channel,)):
        found.setdefault(row["batch"], []).append(row["id"])
    return found
