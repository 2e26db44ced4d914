"""Taking, sorting, moving, marking: what staff do to an item short of answering it."""

import sqlite3
from collections.abc import Sequence

from gateway import tell
from gateway.context import Gateway
from gateway.domain.feedback import Priority, Status, Type, road
from gateway.respond.one_act import act
from gateway.respond.refusals import Refused
from gateway.store import codes, feedback, users

WORKERS = ("field_staff", "operator", "administrator")
NOT_SORTED = (Status.NEW, Status.ACKNOWLEDGED)
MOST_PIECES = 10


def take(gw: Gateway, by: str, reference: str) -> None:
    """Work on an item oneself: it becomes mine, and in progress where that is open."""
    name = by.removeprefix("user:")

    def work(db: sqlite3.Connection, item: sqlite3.Row, now: float) -> None:
        feedback.assign(db, item["id"], _worker(db, name), by, now)
        status = Status(item["status"])
        if status in (*NOT_SORTED, Status.TRIAGED, Status.REOPENED):
            feedback.walk(db, item["id"], road(status, Status.IN_PROGRESS), by, now)

    act(gw, by, reference, "take", work)


def assign(gw: Gateway, by: str, reference: str, name: str | None) -> None:
    """Give an item to the member of staff of that name, or to nobody."""

    def work(db: sqlite3.Connection, item: sqlite3.Row, now: float) -> None:
        feedback.assign(db, item["id"], _worker(db, name) if name else None, by, now)

    act(gw, by, reference, "assign", work, to=name)


def _worker(db: sqlite3.Connection, name: str) -> int:
    row = users.by_name(db, name)
    if row is None or not row["enabled"] or row["role"] not in WORKERS:
        raise Refused("user")
    return int(row["id"])


def code(gw: Gateway, by: str, reference: str, type: str, code: str) -> None:
    """Give an item its type and code (`hazard/road_blocked`); what is coded is sorted.

    The type sensitive marks the item sensitive.
    """
    category, _, word = code.rpartition("/")

    def work(db: sqlite3.Connection, item: sqlite3.Row, now: float) -> None:
        feedback.code(db, item["id"], type, _code(db, category, word, type), by, now)
        if Status(item["status"]) in NOT_SORTED:
            feedback.move(db, item["id"], Status.TRIAGED, by, now)
        if type == Type.SENSITIVE and not item["sensitive"]:
            feedback.mark(db, item["id"], True, by, now)

    act(gw, by, reference, "code", work, type=Type(type).value, code=code)


def _code(db: sqlite3.Connection, category: str, word: str, type: str) -> int:
    row = codes.by_name(db, category, word)
    if row is None or row["retired_at"]:
        raise Refused("code")
    if row["type"] not in (codes.ANY, type):
        raise Refused("code_type")
    return int(row["id"])


def prioritise(gw: Gateway, by: str, reference: str, priority: str) -> None:
    """Set how soon an item is due: p1 life at risk, p2 urgent, p3 normal, p4 other."""
    wanted = Priority(priority)

    def work(db: sqlite3.Connection, item: sqlite3.Row, now: float) -> None:
        feedback.prioritise(db, item["id"], wanted, by, now)

    act(gw, by, reference, "priority", work, priority=wanted.value)


def set_status(
    gw: Gateway,
    by: str,
    reference: str,
    status: str,
    reason: str | None = None,
    how: str | None = None,
) -> None:
    """Move an item one step; NotAllowed where the move is not open, ValueError without the
    reason of a rejection or the how of a closing."""
    new = Status(status)

    def work(db: sqlite3.Connection, item: sqlite3.Row, now: float) -> None:
        feedback.move(db, item["id"], new, by, now, reason=reason, how=how)

    act(gw, by, reference, "status", work, status=new.value, how=how)


def close(gw: Gateway, by: str, reference: str, how: str, reason: str | None = None) -> None:
    """Close an item, saying how the loop was closed."""
    set_status(gw, by, reference, Status.CLOSED, reason, how)


def reopen(gw: Gateway, by: str, reference: str, reason: str | None = None) -> None:
    """Take up again what was answered or closed."""
    set_status(gw, by, reference, Status.REOPENED, reason)


def note(gw: Gateway, by: str, reference: str, text: str) -> None:
    """Write something beside an item, for staff only."""
    if not text.strip():
        raise Refused("empty")

    def work(db: sqlite3.Connection, item: sqlite3.Row, now: float) -> None:
        feedback.event(db, item["id"], "note", by, now, text=text.strip())

    act(gw, by, reference, "note", work)


def mark_sensitive(gw: Gateway, by: str, reference: str, reason: str | None = None) -> None:
    """Take an item out of every ordinary list; only an administrator brings it back."""

    def work(db: sqlite3.Connection, item: sqlite3.Row, now: float) -> None:
        if not item["sensitive"]:
            feedback.mark(db, item["id"], True, by, now, reason)

    act(gw, by, reference, "sensitive", work)


def unmark(gw: Gateway, by: str, reference: str, reason: str) -> None:
    """Bring an item back to the ordinary lists, with a reason; the door is for administrators."""
    if not reason.strip():
        raise Refused("reason")

    def work(db: sqlite3.Connection, item: sqlite3.Row, now: float) -> None:
        if item["sensitive"]:
            feedback.mark(db, item["id"], False, by, now, reason.strip())

    act(gw, by, reference, "ordinary", work)


def view_sensitive(gw: Gateway, by: str, reference: str) -> None:
    """Note that someone is about to read a sensitive item: first the trail, then the text."""
    act(gw, by, reference, "view", lambda db, item, now: None)


def reveal(gw: Gateway, by: str, reference: str) -> str:
    """Return the whole number of whoever wrote, and note who asked for it."""

    def work(db: sqlite3.Connection, item: sqlite3.Row, now: float) -> str:
        if item["number"] is None:
            raise Refused("unreachable")
        return str(item["number"])

    return act(gw, by, reference, "number", work)


def split(gw: Gateway, by: str, reference: str, texts: Sequence[str]) -> list[str]:
    """Make further items of one message, one for each text; return their references.

    The item keeps its own words; each new one keeps the link to the message, and its clock
    runs from when the person wrote.
    """
    pieces = [text.strip() for text in texts if text.strip()][:MOST_PIECES]
    if not pieces:
        raise Refused("empty")

    def work(db: sqlite3.Connection, item: sqlite3.Row, now: float) -> list[str]:
        made = [_piece(gw, db, item, text, by, now) for text in pieces]
        feedback.event(db, item["id"], "note", by, now, new="split", text=" ".join(made))
        return made

    return act(gw, by, reference, "split", work, pieces=len(pieces))


def _piece(
    gw: Gateway, db: sqlite3.Connection, item: sqlite3.Row, text: str, by: str, now: float
) -> str:
    reference = feedback.fresh_reference(db, gw.random_bits)
    same = ("inbound", "session", "address", "channel", "language", "area", "type", "priority")
    id = feedback.add(
        db,
        reference=reference,
        text=text,
        now=now,
        created_at=item["created_at"],
        **{name: item[name] for name in same},
    )
    if item["sensitive"]:
        feedback.mark(db, id, True, by, now)
    feedback.event(db, id, "note", by, now, new="split", text=item["reference"])
    tell.feedback_new(db, [id], now)
    return reference
