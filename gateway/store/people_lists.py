"""People as rows of a list, and the last messages of one person."""

import sqlite3

from gateway.store.whose import EITHER

COLUMNS = ("address", "language", "area", "groups", "consent")

_ROWS = """
SELECT address.id, address.value AS address, coalesce(contact.language, '') AS language,
       coalesce(area.pcode, '') AS area, address.consent,
       coalesce((SELECT group_concat(groups.name, '|') FROM member
                   JOIN groups ON groups.id = member.groups
                  WHERE member.contact = contact.id), '') AS groups
  FROM address JOIN contact ON contact.id = address.contact
  LEFT JOIN area ON area.id = contact.area
 WHERE address.id > ? AND address.kind = 'phone' ORDER BY address.id LIMIT ?
"""
# Nothing that belongs to a sensitive item: whoever reads this may not know that there is one.
_OUT = " UNION ALL ".join(
    f"""
SELECT * FROM (
  SELECT 'out' AS direction, outbox.id, outbox.created_at AS at,
         coalesce(outbox.text, alert_text.text) AS text, outbox.language, outbox.state,
         outbox.reason, (SELECT name FROM channel WHERE channel.id = outbox.moved_from)
         AS moved_from, outbox.moved_why, outbox.channel, outbox.network_at
    FROM address {rows} LEFT JOIN alert_text ON alert_text.id = outbox.alert_text
   WHERE address.contact = :contact
     AND NOT EXISTS (SELECT 1 FROM feedback WHERE feedback.address = address.id AND sensitive
           AND (feedback.id = outbox.feedback OR feedback.inbound = outbox.inbound))
   ORDER BY outbox.id DESC LIMIT :limit)
"""
    for rows in EITHER
)
_RECENT = f"""
{_OUT}
UNION ALL
SELECT * FROM (
  SELECT 'in', inbound.id, inbound.received_at, inbound.text, inbound.language, NULL, NULL, NULL,
         NULL, NULL, NULL
    FROM inbound JOIN address ON address.id = inbound.address
   WHERE address.contact = :contact
     AND NOT EXISTS (SELECT 1 FROM feedback WHERE feedback.address = address.id AND sensitive
           AND (feedback.inbound = inbound.id OR EXISTS (SELECT 1 FROM feedback_event
                 WHERE feedback_event.feedback = feedback.id
                   AND feedback_event.inbound = inbound.id)))
   ORDER BY inbound.id DESC LIMIT :limit)
 ORDER BY at DESC LIMIT :limit
"""
# Each language is sought from the one before: nobody is read who speaks the same.
_LANGUAGES = """
WITH RECURSIVE spoken (language) AS (
  SELECT min(language) FROM contact WHERE language IS NOT NULL
   UNION ALL
  SELECT (SELECT min(language) FROM contact WHERE language > spoken.language) FROM spoken
   WHERE language IS NOT NULL
) SELECT language FROM spoken WHERE language IS NOT NULL
"""


def rows(db: sqlite3.Connection, after: int = 0, limit: int = 500) -> list[sqlite3.Row]:
    """Return every phone with what is known of its person, from above the address id `after`."""
    return db.execute(_ROWS, (after, limit)).fetchall()


def count(db: sqlite3.Connection) -> int:
    """Return how many rows there are."""
    return int(db.execute("SELECT count(*) FROM address WHERE kind = 'phone'").fetchone()[0])


def recent(db: sqlite3.Connection, contact: int, limit: int = 10) -> list[sqlite3.Row]:
    """Return the last messages from and to a person, newest first, without sensitive ones."""
    return db.execute(_RECENT, {"contact": contact, "limit": limit}).fetchall()


def languages(db: sqlite3.Connection) -> list[str]:
    """Return the languages that people speak."""
    return [str(row["language"]) for row in db.execute(_LANGUAGES)]
