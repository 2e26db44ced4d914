"""The words of old messages are deleted; that they were there, and their codes, stay.

Messages are walked in the order they came, from where the last walk ended, up to the last one
that surely is old: before the first that is young enough, and of a time that a clock can have
had. What was dated by a clock not yet set goes with the next one after it.
"""

import json
import sqlite3

from gateway.store import dates

OLDEST = 1_750_000_000.0  # the middle of 2025: an earlier time is that of a clock not yet set

_EDGE = """
SELECT coalesce((SELECT id FROM {table} WHERE id < :young
    AND +{at} >= :oldest AND +{at} < :before ORDER BY id DESC LIMIT 1), 0)
"""
# An item holds on to the words of its messages until its own are deleted.
_HELD = """
 AND NOT EXISTS (SELECT 1 FROM feedback AS f WHERE f.inbound = inbound.id
                    AND (f.emptied_at IS NULL OR f.emptied_at < f.updated_at))
 AND NOT EXISTS (SELECT 1 FROM feedback_event AS e JOIN feedback AS f ON f.id = e.feedback
                  WHERE e.inbound = inbound.id
                    AND (f.emptied_at IS NULL OR f.emptied_at < f.updated_at))
"""
_IN = f"""
UPDATE inbound SET text = '', raw = NULL, media = NULL, answer = NULL,
       sender = CASE WHEN address IS NULL THEN '' ELSE sender END
 WHERE id > ? AND id <= ? AND (text <> '' OR raw IS NOT NULL OR answer IS NOT NULL) {_HELD}
"""
_OUT = """
UPDATE outbox SET text = '',
       recipient = CASE WHEN address IS NULL THEN '' ELSE recipient END
 WHERE id > ? AND id <= ? AND text <> '' AND state NOT IN ('queued', 'claimed')
   AND NOT EXISTS (SELECT 1 FROM feedback AS f WHERE f.id = outbox.feedback
                      AND (f.emptied_at IS NULL OR f.emptied_at < f.updated_at))
"""
_RAW = "UPDATE inbound SET raw = NULL WHERE id > ? AND id <= ? AND raw IS NOT NULL"
_WAITS = """
SELECT EXISTS (SELECT 1 FROM outbox WHERE id > ? AND id <= ? AND state IN ('queued', 'claimed'))
"""
_WALK = {"words_in": _IN, "words_out": _OUT, "calls": _RAW}
_TABLE = {"words_in": "inbound", "words_out": "outbox", "calls": "inbound"}
_NOTE = """
INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""


def edge(db: sqlite3.Connection, kind: str, before: float) -> int:
    """Return the id of the last message that is over its age."""
    table = _TABLE[kind]
    young = dates.first(db, table, before)
    sql = _EDGE.format(table=table, at=dates.AT[table])
    row = {"young": young, "before": before, "oldest": OLDEST}
    return int(db.execute(sql, row).fetchone()[0])


def walked(db: sqlite3.Connection, kind: str) -> int:
    """Return the id up to which a walk of this kind has been."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (f"retention.{kind}",)).fetchone()
    return int(row["value"]) if row else 0


def walk(db: sqlite3.Connection, kind: str, after: int, until: int) -> int:
    """Delete the words of a range of messages; return of how many.

    A message that still waits keeps its words; the next walk begins at it.
    """
    gone = db.execute(_WALK[kind], (after, until)).rowcount
    waits = kind == "words_out" and db.execute(_WAITS, (after, until)).fetchone()[0]
    if not waits and walked(db, kind) == after:
        db.execute(_NOTE, (f"retention.{kind}", str(until)))
    return int(gone)


_OF_ITEM = {
    "inbound": """SELECT inbound FROM feedback WHERE id = :id UNION
                  SELECT inbound FROM feedback_event WHERE feedback = :id""",
    "outbox": """SELECT id FROM outbox WHERE feedback = :id UNION
                 SELECT outbox FROM feedback_event WHERE feedback = :id UNION
                 SELECT o.id FROM feedback AS f JOIN outbox AS o ON o.alert IS NULL
                    AND o.address = f.address AND o.inbound = f.inbound WHERE f.id = :id""",
}
_EMPTY = {
    "inbound": """UPDATE inbound SET text = '', raw = NULL, media = NULL, answer = NULL
                   WHERE id IN (SELECT value FROM json_each(?))""",
    "outbox": """UPDATE outbox SET text = CASE WHEN text IS NULL THEN NULL ELSE '' END
                  WHERE id IN (SELECT value FROM json_each(?))
                    AND state NOT IN ('queued', 'claimed')""",
}
_UNTIE = {
    "inbound": """UPDATE inbound SET address = NULL, sender = ''
                   WHERE id IN (SELECT value FROM json_each(?))""",
    "outbox": """UPDATE outbox SET address = NULL, recipient = ''
                  WHERE id IN (SELECT value FROM json_each(?))
                    AND state NOT IN ('queued', 'claimed')""",
}


def of_item(db: sqlite3.Connection, item: int, untie: bool) -> None:
    """Delete the words of the messages of an item, and with `untie` who wrote and got them."""
    for table, sql in _OF_ITEM.items():
        found = [row[0] for row in db.execute(sql, {"id": item}) if row[0] is not None]
        ids = (json.dumps(found),)
        db.execute(_EMPTY[table], ids)
        if untie:
            db.execute(_UNTIE[table], ids)
