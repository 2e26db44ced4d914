"""Many rows in one statement.

With each row of `executemany`, and with each row that is fetched, sqlite3 lets other threads of
Python run, and waits until its turn comes again. That costs more than the row.
"""

import sqlite3
from collections.abc import Sequence
from itertools import chain

# Rows a statement has. Few statements, each prepared once; and up to 32 rows take two at most.
SIZES = (32, 28, 24, 20, 16, 12, 8, 7, 6, 5, 4, 3, 2, 1)


class Rows:
    """A statement with `{rows}` for what it writes: `(?, ?), (?, ?)` and so on.

    A column that is empty in every row is written as NULL: to bind None is dearer to sqlite3 than
    any other value.
    """

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._made: dict[tuple[bool, ...], dict[int, str]] = {}

    def write(self, db: sqlite3.Connection, rows: Sequence[Sequence[object]]) -> int:
        """Write rows in their order; return the id of the last that was inserted."""
        columns = list(zip(*rows, strict=True))
        empty = tuple([column.count(None) == len(rows) for column in columns])
        sql = self._made.get(empty) or self._statements(empty)
        if any(empty):
            columns = [
                column for column, is_empty in zip(columns, empty, strict=True) if not is_empty
            ]
            rows = list(zip(*columns, strict=True)) or [()] * len(rows)
        at, last = 0, None
        for size in SIZES:
            while len(rows) - at >= size:
                values = tuple(chain.from_iterable(rows[at : at + size]))
                last = db.execute(sql[size], values).lastrowid
                at += size
        return last or 0

    def _statements(self, empty: Sequence[bool]) -> dict[int, str]:
        row = f"({', '.join('NULL' if is_empty else '?' for is_empty in empty)})"
        made = {size: self._sql.format(rows=", ".join([row] * size)) for size in SIZES}
        return self._made.setdefault(tuple(empty), made)
