"""One lane a channel: it hands over the best due rows, no faster than the channel carries."""

import logging
import threading

from gateway import send
from gateway.context import Channel, Gateway
from gateway.domain.breaker import left
from gateway.domain.budget import Limits, Standing
from gateway.domain.messages import Class, Outcome
from gateway.domain.pace import Pace, filled, less, slowed, wait
from gateway.domain.shares import Owed, Room
from gateway.engine.rounds import Rounds
from gateway.queue import Carrier, CarrierDown
from gateway.routes import NO_WORKER
from gateway.send.back import put_back
from gateway.store import budgets, outbox

log = logging.getLogger(__name__)

MOST_ROWS = 500
MOST_BATCHES = 2  # one that is queued beside what is begun: the rest may still be overtaken
MOST_URGENT = 50
AWAY = 5.0  # seconds until an absent carrier is asked again
PAUSE = 0.005  # seconds between turns: what is queued meanwhile goes in one batch
CREDIT = {
    Standing.LOW: "the credit is running out",
    Standing.RESERVE: "the credit is used but for the reserve: only emergencies go",
    Standing.GONE: "no credit is left: everything waits",
}
URGENT = (Class.EMERGENCY,)
ALL = tuple(Class)


class Lane(Rounds):
    """Sleeps until it is woken or something falls due."""

    def __init__(
        self, gw: Gateway, carrier: Carrier, channel: int, stopping: threading.Event
    ) -> None:
        super().__init__(f"lane-{channel}", stopping)
        self._gw, self._carrier, self._channel = gw, carrier, channel
        self._pace = Pace(at=gw.clock())
        self._owed: Owed = {}
        self._stands = Standing.WELL
        self._told_away = False

    def round(self) -> float | None:
        pause = self.turn(self._gw.channels.by_id(self._channel))
        self.stopping.wait(PAUSE)
        return pause

    def turn(self, channel: Channel) -> float | None:
        """Hand over one batch; return seconds until the next turn, None until woken."""
        now = self._gw.clock()
        self._hear(channel, now)
        due = outbox.next_due(self._gw.store.read, channel.id, self._gw.clock_trusted())
        if due is None or not channel.carries_sms or channel.row["down_reason"] == NO_WORKER:
            return None
        held = max(channel.row["held_until"] or 0.0, self._down_until(channel, now))
        if max(due, held) > now:
            return float(max(due, held) - now)
        self._pace = filled(self._pace, channel.rate, now)
        if self._pace.level < 1:
            return wait(self._pace, channel.rate)
        limits = channel.limits(self._gw.store.read, now)
        return self._within(channel, limits, now)

    def _hear(self, channel: Channel, now: float) -> None:
        """Go slower when the provider asked for it since the last look."""
        throttled = channel.row["held_for"] == Outcome.THROTTLED
        self._pace = slowed(self._pace, channel.row["held_until"] if throttled else 0.0, now)

    def _within(self, channel: Channel, limits: Limits, now: float) -> float | None:
        """Hand over what quota, credit and carrier leave room for, or wait for room."""
        self._tell(channel, limits)
        classes = self._classes(channel)
        urgent, others = limits.parts(urgent=True), limits.parts(urgent=False)
        if others < 1 and classes:
            classes = URGENT if urgent >= 1 else ()
            due = self._next_urgent(channel) if classes else None
            if due is None or due > now:
                return self._until_room(channel, due, now)
        if not classes:
            return None
        return self._hand_over(channel, Room(urgent, others, classes, self._owed, limits.counted))

    def _next_urgent(self, channel: Channel) -> float | None:
        return outbox.next_due(self._gw.store.read, channel.id, classes=URGENT)

    def _tell(self, channel: Channel, limits: Limits) -> None:
        """Say once in the log that the credit ends; the pages and figures say it all along."""
        stands = limits.credit_stands()
        if stands > self._stands:
            log.warning("channel %s: %s", channel.name, CREDIT[stands])
        self._stands = stands

    def _until_room(self, channel: Channel, due: float | None, now: float) -> float | None:
        """Return seconds until a quota has room or an emergency is due; credit wakes us."""
        db = self._gw.store.read
        free = [budgets.used(db, channel.id, quota, now)[1] for quota in channel.quotas]
        first = min((at for at in (*free, due) if at is not None), default=None)
        return None if first is None else max(0.1, first - now)

    def _down_until(self, channel: Channel, now: float) -> float:
        return now + left(channel.row["down_until"] or now, now)

    def _rows(self, channel: Channel) -> int:
        """A channel that was down is tried with one message at a time."""
        return MOST_ROWS if channel.row["down_since"] is None else 1

    def _classes(self, channel: Channel) -> tuple[Class, ...]:
        """While enough is on its way, only an emergency may be added."""
        before = self._carrier.before(channel.name)
        if channel.row["down_since"] is not None and before:
            return ()
        if before < MOST_BATCHES:
            return ALL
        return URGENT if before < MOST_URGENT else ()

    def _hand_over(self, channel: Channel, room: Room) -> float | None:
        if self._carrier.refuses(channel.name):  # a claim would only be written, and taken back
            return self._carrier_is_away(channel)
        rows, note = self._rows(channel), self._carrier.notes(channel.name)
        claim = send.prepare(self._gw, channel, rows, self._pace.level, room, note)
        if not claim.claimed:
            return self._nothing(channel, room)
        self._owed = claim.owed
        if claim.batch is None:
            return 0.0
        self._pace = less(self._pace, sum(message.parts for message in claim.batch.messages))
        try:
            self._carrier.hand(claim.batch)
        except CarrierDown:
            ids = [message.id for message in claim.batch.messages]
            put_back(self._gw, ids, AWAY, "the queue is away", claim.batch.id)
            return self._carrier_is_away(channel)
        self._told_away = False
        return 0.0

    def _carrier_is_away(self, channel: Channel) -> float:
        """Say so once, however often it is asked again; return the seconds until it is."""
        if not self._told_away:
            log.warning("the carrier is away: channel %s waits", channel.name)
        self._told_away = True
        return AWAY

    def _nothing(self, channel: Channel, room: Room) -> float | None:
        """Nothing was claimed: what is due is longer than the quota has room, or not asked for."""
        if room.counted:
            return self._until_room(channel, None, self._gw.clock())
        return None if len(room.classes) < len(Class) else 0.0
