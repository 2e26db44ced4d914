"""Messages: programs hand them in, and read both directions."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from flask.typing import ResponseReturnValue

from gateway import told
from gateway.domain.phone import mask
from gateway.store import alerts, messages
from gateway.web.api import rights
from gateway.web.api.door import (
    answer,
    blueprint,
    caller,
    gateway,
    needs,
    problem,
    query,
)
from gateway.web.api.shapes import MessageQuery

MOST_SPANS = 10  # looked through for one answer; a rare state may take more than one


@blueprint.get("/messages")
@needs(*rights.READ_MESSAGES)
def list_messages() -> ResponseReturnValue:
    """Return messages, oldest first; `next` is the cursor of the page after, or null."""
    asked = query(MessageQuery)
    reader = _Reader.of(asked)
    found: list[sqlite3.Row] = []
    for _ in range(MOST_SPANS):
        if reader.more() and len(found) < asked.limit:
            found += reader.read(asked.limit - len(found))
    return answer({"messages": [_shown(row) for row in found], "next": reader.next()})


@dataclass(slots=True)
class _Reader:
    """Where a program is in each direction: the id it has read up to, and where that ends."""

    db: sqlite3.Connection
    after: dict[str, int]
    ends: dict[str, int]
    filters: dict[str, object]
    secret: bool

    @classmethod
    def of(cls, asked: MessageQuery) -> "_Reader":
        db = gateway().store.read
        ways = _ways(asked)
        since = asked.since.timestamp() if asked.since else _begun(db, asked.alert)
        start = {way: messages.before(db, way, since) if since else 0 for way in ways}
        if asked.cursor:
            read = dict(zip(("in", "out"), map(int, asked.cursor.split(".")), strict=True))
            start = {way: read[way] for way in ways}
        ends = {way: messages.last(db, way) for way in ways}
        filters: dict[str, object] = {"channel": asked.channel, "since": since}
        if ways == ["out"]:
            filters |= {"state": asked.state, "alert": asked.alert}
        return cls(db, start, ends, filters, _sees_secrets())

    def more(self) -> bool:
        return any(self.after[way] < end for way, end in self.ends.items())

    def next(self) -> str | None:
        ids = (self.after.get(way, 0) for way in ("in", "out"))
        return ".".join(map(str, ids)) if self.more() else None

    def read(self, limit: int) -> list[sqlite3.Row]:
        """Return the next messages of both directions by time, and move on past them."""
        pages = {way: self._page(way, limit) for way in self.ends}
        rows = sorted((row for page in pages.values() for row in page), key=_when)[:limit]
        for way, page in pages.items():
            taken = [row["id"] for row in rows if row["direction"] == way]
            if len(taken) == len(page) < limit:
                self.after[way] = min(self.ends[way], self.after[way] + messages.SPAN)
            elif taken:
                self.after[way] = taken[-1]
        return rows

    def _page(self, way: str, limit: int) -> list[sqlite3.Row]:
        if self.after[way] >= self.ends[way]:
            return []
        return messages.page(self.db, way, self.after[way], limit, self.filters, self.secret)


def _ways(asked: MessageQuery) -> list[str]:
    """Return the directions that may hold what is asked for."""
    ways = {asked.direction} if asked.direction else {"in", "out"}
    if asked.alert is not None:
        ways &= {"out"}
    if asked.state is not None:
        ways &= {"in"} if asked.state == "received" else {"out"}
    return sorted(ways)


def _sees_secrets() -> bool:
    """Whether this token may know that there is something sensitive; the words are not for it."""
    return caller().may(rights.KNOW_SENSITIVE)


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    """Return a message; whole numbers are for those who may see them on the pages."""
    out = row["direction"] == "out"
    shown = told.message(row, gateway().channels.by_id(row["channel_id"]) if out else None)
    if not caller().may(rights.SEE_NUMBERS):
        person = "from" if row["direction"] == "in" else "to"
        shown[person] = mask(shown[person])
    return shown


def _when(row: sqlite3.Row) -> tuple[float, str, int]:
    return row["created"], row["direction"], row["id"]


def _begun(db: sqlite3.Connection, alert: int | None) -> float | None:
    row = alerts.get(db, alert) if alert else None
    return float(row["created_at"]) if row else None


@blueprint.get("/messages/<id>")
@needs(*rights.READ_MESSAGES)
def show_message(id: str) -> ResponseReturnValue:
    """Return one message by its id."""
    way, _, number = id.partition("-")
    known = way in ("in", "out") and number.isascii() and number.isdigit() and len(number) < 19
    db, secret = gateway().store.read, _sees_secrets()
    row = messages.one(db, way, int(number), secret) if known else None
    if row is None:
        raise problem(404, "not_found", "There is no message with this id.")
    return answer(_shown(row))
