"""Links: channels whose provider keeps a line open, so that they hear without sending."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue
from typing import cast

from gateway import receive
from gateway.context import Channel, Gateway
from gateway.domain.messages import Screen, Turn
from gateway.providers.linking import BEGUN, BOUND, GONE, STOPPED, Kept, Linked, Told, broken
from gateway.receive import calls
from gateway.receive.calls import Call
from gateway.store import StoreClosed, channels, inbox
from gateway.store.units import Work, alone

log = logging.getLogger(__name__)

RETOLD = 600.0  # seconds in which a network tells again what it thinks we missed
LAST = 2.0  # seconds before a crash whose acknowledgements may not have left


class Ear:
    """Keeps what one channel's link tells, before the link acknowledges it."""

    def __init__(self, gw: Gateway, channel: Channel, said: "SimpleQueue[tuple[int, str]]") -> None:
        self._gw, self._channel, self._said = gw, channel, said

    def take(self, told: Sequence[Told], kept: Callable[[Sequence[Kept]], object]) -> None:
        """Hand over turns first, since people wait for a screen; then all else together."""
        works, told_in = self._works(told), self._calls(told)
        found: list[Kept] = [None] * len(told)

        def done(results: Sequence[object]) -> None:
            for place, result in zip(told_in, results, strict=True):
                found[place] = result if isinstance(result, BaseException) else None
            self._gw.wake(self._channel.id)
            kept(found)

        def shown(results: Sequence[Kept]) -> None:
            for place, result in zip(works, results, strict=True):
                found[place] = result
            if not told_in:
                done([])

        self._gw.store.hand(alone, works.values(), shown)
        self._gw.store.hand(calls.take, told_in.values(), done)

    def _works(self, told: Sequence[Told]) -> dict[int, Work[Screen | None]]:
        """Return what is done one by one: screens to find, and what could not be read to keep."""
        found: dict[int, Work[Screen | None]] = {}
        for place, (events, raw) in enumerate(told):
            if isinstance(events, str):
                found[place] = receive.keeping_call(
                    self._gw, self._channel.name, "link", events, raw
                )
            elif isinstance(events[0], Turn):
                found[place] = receive.stepping(self._gw, self._channel, events[0])
        return found

    def _calls(self, told: Sequence[Told]) -> dict[int, Call]:
        return {
            place: receive.call(self._gw, self._channel, events, raw)
            for place, (events, raw) in enumerate(told)
            if not isinstance(events, str) and not isinstance(events[0], Turn)
        }

    def lately(self) -> Sequence[str]:
        """Nothing after a stop in good order: then all that was kept is acknowledged."""
        if self._channel.row["link"] in (None, STOPPED, GONE):
            return ()
        db, since = self._gw.store.read, self._gw.clock() - RETOLD
        return inbox.last_references(db, self._channel.id, since, LAST)

    def moved(self, state: str) -> None:
        self._said.put((self._channel.id, state))


class Links:
    """Opens links, closes those whose channel was changed or turned off, and notes their state."""

    def __init__(self, gw: Gateway) -> None:
        self._gw = gw
        self._open: dict[int, Linked] = {}
        self._closing: dict[int, threading.Thread] = {}
        self._said: SimpleQueue[tuple[int, str]] = SimpleQueue()
        self._lock = threading.Lock()
        threading.Thread(target=self._note, name="link-states", daemon=True).start()

    def open(self) -> None:
        """Open what should be open and is not; close what should not."""
        with self._lock:
            wanted = {channel.id: channel for channel in self._gw.channels.all() if _used(channel)}
            for id, link in list(self._open.items()):
                if id not in wanted or cast(object, wanted[id].provider) is not link:
                    del self._open[id]
                    self._end(id, link)
            for id in wanted.keys() - self._open.keys():
                self._begin(wanted[id])

    def _begin(self, channel: Channel) -> None:
        link = cast(Linked, channel.provider)
        if before := self._closing.pop(channel.id, None):
            before.join()  # turned off and on again, it may be the very same link
        self._open[channel.id] = link
        self._said.put((channel.id, BEGUN))  # what stands there may be of a run that crashed
        link.open(Ear(self._gw, channel, self._said))

    def _end(self, id: int, link: Linked) -> None:
        """Close aside: a link that waits for its last answers must hold up no other."""
        thread = threading.Thread(target=link.close, name=f"closing-{id}", daemon=True)
        self._closing[id] = thread
        thread.start()
        self._said.put((id, GONE))

    def close(self, patience: float = 3.0) -> None:
        """Say goodbye on every link; the store is still open."""
        with self._lock:
            closing = [
                threading.Thread(target=link.close, args=(patience,), daemon=True)
                for link in self._open.values()
            ]
            told = [(id, STOPPED) for id in self._open]
            self._open.clear()
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join(patience + 2.0)
        if told:
            self._gw.store.write(partial(_write, told=told, now=self._gw.clock()))

    def _note(self) -> None:
        """Write down states as they come, in a thread of their own: a link waits for no disk."""
        while True:
            told = self._said.get()
            try:
                self._gw.store.write(partial(_write, told=[told], now=self._gw.clock()))
            except StoreClosed:
                return
            except (OSError, sqlite3.Error) as error:
                log.error("the state of a link was not noted: %s", type(error).__name__)


def _used(channel: Channel) -> bool:
    return bool(channel.row["enabled"]) and channel.provider.can.links


def _write(db: sqlite3.Connection, told: Sequence[tuple[int, str]], now: float) -> None:
    for id, state in told:
        row = channels.by_id(db, id)
        lasts = state != BEGUN and broken(state) and broken(row["link"])
        channels.linked(db, id, state, row["link_at"] if lasts else now)
        if state == BOUND and row["down_since"] is not None:
            channels.try_now(db, id, now)
