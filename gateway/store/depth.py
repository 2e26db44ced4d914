"""How deep the queue is, for monitoring; every count through an index, no personal data."""

import json
import sqlite3

from gateway.domain.gate import ENOUGH_THIS_WEEK, ENOUGH_TODAY, QUIET
from gateway.store import dates
from gateway.store.capped import capped

LOOKED_AT = 1000  # rows of a line: what was tried in vain is among the first that are due
HELD = (QUIET, ENOUGH_TODAY, ENOUGH_THIS_WEEK)  # these are not late: they wait for their hour
_QUEUED = "outbox WHERE channel = ch.id AND class = k.class AND state = 'queued'"
_DUE = f"(SELECT due_at FROM {_QUEUED} ORDER BY due_at LIMIT 1)"
# What was tried in vain is due later with each try, and has waited all the same. What a receipt
# brought back had gone meanwhile.
_TRIED = f"""
(SELECT min(created_at) FROM
   (SELECT created_at, reason, resends FROM {_QUEUED} ORDER BY due_at LIMIT :most)
  WHERE reason NOT IN (SELECT value FROM json_each(:held)) AND resends = 0)"""
_WAITING = f"""
SELECT ch.name AS channel, k.class, ({capped(f"SELECT 1 FROM {_QUEUED}")}) AS rows,
       coalesce(min({_DUE}, {_TRIED}), {_DUE}) AS oldest
  FROM channel AS ch, (SELECT 0 AS class UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3)
       AS k
 WHERE EXISTS (SELECT 1 FROM {_QUEUED}) ORDER BY ch.id, k.class
"""
_ON_THE_WAY = capped("SELECT 1 FROM outbox INDEXED BY outbox_claimed WHERE state = 'claimed'")
_STATES = """
SELECT state, count(*) AS rows FROM outbox WHERE id > ? AND created_at >= ? GROUP BY state
"""
_INBOUND = "SELECT coalesce(max(id), 0) FROM inbound"
_OUTBOX = "SELECT coalesce(max(id), 0) FROM outbox"
_HELD = "SELECT name, enabled, held_until FROM channel WHERE retired_at IS NULL ORDER BY id"


def waiting(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return how many messages wait, counted up to MANY, and since when, by channel and class."""
    values = {"most": LOOKED_AT, "held": json.dumps(HELD)}
    return db.execute(_WAITING, values).fetchall()


def on_the_way(db: sqlite3.Connection) -> int:
    """Return how many messages are claimed: with what sends them, and not told of yet."""
    return int(db.execute(_ON_THE_WAY).fetchone()[0])


def states(db: sqlite3.Connection, since: float) -> dict[str, int]:
    """Return how many messages created since then are in each state."""
    found = db.execute(_STATES, (dates.near(db, "outbox", since), since))
    return {row["state"]: row["rows"] for row in found}


def totals(db: sqlite3.Connection) -> dict[str, int]:
    """Return how many messages ever came in and went into the outbox."""
    return {
        "in": int(db.execute(_INBOUND).fetchone()[0]),
        "out": int(db.execute(_OUTBOX).fetchone()[0]),
    }


def channels(db: sqlite3.Connection, now: float) -> dict[str, bool]:
    """Return whether each channel may send now."""
    rows = db.execute(_HELD).fetchall()
    return {row["name"]: bool(row["enabled"]) and (row["held_until"] or 0) <= now for row in rows}
