"""Which messages of claimed batches no provider can have yet."""

import sqlite3
from collections.abc import Sequence

Note = tuple[str, Sequence[int]]  # a batch, and the ids of it that are not begun

_KEEP = "INSERT OR REPLACE INTO unbegun (batch, ids) VALUES (?, ?)"
_DROP = "DELETE FROM unbegun WHERE batch = ?"
_OVER = "WHERE batch NOT IN (SELECT batch FROM outbox WHERE state = 'claimed')"
_ROWS = """
SELECT outbox.id FROM unbegun JOIN json_each(unbegun.ids) AS one
  JOIN outbox ON outbox.id = one.value
 WHERE outbox.state = 'claimed' AND outbox.batch = unbegun.batch
"""


def note(db: sqlite3.Connection, told: Sequence[Note]) -> list[None]:
    """Write down what is not begun of batches; nothing is kept of one that is begun whole."""
    last = dict(told)
    db.executemany(_KEEP, [(batch, str(list(ids))) for batch, ids in last.items() if ids])
    db.executemany(_DROP, [(batch,) for batch, ids in last.items() if not ids])
    return [None] * len(told)


def rows(db: sqlite3.Connection) -> list[int]:
    """Return claimed rows that are surely not begun."""
    return [row["id"] for row in db.execute(_ROWS)]


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
