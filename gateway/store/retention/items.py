"""Feedback items that are over: their words go, their codes and counts stay.

Of a sensitive item nothing stays but that there was one, of which kind, and when.
"""

import json
import sqlite3

from gateway.store.retention import words

_OVER = """
SELECT id FROM feedback INDEXED BY feedback_words
 WHERE coalesce(closed_at, updated_at) < :before
   AND status IN ('answered', 'closed', 'rejected')
   AND (emptied_at IS NULL OR emptied_at < updated_at)
"""
_VAULT = """
SELECT id FROM feedback INDEXED BY feedback_vault
 WHERE updated_at < :before AND sensitive = 1 AND (emptied_at IS NULL OR emptied_at < updated_at)
   AND status IN ('referred', 'answered', 'closed', 'rejected')
"""
_FIND = {"items": _OVER, "sensitive": _VAULT}
_THESE = " AND id IN (SELECT value FROM json_each(:ids))"
_EMPTY = "UPDATE feedback SET text = '', emptied_at = max(:now, updated_at) WHERE id = :id"
_EMPTY_EVENTS = "UPDATE feedback_event SET text = NULL WHERE feedback = :id AND text IS NOT NULL"
_ONLY_COUNT = """
UPDATE feedback SET address = NULL, inbound = NULL, session = NULL, area = NULL, language = NULL
 WHERE id = ?
"""


def over(db: sqlite3.Connection, kind: str, before: float, limit: int) -> list[int]:
    """Return items whose words are over their age: `items`, or `sensitive` ones."""
    found = db.execute(f"{_FIND[kind]} LIMIT :limit", {"before": before, "limit": limit})
    return [row["id"] for row in found]


def empty(db: sqlite3.Connection, kind: str, ids: list[int], before: float, now: float) -> int:
    """Delete the words of those of the items that are still over their age."""
    asked = {"before": before, "ids": json.dumps(ids)}
    still = [row["id"] for row in db.execute(_FIND[kind] + _THESE, asked).fetchall()]
    for id in still:
        words.of_item(db, id, untie=kind == "sensitive")
        db.execute(_EMPTY, {"id": id, "now": now})
        db.execute(_EMPTY_EVENTS, {"id": id})
        if kind == "sensitive":
            db.execute("DELETE FROM feedback_event WHERE feedback = ?", (id,))
            db.execute(_ONLY_COUNT, (id,))
    return len(still)
