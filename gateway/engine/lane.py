"""One lane a channel: it hands over the best due rows, no faster than the channel carries."""

import logging
import threading
from collections.abc import Callable

from gateway import send
from gateway.context import Channel, Gateway
from gateway.domain.messages import Class
from gateway.engine.rounds import Rounds
from gateway.queue import Carrier, CarrierDown
from gateway.store import outbox

log = logging.getLogger(__name__)

MOST_ROWS = 500
MOST_BATCHES = 2  # handed over and not done: few, so that an emergency overtakes at once
MOST_URGENT = 50
AHEAD = 0.5  # seconds of sending that one batch may hold
AWAY = 5.0  # seconds until an absent carrier is asked again
PAUSE = 0.005  # seconds between turns: what is queued meanwhile goes in one batch


class Bucket:
    """Parts a channel may send now; fills at its rate and may owe for a long message."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._level, self._at = clock, 1.0, clock()

    def fill(self, rate: float) -> float:
        """Return the parts that may go now."""
        now = self._clock()
        self._level = min(max(1.0, rate * AHEAD), self._level + max(0.0, now - self._at) * rate)
        self._at = now
        return self._level

    def spend(self, parts: int) -> None:
        self._level -= parts


class Lane(Rounds):
    """Sleeps until it is woken or something falls due."""

    def __init__(
        self, gw: Gateway, carrier: Carrier, channel: int, stopping: threading.Event
    ) -> None:
        super().__init__(f"lane-{channel}", stopping)
        self._gw, self._carrier, self._channel = gw, carrier, channel
        self._bucket = Bucket(gw.clock)

    def round(self) -> float | None:
        wait = self._turn(self._gw.channels.by_id(self._channel))
        self.stopping.wait(PAUSE)
        return wait

    def _turn(self, channel: Channel) -> float | None:
        """Hand over one batch; return seconds until the next turn, None until woken."""
        now = self._gw.clock()
        due = outbox.next_due(self._gw.store.read, channel.id, self._gw.clock_trusted())
        if due is None or not channel.carries_sms:
            return None
        held = channel.row["held_until"] or 0.0
        if max(due, held) > now:
            return float(max(due, held) - now)
        classes = self._classes(channel.name)
        parts = self._bucket.fill(channel.rate)
        if not classes:
            return None
        if parts < 1:
            return (1 - parts) / channel.rate
        return self._hand_over(channel, classes, parts)

    def _classes(self, channel: str) -> tuple[Class, ...]:
        """While enough is on its way, only an emergency may be added."""
        waiting = self._carrier.waiting(channel)
        if waiting < MOST_BATCHES:
            return tuple(Class)
        return (Class.EMERGENCY,) if waiting < MOST_URGENT else ()

    def _hand_over(
        self, channel: Channel, classes: tuple[Class, ...], parts: float
    ) -> float | None:
        claim = send.prepare(self._gw, channel, MOST_ROWS, parts, classes)
        if not claim.claimed:
            return None if len(classes) < len(Class) else 0.0
        if claim.batch is None:
            return 0.0
        self._bucket.spend(sum(message.parts for message in claim.batch.messages))
        try:
            self._carrier.hand(claim.batch)
        except CarrierDown:
            log.warning("the carrier is away: channel %s waits", channel.name)
            ids = [message.id for message in claim.batch.messages]
            send.put_back(self._gw, ids, AWAY, "the queue is away")
            return AWAY
        return 0.0
