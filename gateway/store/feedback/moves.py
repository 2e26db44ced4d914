"""Where feedback items go: every move keeps who, when and why."""

import sqlite3
from collections.abc import Iterable

from gateway.domain import feedback as rules
from gateway.domain.feedback import Priority, Status
from gateway.store.feedback.items import by_id, event, waiting_since

_MOVE = """
UPDATE feedback SET status = :status, due_at = :due, updated_at = :now,
       loop_closed = CASE :status WHEN 'closed' THEN :how ELSE loop_closed END,
       closed_at = CASE :status WHEN 'closed' THEN :now ELSE NULL END,
       answered_at = CASE :status WHEN 'answered' THEN coalesce(answered_at, :now)
                                  ELSE answered_at END
 WHERE id = :id
"""

PERSON = "contact"


def move(
    db: sqlite3.Connection,
    id: int,
    new: Status,
    by: str,
    now: float,
    *,
    reason: str | None = None,
    how: str | None = None,
    outbox: int | None = None,
) -> None:
    """Move an item one step and remember it; NotAllowed if that move is not open.

    `how` is the word for how the loop was closed; ValueError if a closing lacks it, or a
    rejection its reason.
    """
    item = by_id(db, id)
    old = Status(item["status"])
    rules.move(old, new)
    rules.told(new, how, reason)
    since = now if new == Status.REOPENED else waiting_since(db, item)
    due = rules.due(Priority(item["priority"]), since, new)
    db.execute(_MOVE, {"id": id, "status": new.value, "due": due, "now": now, "how": how})
    why = reason or how
    event(db, id, "status", by, now, old=old.value, new=new.value, text=why, outbox=outbox)


def walk(
    db: sqlite3.Connection, id: int, steps: Iterable[Status], by: str, now: float, how: str = ""
) -> None:
    """Move an item several steps, each with its own line of history."""
    for step in steps:
        move(db, id, step, by, now, how=how if step == Status.CLOSED else None)


def attach(
    db: sqlite3.Connection,
    id: int,
    inbound: int | None,
    text: str,
    by: str = PERSON,
    now: float = 0.0,
) -> Status:
    """Add a further message from the person, take up what seemed done; return the status."""
    event(db, id, "message", by, now, text=text, inbound=inbound)
    walk(db, id, rules.after_words(Status(by_id(db, id)["status"])), by, now)
    db.execute("UPDATE feedback SET updated_at = ? WHERE id = ?", (now, id))
    return Status(by_id(db, id)["status"])


def close_by_person(
    db: sqlite3.Connection, id: int, inbound: int | None, text: str, now: float
) -> Status:
    """Keep the person's OK and close what was worked on; return the status."""
    event(db, id, "message", PERSON, now, text=text, inbound=inbound)
    steps = rules.after_ok(Status(by_id(db, id)["status"]))
    walk(db, id, steps, PERSON, now, how="replied_to_person")
    return Status(by_id(db, id)["status"])
