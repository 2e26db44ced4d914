"""Channels that nobody calls: what lies waiting is fetched, kept, and only then taken away."""

import logging
import threading
from typing import cast

from gateway import receive
from gateway.context import Channel, Gateway
from gateway.domain.messages import Event
from gateway.engine.rounds import BROKEN, Rounds
from gateway.providers import HookError, SendError
from gateway.providers.fetching import Found, Polls
from gateway.queue.whole import lines
from gateway.store import StoreClosed

log = logging.getLogger(__name__)

EVERY = 1.0  # seconds between looks; a look that finds nothing writes nothing
AWAY = 30.0  # seconds until a folder or modem that is away is looked for again


class Poller(Rounds):
    """Fetches for one channel."""

    def __init__(self, gw: Gateway, channel: int, stopping: threading.Event) -> None:
        super().__init__(f"poller-{channel}", stopping)
        self._gw, self._channel = gw, channel
        self._away = ""

    def round(self) -> float:
        channel = self._gw.channels.by_id(self._channel)
        if not channel.row["enabled"]:
            return AWAY
        try:
            wait = self._fetch(channel)
        except SendError as error:
            return self._absent(channel, error.code)
        self._away = ""
        return wait

    def _absent(self, channel: Channel, code: str) -> float:
        if code != self._away:
            self._away = code
            log.warning("channel %s cannot be polled: %s", channel.name, code)
        return AWAY

    def _fetch(self, channel: Channel) -> float:
        """Take all that lies waiting; what breaks one does not hold up the others."""
        wait = EVERY
        for found in cast(Polls, channel.provider).poll():
            if self.stopping.is_set():
                break
            try:
                take(self._gw, channel, found)
            except StoreClosed:
                raise
            except Exception as error:
                # It still lies there, and comes again; its words could be a number or a text.
                log.error("%s could not take one: %s", self.name, lines(error))
                wait = BROKEN
        return wait


def take(gw: Gateway, channel: Channel, found: Found) -> None:
    """Keep what was found, or why it cannot be read; then let it go."""
    events: list[Event] = []
    refused: HookError | None = None
    try:
        for event in channel.provider.read(found.call):
            events.append(event)
    except HookError as error:
        refused = error
        receive.keep_call(gw, channel.name, found.call.kind, str(error), found.call.body)
    if events:
        receive.take(gw, channel, events, found.call.body)
    found.done(refused)


class Pollers:
    """One thread for each channel that is polled: a modem that hangs holds up no other."""

    def __init__(self, gw: Gateway, stopping: threading.Event) -> None:
        self._gw, self._stopping = gw, stopping
        self._running: dict[int, Poller] = {}

    @property
    def threads(self) -> tuple[Poller, ...]:
        return tuple(self._running.values())

    def open(self) -> None:
        """Begin to poll the channels that are new."""
        for channel in self._gw.channels.all():
            if channel.id not in self._running and channel.provider.can.polls:
                poller = Poller(self._gw, channel.id, self._stopping)
                self._running[channel.id] = poller
                poller.start()
