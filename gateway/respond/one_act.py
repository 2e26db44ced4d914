"""One act of staff on one item: found, done and written down, or nothing at all."""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from gateway.context import Gateway
from gateway.respond.refusals import Refused
from gateway.store import audit, feedback

T = TypeVar("T")
Work = Callable[[sqlite3.Connection, sqlite3.Row, float], T]


def find(db: sqlite3.Connection, reference: str) -> sqlite3.Row:
    """Return the item; Refused if there is none."""
    item = feedback.by_reference(db, reference)
    if item is None:
        raise Refused("unknown")
    return item


def act(gw: Gateway, by: str, reference: str, what: str, work: Work[T], **detail: object) -> T:
    """Do `work` to an item and note in the audit trail who did what; the detail has no text."""
    now = gw.clock()

    def unit(db: sqlite3.Connection) -> T:
        item = find(db, reference)
        done = work(db, item, now)
        subject = f"feedback:{item['reference']}"
        secret = find(db, reference)["sensitive"]  # auditors read the trail, but not such items
        audit.write(db, now, by, f"feedback.{what}", subject, {} if secret else detail)
        return done

    return gw.store.write(unit)
