"""Feedback items and the lines of their history."""

import sqlite3
from collections.abc import Callable, Collection, Iterator

from gateway.domain import feedback as rules
from gateway.domain.feedback import Priority, Status, Type
from gateway.domain.keywords import first_signs, is_reference, references
from gateway.store.rows import Rows

_ADD = """
INSERT INTO feedback (reference, inbound, session, address, channel, text, language, area, type,
                      code, priority, sensitive, partial, created_at, updated_at, due_at)
VALUES (:reference, :inbound, :session, :address, :channel, :text, :language, :area, :type,
        (SELECT id FROM code WHERE category = 'none' AND code = 'uncoded'),
        :priority, :sensitive, :partial, :created, :now, :due)
RETURNING id
"""
EVENT = Rows(
    """
INSERT INTO feedback_event (feedback, kind, old, new, text, by, inbound, outbox, at)
VALUES {rows}
"""
)
_ITEM = """
SELECT f.*, a.value AS number, a.consent, a.contact, ar.name AS place, ar.pcode,
       c.category, c.code AS code_word, c.label AS code_label, u.name AS assignee_name
  FROM feedback f
  LEFT JOIN address a ON a.id = f.address
  LEFT JOIN area ar ON ar.id = f.area
  LEFT JOIN code c ON c.id = f.code
  LEFT JOIN user u ON u.id = f.assignee
"""
_NEWEST_OF = """
SELECT f.reference
  FROM address a
 CROSS JOIN feedback f
    ON f.id IN (SELECT id FROM feedback WHERE address = a.id ORDER BY id DESC LIMIT 20)
 WHERE a.contact = ?
"""
_LAST_REOPENED = """
SELECT max(at) FROM feedback_event WHERE feedback = ? AND kind = 'status' AND new = 'reopened'
"""

TRIES = 20
# Signs of a reference, and up to how many items: beyond, most of that length are taken.
LENGTHS = ((4, 5_000), (5, 120_000), (6, 1 << 62))


class NotFound(LookupError):
    """There is no feedback item with that reference."""


def add(
    db: sqlite3.Connection,
    *,
    reference: str,
    channel: int,
    text: str,
    type: str,
    now: float,
    inbound: int | None = None,
    session: int | None = None,
    address: int | None = None,
    language: str | None = None,
    area: int | None = None,
    priority: str | None = None,
    partial: bool = False,
    created_at: float | None = None,
) -> int:
    """Keep what a person told us; a sensitive type is sensitive from the first moment.

    sqlite3.IntegrityError if the reference is taken.
    """
    kind = Type(type)
    rank = Priority(priority) if priority else rules.priority_of(kind)
    created = now if created_at is None else created_at
    row: dict[str, object] = {"reference": reference, "inbound": inbound, "session": session}
    row |= {"address": address}
    row |= {"channel": channel, "text": text, "language": language, "area": area}
    row |= {"type": kind.value, "priority": rank.value, "partial": int(partial)}
    row |= {"sensitive": int(kind == Type.SENSITIVE), "due": rules.due(rank, created, Status.NEW)}
    row |= {"created": created, "now": now}
    return int(db.execute(_ADD, row).fetchone()["id"])


_NEWEST = "SELECT id, reference FROM feedback ORDER BY id DESC LIMIT 1"
_TAKEN = "SELECT reference FROM feedback WHERE reference > :first AND reference < :first || 'Z'"


def fresh_references(
    db: sqlite3.Connection,
    random_bits: Callable[[], int],
    count: int,
    used: Collection[str] = (),
) -> list[str]:
    """Return so many references that no item has and that are not `used`.

    They follow that of the newest item, side by side: a page of the index is then written for
    many items, and not one for each.
    """
    items, newest = db.execute(_NEWEST).fetchone() or (0, "")
    return _drawn(db, random_bits, items, newest, count, used)


def fresh_reference(db: sqlite3.Connection, random_bits: Callable[[], int]) -> str:
    """Return a reference no item has, from anywhere: those near the newest may be given already."""
    items, _ = db.execute(_NEWEST).fetchone() or (0, "")
    return _drawn(db, random_bits, items, "", 1, ())[0]


def _drawn(
    db: sqlite3.Connection,
    random_bits: Callable[[], int],
    items: int,
    near: str,
    count: int,
    used: Collection[str],
) -> list[str]:
    """Return free references, first such as begin as `near` does; longer once many are in use."""
    free: list[str] = []
    for length in [size for size, most in LENGTHS if items < most]:
        for first in _beginnings(random_bits, near, length, TRIES + count):
            taken = {*used, *free, *(row[0] for row in db.execute(_TAKEN, {"first": first}))}
            free += [one for one in references(first) if one not in taken]
            if len(free) >= count:
                return free[:count]
    raise RuntimeError("no reference is free")


def _beginnings(
    random_bits: Callable[[], int], near: str, length: int, tries: int
) -> Iterator[str]:
    if len(near) == length and is_reference(near):
        yield near[:-2]
    for _ in range(tries):
        yield first_signs(random_bits(), length)


def event(
    db: sqlite3.Connection,
    id: int,
    kind: str,
    by: str,
    now: float,
    *,
    old: str | None = None,
    new: str | None = None,
    text: str | None = None,
    inbound: int | None = None,
    outbox: int | None = None,
) -> None:
    """Write one line of an item's history."""
    EVENT.write(db, [(id, kind, old, new, text, by, inbound, outbox, now)])


def by_id(db: sqlite3.Connection, id: int) -> sqlite3.Row:
    """Return an item with its number, place, code and assignee; NotFound."""
    row: sqlite3.Row | None = db.execute(_ITEM + " WHERE f.id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound(id)
    return row


def by_reference(db: sqlite3.Connection, reference: str) -> sqlite3.Row | None:
    """Return an item with its number, place, code and assignee, or None."""
    sql = _ITEM + " WHERE f.reference = ?"
    row: sqlite3.Row | None = db.execute(sql, (reference.upper(),)).fetchone()
    return row


def newest_of(db: sqlite3.Connection, contact: int) -> list[str]:
    """Return the references of the newest items of a person, of each of their numbers."""
    return [row["reference"] for row in db.execute(_NEWEST_OF, (contact,))]


def events(db: sqlite3.Connection, id: int) -> list[sqlite3.Row]:
    """Return the history of an item, oldest first, with what became of each answer."""
    sql = """
    SELECT e.*, o.state AS outbox_state, o.channel AS outbox_channel, o.network_at
      FROM feedback_event e
      LEFT JOIN outbox o ON o.id = e.outbox WHERE e.feedback = ? ORDER BY e.id
    """
    return db.execute(sql, (id,)).fetchall()


def waiting_since(db: sqlite3.Connection, item: sqlite3.Row) -> float:
    """Return when the person wrote, or wrote again, in seconds since 1970."""
    again = db.execute(_LAST_REOPENED, (item["id"],)).fetchone()[0]
    return float(again or item["created_at"])


def code(db: sqlite3.Connection, id: int, type: str, code: int, by: str, now: float) -> None:
    """Give an item its type and its one code."""
    item = by_id(db, id)
    sql = "UPDATE feedback SET type = ?, code = ?, updated_at = ? WHERE id = ?"
    db.execute(sql, (Type(type).value, code, now, id))
    event(db, id, "code", by, now, old=coded(item), new=coded(by_id(db, id)))


def coded(item: sqlite3.Row) -> str:
    """Return the three levels of coding as one word: question/hazard/road_blocked."""
    return f"{item['type']}/{item['category'] or 'none'}/{item['code_word'] or 'uncoded'}"


def assign(db: sqlite3.Connection, id: int, user: int | None, by: str, now: float) -> None:
    """Give an item to one member of staff, or to nobody."""
    old = by_id(db, id)["assignee_name"]
    db.execute("UPDATE feedback SET assignee = ?, updated_at = ? WHERE id = ?", (user, now, id))
    event(db, id, "assign", by, now, old=old, new=by_id(db, id)["assignee_name"])


def prioritise(db: sqlite3.Connection, id: int, priority: str, by: str, now: float) -> None:
    """Set how soon an item is due."""
    item = by_id(db, id)
    new = Priority(priority)
    due = rules.due(new, waiting_since(db, item), Status(item["status"]))
    sql = "UPDATE feedback SET priority = ?, due_at = ?, updated_at = ? WHERE id = ?"
    db.execute(sql, (new.value, due, now, id))
    event(db, id, "code", by, now, old=item["priority"], new=new.value)


def mark(
    db: sqlite3.Connection, id: int, sensitive: bool, by: str, now: float, reason: str | None = None
) -> None:
    """Mark an item sensitive, or no longer so; the reason stays in its history.

    A sensitive item is of priority p2 at least.
    """
    item = by_id(db, id)
    sql = "UPDATE feedback SET sensitive = ?, updated_at = ? WHERE id = ?"
    db.execute(sql, (int(sensitive), now, id))
    words = ("ordinary", "sensitive")
    old, new = words[item["sensitive"]], words[sensitive]
    event(db, id, "sensitive", by, now, old=old, new=new, text=reason)
    if sensitive and item["priority"] in ("p3", "p4"):
        prioritise(db, id, "p2", by, now)


def answered_since(db: sqlite3.Connection, id: int, text: str, since: float) -> bool:
    """Whether an item was answered with these very words after that."""
    sql = """SELECT 1 FROM feedback_event
              WHERE feedback = ? AND kind = 'answer' AND text = ? AND at > ?"""
    return db.execute(sql, (id, text, since)).fetchone() is not None
