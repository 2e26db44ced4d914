"""Groups of people: which there are, who is in them, which of them rehearse."""

import sqlite3

from gateway.store.capped import capped

_IN_IT = capped("SELECT 1 FROM member WHERE groups = groups.id")
_GROUP = f"SELECT groups.*, ({_IN_IT}) AS people FROM groups"
_MEMBERS = """
SELECT contact.id, contact.language, area.name AS area,
       (SELECT value FROM address WHERE contact = contact.id ORDER BY id LIMIT 1) AS value
  FROM member JOIN contact ON contact.id = member.contact
  LEFT JOIN area ON area.id = contact.area
 WHERE member.groups = :group AND contact.id < :before
 ORDER BY contact.id DESC LIMIT :limit
"""


def make(db: sqlite3.Connection, name: str, exercise: bool) -> int:
    """Make a group; sqlite3.IntegrityError if there is one of that name."""
    sql = "INSERT INTO groups (name, exercise) VALUES (?, ?) RETURNING id"
    return int(db.execute(sql, (name, int(exercise))).fetchone()["id"])


def by_id(db: sqlite3.Connection, group: int) -> sqlite3.Row | None:
    """Return a group, with how many are in it, counted up to MANY."""
    row: sqlite3.Row | None = db.execute(f"{_GROUP} WHERE id = ?", (group,)).fetchone()
    return row


def page(db: sqlite3.Connection, after: str, limit: int) -> list[sqlite3.Row]:
    """Return groups by name, from behind the one of that name, with how many are in each."""
    sql = f"{_GROUP} WHERE name > ? ORDER BY name LIMIT ?"
    return db.execute(sql, (after, limit)).fetchall()


def members(
    db: sqlite3.Connection, group: int, before: int = 1 << 62, limit: int = 25
) -> list[sqlite3.Row]:
    """Return the people of a group, the newest contacts first."""
    return db.execute(_MEMBERS, {"group": group, "before": before, "limit": limit}).fetchall()


def join(db: sqlite3.Connection, group: int, contact: int) -> bool:
    """Put a person into a group; False if they are in it."""
    sql = "INSERT INTO member (groups, contact) VALUES (?, ?) ON CONFLICT DO NOTHING"
    return db.execute(sql, (group, contact)).rowcount > 0


def leave(db: sqlite3.Connection, group: int, contact: int) -> None:
    db.execute("DELETE FROM member WHERE groups = ? AND contact = ?", (group, contact))


def rehearse(db: sqlite3.Connection, group: int, exercise: bool) -> None:
    """Say whether exercises go to a group."""
    db.execute("UPDATE groups SET exercise = ? WHERE id = ?", (int(exercise), group))
