"""What the gate held or withheld: how many rows, by day, channel, class and reason."""

import sqlite3
from collections.abc import Mapping

from gateway.store.rows import Rows

_COUNT = Rows(
    """
INSERT INTO refused (day, channel, class, reason, rows) VALUES {rows}
    ON CONFLICT (day, channel, class, reason) DO UPDATE SET rows = rows + excluded.rows
"""
)
_TOTALS = """
SELECT channel.name AS channel, class, reason, sum(rows) AS rows
  FROM refused JOIN channel ON channel.id = refused.channel
 GROUP BY channel.name, class, reason ORDER BY channel.name, class, reason
"""
_EACH = """
SELECT channel.name AS channel, class, reason, rows
  FROM refused JOIN channel ON channel.id = refused.channel
 WHERE day = ? ORDER BY channel.name, class, reason
"""
_OF_DAY = """
SELECT reason, sum(rows) AS rows FROM refused WHERE day = ? GROUP BY reason ORDER BY reason
"""


def count(
    db: sqlite3.Connection, day: str, channel: int, counts: Mapping[tuple[int, str], int]
) -> None:
    """Count rows of a channel by class and reason, in the transaction that refuses them."""
    rows = [(day, channel, class_, reason, n) for (class_, reason), n in counts.items()]
    _COUNT.write(db, rows)


def totals(db: sqlite3.Connection) -> list[sqlite3.Row]:
    return db.execute(_TOTALS).fetchall()


def of_day(db: sqlite3.Connection, day: str) -> dict[str, int]:
    """Return how many rows were refused on a day, by reason."""
    return {row["reason"]: row["rows"] for row in db.execute(_OF_DAY, (day,))}


def each_of_day(db: sqlite3.Connection, day: str) -> list[sqlite3.Row]:
    """Return how many rows were refused on a day, by channel, class and reason."""
    return db.execute(_EACH, (day,)).fetchall()
