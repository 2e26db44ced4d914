"""What was claimed before somebody decided that it must not go."""

import json
import sqlite3

_ALERTS = """
SELECT id FROM alert WHERE state = 'stopped' AND ended_at > :since
 UNION
SELECT supersedes FROM alert WHERE supersedes IS NOT NULL AND approved_at > :since
"""
_LEFT = """
SELECT DISTINCT address FROM consent INDEXED BY consent_left
 WHERE state = 'out' AND topic IS NULL AND at > :since AND address IS NOT NULL
"""
# What answers somebody who left is wanted: they asked. Few rows are claimed, and an alert has many.
_BATCHES = """
SELECT id, batch FROM outbox INDEXED BY outbox_claimed WHERE state = 'claimed' AND batch IN
  (SELECT batch FROM outbox INDEXED BY outbox_claimed WHERE state = 'claimed'
      AND (alert IN (SELECT value FROM json_each(:alerts))
           OR (inbound IS NULL AND address IN (SELECT value FROM json_each(:left)))))
"""


def batches(db: sqlite3.Connection, since: float) -> dict[str, list[int]]:
    """Return the batches with a row that was claimed, and not wanted since; each with its rows."""
    alerts, left = (
        [row[0] for row in db.execute(sql, {"since": since})] for sql in (_ALERTS, _LEFT)
    )
    found: dict[str, list[int]] = {}
    if alerts or left:
        values = {"alerts": json.dumps(alerts), "left": json.dumps(left)}
        for row in db.execute(_BATCHES, values):
            found.setdefault(row["batch"], []).append(row["id"])
    return found
