"""People whom staff wrote down and who were never asked whether they want to join."""

import sqlite3

from gateway.store import contacts
from gateway.store.capped import capped

_UNINVITED = """
 WHERE address.consent = 'pending' AND address.kind = 'phone'
   AND NOT EXISTS (SELECT 1 FROM outbox
                    WHERE outbox.alert IS NULL AND outbox.address = address.id
                      AND outbox.source = :source)
"""


def page(db: sqlite3.Connection, source: str, limit: int) -> list[contacts.Person]:
    """Return people entered by staff who were never asked to join (rows of that source)."""
    sql = f"{contacts.PERSON} {_UNINVITED} ORDER BY address.id LIMIT :limit"
    return [contacts.person(row) for row in db.execute(sql, {"source": source, "limit": limit})]


def count(db: sqlite3.Connection, source: str) -> int:
    """Return how many they are."""
    sql = f"SELECT count(*) FROM address {_UNINVITED}"
    return int(db.execute(sql, {"source": source}).fetchone()[0])


def about(db: sqlite3.Connection, source: str) -> int:
    """Return how many they are, counted up to MANY."""
    sql = capped(f"SELECT 1 FROM address {_UNINVITED}")
    return int(db.execute(sql, {"source": source}).fetchone()[0])
