"""Work by the clock: alerts that run, claims that lapsed, sessions that died, old counts."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from functools import partial

from gateway import broadcast, receive
from gateway.clock import keeping
from gateway.context import Gateway
from gateway.engine.recall import recall
from gateway.engine.rounds import Rounds
from gateway.providers import http
from gateway.queue import Carrier
from gateway.queue.whole import lines
from gateway.receive import desk, talk, turns
from gateway.send import give_up_on
from gateway.send.back import UNBEGUN, bring_back, put_back, take_up
from gateway.store import (
    StoreClosed,
    ahead,
    budgets,
    channels,
    outbox,
    receipts,
    sessions,
    unbegun,
)

log = logging.getLogger(__name__)

ROUND = 5.0  # seconds between rounds when nothing wakes it
SIGN = 45.0  # seconds after which a worker must have given a sign of life
STARTING = 15.0  # seconds after a start in which no lease is over
LEASE = 300.0  # seconds after which a claim nobody told of is looked into
DAY = 86400.0


def _by_batch(rows: Sequence[sqlite3.Row]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row["batch"], []).append(row["id"])
    return found


class Sweeper(Rounds):
    """Looks before it writes: a round with nothing to do writes nothing."""

    def __init__(self, gw: Gateway, carrier: Carrier, stopping: threading.Event) -> None:
        super().__init__("sweeper", stopping)
        self._gw, self._carrier = gw, carrier
        self._slow_at = 0.0
        self._began = gw.clock()

    def round(self) -> float:
        """Do one round; the next is at once if alerts have more to expand."""
        self._safely(self._clock)
        self._safely(partial(recall, self._gw, self._carrier))
        more = self._safely(partial(broadcast.advance, self._gw))
        now = self._gw.clock()
        if now - self._slow_at >= ROUND or now < self._slow_at:
            if now < self._slow_at or not self._slow_at:
                self._safely(self._clock_was_ahead)
            self._slow_at = now
            for task in self._tasks():
                self._safely(task)
        return 0.0 if more else ROUND

    def _safely(self, task: Callable[[], object]) -> object:
        """Do one task; what breaks it is told, and ends neither the others nor the sweeps."""
        try:
            return task()
        except StoreClosed:
            raise
        except Exception as error:
            log.error("a sweep broke: %s", lines(error))
            return None

    def _clock(self) -> None:
        """What came to be known of the time: all that waits by it is looked at anew."""
        if keeping.review(self._gw.store, self._gw.time):
            self._slow_at = 0.0
            self._gw.wake()
        http.listen(self._gw.time.tell, self._gw.time.listens and not self.stopping.is_set())

    def _clock_was_ahead(self) -> None:
        """At the start, and when the clock is set back: what was dated in the future is due."""
        now = self._gw.clock()
        if not self._gw.clock_trusted():
            return
        if ahead.is_ahead(self._gw.store.read, now):
            self._gw.store.write(partial(ahead.bring_back, now=now))
        if budgets.is_ahead(self._gw.store.read, now):
            self._gw.store.write(partial(budgets.bring_back, now=now))
        if channels.held_too_long(self._gw.store.read, now):
            self._gw.store.write(partial(channels.release_overlong, now=now))

    def _tasks(self) -> list[Callable[[], object]]:
        """Nothing ends by a clock nobody vouches for; but a lease is counted by ourselves."""
        if not self._gw.clock_trusted():
            return [self._lapsed_claims]
        return [self._lapsed_claims, self._dropped_sessions, self._lone_parts, self._old_things]

    def _lapsed_claims(self) -> None:
        """A carrier that holds it gives it back; one that is away (None) may bring word yet."""
        bring_back(self._gw)  # first: below, what no carrier has counts as maybe sent
        now, db = self._gw.clock(), self._gw.store.read
        if unbegun.over(db):
            self._gw.store.write(unbegun.forget)
        gone = self._with_the_dead(self._carried(now - SIGN))
        gone += [row["id"] for row in self._fetched(outbox.lapsed(db, now - DAY))]
        noted = set(unbegun.batches(db))
        for batch, ids in self._long_claimed(now).items():
            held = self._carrier.holds(batch)
            if held and self._carrier.take_back(batch):
                put_back(self._gw, ids, 0.0, UNBEGUN, batch)
            elif held is None and batch in noted:
                self._gw.store.write(partial(take_up, batches=[batch], now=now))
            elif held is False:
                gone += ids
        give_up_on(self._gw, gone)

    def _long_claimed(self, now: float) -> dict[str, list[int]]:
        """Rows nobody told of, by batch; after a start workers have a moment to ask once more."""
        if 0 <= now - self._began < STARTING:
            return {}
        return _by_batch(self._carried(now - LEASE))

    def _carried(self, before: float) -> list[sqlite3.Row]:
        """Rows that a carrier has since before then; what a phone comes to fetch waits a day."""
        phones = [one.id for one in self._gw.channels.all() if one.provider.can.polled]
        rows = outbox.lapsed(self._gw.store.read, before, phones)
        return [row for row in rows if not self._is_fetched(row)]

    def _fetched(self, rows: Sequence[sqlite3.Row]) -> list[sqlite3.Row]:
        return [row for row in rows if self._is_fetched(row)]

    def _is_fetched(self, row: sqlite3.Row) -> bool:
        return self._gw.channels.by_id(row["channel"]).provider.can.polled

    def _with_the_dead(self, rows: Sequence[sqlite3.Row]) -> list[int]:
        """Rows that a worker began which gives no sign of life any more."""
        names = {row["batch"]: self._gw.channels.by_id(row["channel"]).name for row in rows}
        found = _by_batch(rows)
        lost = [batch for batch in found if self._carrier.lost(batch, names[batch])]
        return [id for batch in lost for id in found[batch]]

    def _dropped_sessions(self) -> None:
        now = self._gw.clock()
        for row in sessions.stale(self._gw.store.read, "ussd", now - turns.PATIENCE):
            self._close(turns.expire, row, now)
        for row in sessions.stale(self._gw.store.read, "sms", now - desk.OPEN):
            self._close(talk.expire, row, now)

    def _close(self, expire: Callable[..., None], row: sqlite3.Row, now: float) -> None:
        try:
            self._gw.store.write(partial(expire, self._gw, row=row, now=now))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # A state nobody can read: closed as it is, or it would hold up all after it.
            log.error("session %s cannot be read: %s", row["id"], lines(error))
            self._gw.store.write(partial(sessions.end, id=row["id"], now=now))

    def _lone_parts(self) -> None:
        receive.read_lone_parts(self._gw)

    def _old_things(self) -> None:
        """Drop strangers' receipts and old counts, once there are any."""
        now, db = self._gw.clock(), self._gw.store.read
        if receipts.has_strangers(db, now):
            self._gw.store.write(lambda db: receipts.forget_strangers(db, now))
        if budgets.has_old(db, now):
            self._gw.store.write(lambda db: budgets.drop_old(db, now))
