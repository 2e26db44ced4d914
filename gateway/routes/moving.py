"""Messages go from a channel that does not carry them to one that does, and none twice.

What moves is queued: it surely was not sent, or it is an emergency that may go once more.
"""

import logging
import sqlite3
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gateway.context import Gateway
from gateway.domain.messages import Class, Outcome, Result
from gateway.domain.routing import HICCUP, ROOM, Way
from gateway.routes.choosing import Router, asked_of, tried_of
from gateway.routes.health import down
from gateway.store import channels, outbox, routes

log = logging.getLogger(__name__)

CHUNK = 500  # rows moved in one transaction
MOST_CHUNKS = 10  # of one channel and class, before the others have their turn
SPENT = "spent"  # why a message went: the quota or the credit is used up
GLANCE = 20  # messages looked at for one that may try a channel again

Places = dict[tuple[int, int], tuple[float, int]]
START = (0.0, 0)


@dataclass(slots=True)
class Room:
    """How many parts each channel may be given by others, of a class and those before it."""

    gw: Gateway
    db: sqlite3.Connection
    left: dict[tuple[int, int], float] = field(default_factory=dict)

    def take(self, channel: int, class_: int, parts: int) -> bool:
        """Take room for a message; False if the channel has enough to do."""
        key = (channel, class_)
        if key not in self.left:
            self.left[key] = self._count(channel, class_)
        if self.left[key] <= 0:
            return False
        self.left[key] -= parts
        return True

    def _count(self, channel: int, class_: int) -> float:
        found = self.gw.channels.by_id(channel)
        limits = found.limits(self.db, self.gw.clock())
        most = min(max(1.0, found.rate * ROOM), limits.parts(class_ == Class.EMERGENCY))
        before = range(Class.EMERGENCY, class_ + 1)
        return most - sum(routes.queued(self.db, channel, c, int(most) + 1) for c in before)


class Turns:
    """Sends on what channels did not send; looks at the channels only if asked to."""

    def __init__(self, gw: Gateway, db: sqlite3.Connection) -> None:
        self._gw, self._db = gw, db
        self._router: Router | None = None
        self._room = Room(gw, db)

    def on(self, row: sqlite3.Row, result: Result, reason: str, wait: float = 0.0) -> bool:
        """Send a claimed message on, if that helps; False if it does not, or no channel is left.

        Then it begins anew, and next time each channel has its turn again. What may have gone
        waits so many seconds first: there may be word of it.
        """
        if not _helps(row["class"], result):
            return False
        id, at, now = row["id"], row["channel"], self._gw.clock()
        found = routes.one(self._db, id)
        to = self._next(found, at, anywhere=result.elsewhere)
        if to is not None and result.outcome is Outcome.UNKNOWN:
            outbox.again(self._db, id, now + wait, reason, maybe=True)
            routes.move(self._db, [_move(row, at, to, reason, now + wait)])
        elif to is not None:
            routes.tried(self._db, id, at, reason, now)
            outbox.again(self._db, id, now, reason, free=True)
            routes.move(self._db, [_move(row, at, to, reason, now)])
        elif found["tried"]:
            routes.tried_all(self._db, id)
        return to is not None

    def _next(self, row: sqlite3.Row, at: int, anywhere: bool) -> int | None:
        """Return the next channel; `anywhere`: even one that has enough to do."""
        if self._router is None:
            self._router = Router.of(self._gw, self._db)
        asked = asked_of(row)
        for to in self._router.onward(asked, at, tried_of(row)):
            if anywhere or self._room.take(to, asked.class_, asked.parts):
                return to
        return None


def _helps(class_: int, result: Result) -> bool:
    """Whether another channel may be asked at once: it was not sent, or may not be, and has no
    time."""
    if result.elsewhere or class_ != Class.EMERGENCY:
        return result.elsewhere
    slowed = result.outcome is Outcome.THROTTLED and (result.wait or 0.0) > HICCUP
    return slowed or result.outcome in (Outcome.TRANSIENT, Outcome.ACCOUNT, Outcome.UNKNOWN)


def move_on(gw: Gateway, places: Places) -> bool | None:
    """Move what waits on channels that do not work or are spent, the urgent first, in chunks.

    Return True if there is more to move now, None if all is well. `places` remembers
    how far the queues were looked through.
    """
    db = gw.store.read
    router, room = Router.of(gw, db), Room(gw, db)
    ill = [way for way in router.ways if not all(way.keeps(class_) for class_ in Class)]
    if not ill:
        places.clear()
        return None
    more = False
    for class_ in Class:
        well = any(way.works(class_) and way.has_room(class_) for way in router.ways)
        for way in ill if well else ():
            if not way.keeps(class_):
                more = _from(gw, router, room, way, class_, places) or more
    lead_back(gw, router)
    return more


def _from(gw: Gateway, router: Router, room: Room, way: Way, class_: Class, places: Places) -> bool:
    """Move what one class has on one channel; True if there may be more."""
    key = (way.id, int(class_))
    for _ in range(MOST_CHUNKS):
        db, now, after = gw.store.read, gw.clock(), places.get(key, START)
        rows = routes.waiting(db, way.id, class_, now, after, CHUNK)
        moves = _moves(router, room, rows, way.id, _why(gw, way.id), now)
        if moves:
            gw.store.write(partial(routes.move, moves=moves), background=True)
            log.warning("%s messages moved from channel %s", len(moves), way.id)
            gw.wake()
        full = len(rows) == CHUNK
        stuck = bool(rows) and not moves
        places[key] = (rows[-1]["due_at"], rows[-1]["id"]) if full else START
        if not full or stuck:
            return False
    return True


def _moves(
    router: Router, room: Room, rows: list[sqlite3.Row], at: int, why: str, now: float
) -> list[dict[str, Any]]:
    moves = []
    for row in rows:
        asked = asked_of(row)
        for to in router.onward(asked, at, tried_of(row)):
            if room.take(to, asked.class_, asked.parts):
                moves.append(_move(row, at, to, why, now))
                break
    return moves


def _move(row: sqlite3.Row, at: int, to: int, why: str, now: float) -> dict[str, Any]:
    return {"id": row["id"], "from": at, "to": to, "why": why, "now": now}


def _why(gw: Gateway, channel: int) -> str:
    row = channels.by_id(gw.store.read, channel)
    fault = down(row, gw.clock())
    if fault is None and (row["held_until"] or 0.0) <= gw.clock():
        return SPENT
    return (fault.reason if fault else row["held_reason"]) or "held"


def lead_back(gw: Gateway, router: Router) -> None:
    """Give each channel that may be tried again one message that waits elsewhere for it.

    With nothing to send it would stay down for ever.
    """
    for class_ in (Class.NORMAL, Class.HIGH, Class.BULK):
        for way in router.ways:
            if router.trying - {way.id}:
                _lend(gw, router, way, class_)


def _lend(gw: Gateway, router: Router, way: Way, class_: Class) -> None:
    now = gw.clock()
    practice = {other.id: other.practice for other in router.ways}
    for row in routes.waiting(gw.store.read, way.id, class_, now, limit=GLANCE):
        shut = {way.id, *tried_of(row)}
        could = {id for id in router.trying - shut if practice[id] == way.practice}
        to = router.give_a_try(asked_of(row)) if could else None
        if to in could:
            moves = [_move(row, way.id, to, "back", now)]
            gw.store.write(partial(routes.move, moves=moves), background=True)
            gw.wake()
