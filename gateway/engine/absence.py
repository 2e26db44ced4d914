"""Hours in which nothing could be handed over: noticed while they last, written once they end."""

import threading
from collections.abc import Iterable
from functools import partial

from gateway.context import Gateway
from gateway.domain.messages import Outcome, Result
from gateway.queue import NOT_BEGUN
from gateway.store import away

LONG = 2 * 3600.0  # seconds; a shorter time is nothing to come back from

ANSWERED = {Outcome.ACCEPTED, Outcome.REJECTED, Outcome.LEFT, Outcome.THROTTLED}
AWAY = {Outcome.TRANSIENT, Outcome.ACCOUNT}


def reached(results: Iterable[Result]) -> bool | None:
    """Whether a provider was there: one answer is enough. None: nothing tells.

    >>> reached([Result(1, Outcome.TRANSIENT), Result(2, Outcome.ACCEPTED)])
    True
    >>> reached([Result(1, Outcome.UNKNOWN), Result(2, Outcome.TRANSIENT, error=NOT_BEGUN)])
    """
    found = None
    for result in results:
        if result.outcome in ANSWERED:
            return True
        if result.outcome in AWAY and result.error != NOT_BEGUN:
            found = False
    return found


class Absence:
    """Knows since when each channel carries nothing; writes only when that is over."""

    def __init__(self, gw: Gateway) -> None:
        self._gw = gw
        self._since: dict[str, float] = {}
        self._began = False
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Take up what lasted when this process began."""
        self._since = away.tried(self._gw.store.read)
        self.look()

    def look(self) -> None:
        """Note once that the gateway itself was off, as soon as the time is known."""
        with self._lock:
            if self._began or not self._gw.clock_trusted():
                return
            self._began = True
        seen, started = self._gw.time.seen, self._gw.time.started
        if seen and started - seen >= LONG and away.was_used(self._gw.store.read):
            self._gw.store.write(partial(away.add, channel=None, since=seen, until=started))

    def note(self, name: str, results: Iterable[Result]) -> None:
        """Look at what came of a batch on a channel."""
        there = reached(results)
        if there is False:
            self._since.setdefault(name, self._gw.clock())
        elif there:
            self.found(name)

    def missing(self, name: str) -> None:
        """Nobody takes what is to go on a channel: Redis is away, or no worker serves it."""
        self._since.setdefault(name, self._gw.clock())

    def found(self, name: str) -> None:
        """Somebody takes it again."""
        if (since := self._since.pop(name, None)) is not None:
            self._is_back(name, since)

    def _is_back(self, name: str, since: float) -> None:
        channel, now = self._gw.channels.get(name), self._gw.clock()
        if channel is not None and now - since >= LONG:
            self._gw.store.write(partial(away.add, channel=channel.id, since=since, until=now))
