"""What went to people lately, as the gate asks it of a whole batch."""

import sqlite3
from collections.abc import Sequence

# What reached somebody, may have, or is about to by another batch. Of two that are on their way
# at the same time who was claimed later gives way, so that they do not both wait for each other.
_WENT = """
  AND (past.state IN ('sent', 'delivered', 'unknown')
       OR (past.state = 'claimed' AND past.batch IS NOT mine.batch
           AND (past.claimed_at, past.batch) < (mine.claimed_at, mine.batch)))
  AND coalesce(past.sent_at, past.claimed_at) > :since
"""
_TWINS = f"""
SELECT mine.id FROM json_each(:ids) AS asked JOIN outbox AS mine ON mine.id = asked.value
 WHERE EXISTS (
   SELECT 1 FROM outbox AS past
    WHERE past.id IN (SELECT id FROM outbox WHERE address = mine.address ORDER BY id DESC LIMIT 20)
      AND past.id <> mine.id {_WENT}
      AND coalesce(past.text, (SELECT text FROM alert_text WHERE id = past.alert_text))
        = coalesce(mine.text, (SELECT text FROM alert_text WHERE id = mine.alert_text)))
"""
_UNASKED = f"""
SELECT past.address, past.class, coalesce(past.sent_at, past.claimed_at) AS at
  FROM json_each(:ids) AS asked JOIN outbox AS mine ON mine.id = asked.value
  JOIN outbox AS past
    ON past.id IN (SELECT id FROM outbox WHERE address = mine.address ORDER BY id DESC LIMIT 50)
 WHERE past.id <> mine.id {_WENT}
   AND past.class > 0 AND (past.alert IS NOT NULL OR past.class = 3)
   AND past.inbound IS NULL AND past.feedback IS NULL AND NOT past.forced
"""


def twins(db: sqlite3.Connection, ids: Sequence[int], since: float) -> set[int]:
    """Return which of these claimed rows say what their recipient was told since."""
    return {row["id"] for row in db.execute(_TWINS, {"ids": str(list(ids)), "since": since})}


def unasked(db: sqlite3.Connection, ids: Sequence[int], since: float) -> list[sqlite3.Row]:
    """Return the alerts and bulk messages that went since to whom these claimed rows are for.

    Name one row of each address.
    """
    return db.execute(_UNASKED, {"ids": str(list(ids)), "since": since}).fetchall()
