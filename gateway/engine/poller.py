"""Channels that nobody calls: what lies waiting is fetched, kept, and only then taken away."""

import logging
import threading
from collections.abc import Sequence
from typing import cast

from gateway import receive
from gateway.context import Channel, Gateway
from gateway.domain.messages import Event
from gateway.engine.conditions import Conditions
from gateway.engine.rounds import BROKEN, Rounds
from gateway.providers import HookError, Provider, SendError
from gateway.providers.fetching import Closes, Found, Polls, Recalls
from gateway.queue.whole import lines
from gateway.store import StoreClosed, receipts

log = logging.getLogger(__name__)

EVERY = 1.0  # seconds between looks; a look that finds nothing writes nothing
AWAY = 30.0  # seconds until what is away is looked for again, where it does not say when
WINDOW = 7 * 86400.0  # seconds after a sending in which a report may be about it


class Poller(Rounds):
    """Fetches for one channel."""

    def __init__(self, gw: Gateway, channel: int, stopping: threading.Event) -> None:
        super().__init__(f"poller-{channel}", stopping)
        self._gw, self._channel = gw, channel
        self._away = ""
        self._conditions = Conditions(gw)
        self._held: Provider | None = None

    def round(self) -> float:
        channel = self._gw.channels.by_id(self._channel)
        self.hold(channel.provider if channel.row["enabled"] else None)
        if not channel.row["enabled"]:
            return AWAY
        if isinstance(channel.provider, Recalls):
            channel.provider.recall(self._sent_to)
        try:
            wait = self._fetch(channel)
        except SendError as error:
            return self._absent(channel, error)
        self._conditions.look(channel, at_once=bool(self._away))
        self._away = ""
        return wait

    def hold(self, now: Provider | None) -> None:
        """Close what the channel had before it was changed, turned off or stopped."""
        before: object = self._held
        self._held = now
        if before is not now and isinstance(before, Closes):
            before.close()

    def _sent_to(self, to: str) -> Sequence[str]:
        since = self._gw.clock() - WINDOW
        return receipts.sent_to(self._gw.store.read, self._channel, to, since)

    def _absent(self, channel: Channel, error: SendError) -> float:
        if error.code != self._away:
            self._away = error.code
            log.warning("channel %s cannot be polled: %s", channel.name, error.code)
            self._conditions.look(channel, at_once=True)
        return AWAY if error.wait is None else error.wait

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

    def close(self) -> None:
        """Let go of devices, once nothing is sent over them any more."""
        for poller in self._running.values():
            poller.hold(None)

    def open(self) -> None:
        """Begin to poll the channels that are new."""
        for channel in self._gw.channels.all():
            if channel.id not in self._running and channel.provider.can.polls:
                poller = Poller(self._gw, channel.id, self._stopping)
                self._running[channel.id] = poller
                poller.start()
