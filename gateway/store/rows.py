"""Many rows in one statement.

With each row of `executemany`, and with each row that is fetched, sqlite3 lets other threads of
Python run, and waits until its turn comes again. That costs more than the row.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

SIZES = (32, 16, 8, 4, 2, 1)  # rows a statement has: few statements, each prepared once


class Rows:
    """A statement with `{rows}` for what it writes: `(?, ?), (?, ?)` and so on.

    `names` are the columns of a row, in their order.
    """

    def __init__(self, sql: str, names: str) -> None:
        self._names = names.split()
        row = f"({', '.join('?' * len(self._names))})"
        self._sql = {size: sql.format(rows=", ".join([row] * size)) for size in SIZES}

    def write(self, db: sqlite3.Connection, rows: Sequence[Sequence[object]]) -> None:
        """Write rows in their order."""
        at = 0
        for size in SIZES:
            while len(rows) - at >= size:
                db.execute(self._sql[size], tuple(chain.from_iterable(rows[at : at + size])))
                at += size

    def write_named(self, db: sqlite3.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows whose values are known by name."""
        values = itemgetter(*self._names)
        self.write(db, [values(row) for row in rows])
