"""People and their addresses (a person may have two SIMs)."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from gateway.store import bulk, consent
from gateway.store.bulk import Stranger
from gateway.store.capped import capped

# As the fields of Person are ordered.
_FIELDS = """address.id, address.contact, address.value, address.kind, contact.language,
       contact.area, address.consent, address.consent_at, address.paused_at, contact.heard_at,
       address.channel"""
_FROM = "FROM address JOIN contact ON contact.id = address.contact"
PERSON = f"SELECT {_FIELDS} {_FROM}"
_BY_VALUE = PERSON + " WHERE address.value = ?"
_BY_VALUES = f"""
SELECT json_group_array(json_array({_FIELDS})) {_FROM}
 WHERE address.value IN (SELECT value FROM json_each(?))
"""
_BY_ADDRESS = PERSON + " WHERE address.id = ?"
_HEARD = "UPDATE contact SET heard_at = ? WHERE id IN (SELECT value FROM json_each(?))"
_CHANNEL = "UPDATE address SET channel = ? WHERE id IN (SELECT value FROM json_each(?))"
_ADD_CONTACT = """
INSERT INTO contact (language, area, source, created_at) VALUES (?, ?, ?, ?) RETURNING id
"""
_ADD_ADDRESS = """
INSERT INTO address (contact, kind, value, raw, channel, consent, consent_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_PAGE = """
SELECT contact.id, contact.language, contact.created_at, contact.heard_at,
       area.name AS area, area.pcode, address.value, address.consent
  FROM {tables}
  JOIN address ON address.id = (SELECT min(id) FROM address WHERE contact = contact.id)
  LEFT JOIN area ON area.id = contact.area
 WHERE {id} < :before {filters}
 ORDER BY {id} DESC LIMIT :limit
"""
# A list is read along the index of its narrowest filter, newest first, and never gathered whole:
# the tables it leads through, the contact's id in them, and the condition.
_LEADERS = {
    "group": (
        "member CROSS JOIN contact ON contact.id = member.contact",
        "member.contact",
        "AND member.groups = (SELECT id FROM groups WHERE name = :group)",
    ),
    "consent": (
        "address AS first CROSS JOIN contact ON contact.id = first.contact",
        "first.contact",
        "AND first.consent = :consent AND first.id = address.id",
    ),
    "": ("contact", "contact.id", ""),
}
_FILTERS = {
    "language": "AND contact.language = :language",
    "area": "AND contact.area IN (WITH RECURSIVE inside (id) AS (SELECT id FROM area"
    " WHERE pcode = :area UNION SELECT area.id FROM area JOIN inside ON area.parent = inside.id)"
    " SELECT id FROM inside)",
    "group": "AND contact.id IN (SELECT contact FROM member JOIN groups ON groups.id = groups"
    " WHERE groups.name = :group)",
    "consent": "AND address.consent = :consent",
    "number": "AND contact.id IN (SELECT contact FROM address"
    " WHERE value >= :number AND value < :number || 'z')",
    # Where many begin so, the newest are found sooner by looking at each.
    "begin": "AND EXISTS (SELECT 1 FROM address AS own WHERE own.contact = contact.id"
    " AND +own.value >= :number AND +own.value < :number || 'z')",
}

FEW = 1000  # numbers that are gathered for a page
_MANY = f"""
SELECT count(*) FROM (SELECT 1 FROM address
  WHERE value >= :number AND value < :number || 'z' LIMIT {FEW})
"""


class Person(Struct, array_like=True, frozen=True):
    """An address, with what we know of the person behind it."""

    address: int
    contact: int
    value: str
    kind: str
    language: str | None
    area: int | None
    consent: str
    consent_at: float | None
    paused_at: float | None
    heard_at: float | None
    channel: int | None


_people = msgspec.json.Decoder(list[Person])


def person(row: sqlite3.Row) -> Person:
    return Person(*row)


def by_value(db: sqlite3.Connection, value: str) -> Person | None:
    row = db.execute(_BY_VALUE, (value,)).fetchone()
    return person(row) if row else None


def by_address(db: sqlite3.Connection, address: int) -> Person:
    return person(db.execute(_BY_ADDRESS, (address,)).fetchone())


def add(
    db: sqlite3.Connection,
    kind: str,
    value: str,
    number_key: str,
    now: float,
    *,
    raw: str | None = None,
    channel: int | None = None,
    language: str | None = None,
    area: int | None = None,
    source: str = "message",
) -> Person:
    """Add a contact with one address. Someone who left stays out, however they come back in."""
    contact = db.execute(_ADD_CONTACT, (language, area, source, now)).fetchone()[0]
    last = consent.last(db, number_key)
    state, at = (last["state"], last["at"]) if last else ("none", None)
    db.execute(_ADD_ADDRESS, (contact, kind, value, raw, channel, state, at))
    found = by_value(db, value)
    assert found is not None
    return found


def meet(
    db: sqlite3.Connection,
    senders: Mapping[str, str],
    key_of: Callable[[str], str],
    now: float,
    channel: int,
) -> dict[str, Person]:
    """Return the people at these addresses (their kind by value), added if new.

    It is noted that they were heard, and on which channel they wrote last.
    """
    people = by_values(db, senders)
    if people:
        db.execute(_HEARD, (now, json.dumps([person.contact for person in people.values()])))
    if moved := [person.address for person in people.values() if person.channel != channel]:
        db.execute(_CHANNEL, (channel, json.dumps(moved)))
    new = [Stranger(v, kind, key_of(v)) for v, kind in senders.items() if v not in people]
    if new:
        bulk.add_contacts(db, new, "message", now, channel, heard=True)
        people |= by_values(db, [one.value for one in new])
    return people


def by_values(db: sqlite3.Connection, values: Iterable[str]) -> dict[str, Person]:
    """Return who is known at these addresses."""
    asked = msgspec.json.encode(list(values)).decode()
    (found,) = db.execute(_BY_VALUES, (asked,)).fetchone()
    return {person.value: person for person in _people.decode(found)}


def set_language(db: sqlite3.Connection, contact: int, language: str | None) -> None:
    db.execute("UPDATE contact SET language = ? WHERE id = ?", (language, contact))


def set_area(db: sqlite3.Connection, contact: int, area: int | None) -> None:
    db.execute("UPDATE contact SET area = ? WHERE id = ?", (area, contact))


def pause(db: sqlite3.Connection, address: int, now: float | None) -> None:
    """Hold back all but emergencies until a person has decided; None lifts it."""
    db.execute("UPDATE address SET paused_at = ? WHERE id = ?", (now, address))


def last_channel(db: sqlite3.Connection, address: int) -> int | None:
    """The channel this person last wrote on."""
    row = db.execute("SELECT channel FROM address WHERE id = ?", (address,)).fetchone()
    return row["channel"] if row else None


def group_id(db: sqlite3.Connection, name: str) -> int:
    """Return the group of that name, made if new."""
    db.execute("INSERT INTO groups (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
    return int(db.execute("SELECT id FROM groups WHERE name = ?", (name,)).fetchone()[0])


def join_groups(db: sqlite3.Connection, contact: int, names: Sequence[str]) -> None:
    for name in names:
        row = (group_id(db, name), contact)
        db.execute("INSERT INTO member (groups, contact) VALUES (?, ?) ON CONFLICT DO NOTHING", row)


def set_groups(db: sqlite3.Connection, contact: int, names: Sequence[str]) -> None:
    db.execute("DELETE FROM member WHERE contact = ?", (contact,))
    join_groups(db, contact, names)


def groups_of(db: sqlite3.Connection, contact: int) -> list[str]:
    sql = "SELECT name FROM groups JOIN member ON groups.id = groups WHERE contact = ? ORDER BY 1"
    return [row["name"] for row in db.execute(sql, (contact,))]


def groups(db: sqlite3.Connection) -> list[sqlite3.Row]:
    return db.execute("SELECT * FROM groups ORDER BY name").fetchall()


def get(db: sqlite3.Connection, contact: int) -> sqlite3.Row | None:
    sql = """SELECT contact.*, area.pcode, area.name AS place FROM contact
               LEFT JOIN area ON area.id = contact.area WHERE contact.id = ?"""
    row: sqlite3.Row | None = db.execute(sql, (contact,)).fetchone()
    return row


def addresses(db: sqlite3.Connection, contact: int) -> list[sqlite3.Row]:
    return db.execute("SELECT * FROM address WHERE contact = ? ORDER BY id", (contact,)).fetchall()


def page(
    db: sqlite3.Connection, before: int = 1 << 62, limit: int = 25, **filters: Any
) -> list[sqlite3.Row]:
    """Return contacts, newest first, from below the id `before`; see `_FILTERS` for filters."""
    given = {name: value for name, value in filters.items() if value}
    narrow = "number" in given or "area" in given
    leader = "" if narrow else next((name for name in _LEADERS if name in given), "")
    tables, id, condition = _LEADERS[leader]
    others = [_FILTERS[_by(db, name, given)] for name in given if name != leader]
    sql = _PAGE.format(tables=tables, id=id, filters=" ".join([condition, *others]))
    return db.execute(sql, given | {"before": before, "limit": limit}).fetchall()


def _by(db: sqlite3.Connection, name: str, given: dict[str, Any]) -> str:
    """Return which filter serves: another one for numbers when many begin so."""
    if name != "number":
        return name
    return "begin" if db.execute(_MANY, given).fetchone()[0] == FEW else "number"


def count(db: sqlite3.Connection) -> int:
    """Return how many people are known, counted up to MANY."""
    return int(db.execute(capped("SELECT 1 FROM contact")).fetchone()[0])
