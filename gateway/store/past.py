"""What went to people lately, as the gate asks it of a whole batch."""

import sqlite3
from collections.abc import Sequence

WEEK = 7 * 86400

# What reached somebody, may have, or is about to by another batch. Of two that are on their way
# at the same time who was claimed later gives way, so that they do not both wait for each other.
_WENT = """
  AND (past.state IN ('sent', 'delivered', 'unknown')
       OR (past.state = 'claimed' AND past.batch IS NOT mine.batch
           AND (past.claimed_at, past.batch) < (mine.claimed_at, mine.batch)))
  AND coalesce(past.sent_at, past.claimed_at) > :since
"""
# Alerts of which a row may have gone since. One that is stopped or over may still end a row that
# a provider takes long over, not one of more than a week ago.
_LIVE = f"""
WITH live AS MATERIALIZED (
  SELECT id FROM alert INDEXED BY alert_rows WHERE expanded_to > 0 AND ended_at IS NULL
   UNION ALL
  SELECT id FROM alert INDEXED BY alert_rows WHERE expanded_to > 0 AND ended_at > :since - {WEEK})
"""


def _latest(most: int) -> str:
    """Return SQL for what went to `mine.address`: the newest alone, and all with others."""
    return f"""
      SELECT id FROM (SELECT id FROM outbox WHERE alert IS NULL AND address = mine.address
                       ORDER BY id DESC LIMIT {most})
       UNION ALL
      SELECT outbox.id FROM live
       CROSS JOIN outbox ON outbox.alert = live.id AND outbox.address = mine.address
    """


_TWINS = f"""
{_LIVE}
SELECT mine.id FROM json_each(:ids) AS asked JOIN outbox AS mine ON mine.id = asked.value
 WHERE EXISTS (
   SELECT 1 FROM outbox AS past
    WHERE past.id IN ({_latest(20)})
      AND past.id <> mine.id {_WENT}
      AND coalesce(past.text, (SELECT text FROM alert_text WHERE id = past.alert_text))
        = coalesce(mine.text, (SELECT text FROM alert_text WHERE id = mine.alert_text)))
"""
_UNASKED = f"""
{_LIVE}
SELECT past.address, past.class, coalesce(past.sent_at, past.claimed_at) AS at
  FROM json_each(:ids) AS asked JOIN outbox AS mine ON mine.id = asked.value
  JOIN outbox AS past ON past.id IN ({_latest(50)})
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
