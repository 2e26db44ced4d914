"""The long-running loop: lanes that send, and the sweeps that keep the store in order."""

import logging
import threading
import time
from collections.abc import Iterable
from contextlib import suppress

from gateway import queue, routes
from gateway.context import Gateway
from gateway.domain.messages import Batch, Outcome, Result
from gateway.engine.absence import Absence
from gateway.engine.callbacks import Callbacks
from gateway.engine.jobs import Jobs
from gateway.engine.lane import Lane
from gateway.engine.links import Links
from gateway.engine.mover import Mover
from gateway.engine.poller import Pollers
from gateway.engine.reports import ReportReader
from gateway.engine.sweeper import Sweeper
from gateway.engine.unserved import Unserved
from gateway.providers import http
from gateway.queue.whole import lines
from gateway.send import give_up_on
from gateway.send.back import bring_back, take_up_all
from gateway.send.notes import StoredNotes
from gateway.store import StoreClosed, clock, outbox

log = logging.getLogger(__name__)

LOOK = 0.2  # seconds between looks at what other processes wrote


def _left(until: float) -> float:
    """Seconds left of one patience that several wait on, a moment at least."""
    return max(0.1, until - time.monotonic())


class Engine:
    """Everything that runs beside the web server; `wake` when there may be work."""

    def __init__(self, gw: Gateway) -> None:
        self.gw = gw
        instead = self._reaches if gw.settings["REDIS_AWAY"] == "threads" else queue.nobody
        self.carrier = queue.carrier(
            gw.settings["REDIS"], self._carry, instead, self._is_home, notes=StoredNotes(gw)
        )
        self._stopping = threading.Event()
        self._roused = threading.Event()
        self._lanes: dict[int, Lane] = {}
        self._sweeper = Sweeper(gw, self.carrier, self._stopping)
        self._callbacks = Callbacks(gw, self._stopping)
        self._jobs = Jobs(gw, self._stopping)
        self._mover = Mover(gw, self._stopping)
        self._pollers = Pollers(gw, self._stopping)
        self._links = Links(gw)
        self._absence = Absence(gw)
        self._unserved = Unserved(gw, self.carrier, self._stopping, instead, self._absence)
        self._reports = ReportReader(gw, self.carrier, self._stopping, self.wake, self._absence)
        self._watch = threading.Thread(target=self._look, name="watch", daemon=True)

    def start(self) -> None:
        """Take up where the last run was stopped, however it was stopped."""
        take_up_all(self.gw)
        if not self.gw.settings["REDIS"]:
            given = [one.id for one in self.gw.channels.all() if one.provider.can.polled]
            give_up_on(self.gw, outbox.claimed_before(self.gw.store.read, given))
        routes.remember(self.gw)
        self.gw.wake, self.gw.rouse = self.wake, self._roused.set
        self._absence.begin()
        if not self.gw.settings["REDIS"]:
            self._unserved.round()  # what was noted while there were workers
        self._open_lanes()
        for thread in self._beside():
            thread.start()
        self.wake()

    def wake(self, *channels: int) -> None:
        """Rouse the lanes of channels for which something was queued; of all if none is named."""
        for id in channels or tuple(self._lanes):
            if lane := self._lanes.get(id):
                lane.wake()

    def _beside(self) -> list[threading.Thread]:
        rounds = [self._sweeper, self._callbacks, self._jobs, self._mover]
        there = [self._unserved] if self.gw.settings["REDIS"] else []
        return [self._reports, *rounds, *there, self._watch]

    def alive(self) -> list[str]:
        """Return the names of threads that should run and do not."""
        threads = [*self._beside(), *self._lanes.values(), *self._pollers.threads]
        return [thread.name for thread in threads if not thread.is_alive()]

    def stop(self, timeout: float = 10.0) -> None:
        """Hand over nothing more, finish what is begun, and write down what came of it."""
        self._stopping.set()
        self._roused.set()
        beside = (
            self._sweeper,
            self._jobs,
            self._callbacks,
            self._mover,
            self._unserved,
            *self._pollers.threads,
        )
        for thread in (*self._lanes.values(), *beside):
            thread.wake()
        until = time.monotonic() + timeout
        for lane in self._lanes.values():
            lane.join(_left(until))
        self.carrier.close(_left(until))
        self._finish()
        self._links.close()
        http.listen(self.gw.time.tell, wanted=False)
        for thread in beside:
            if thread.ident is not None:
                thread.join(_left(until))
        self._pollers.close()
        self._note_the_end(self.gw.clock())

    def _finish(self) -> None:
        """Write what came of all, and put back what no carrier has; a full disk allows neither."""
        try:
            self._reports.finish()
            bring_back(self.gw)
        except Exception as error:
            log.error("what is left could not be written: %s", lines(error))

    def _note_the_end(self, now: float) -> None:
        """Write that we were there so long; stopped twice, the store may be closed."""
        with suppress(StoreClosed):
            self.gw.store.write(lambda db: clock.stopped(db, now))

    def _open_lanes(self) -> None:
        for channel in self.gw.channels.all():
            can = channel.provider.can
            if channel.id not in self._lanes and can.sms and not can.polled:
                lane = Lane(self.gw, self.carrier, channel.id, self._stopping)
                self._lanes[channel.id] = lane
                lane.start()
        self._pollers.open()
        self._links.open()

    def _look(self) -> None:
        """Notice what anyone wrote, the command line too; a look writes nothing."""
        seen = None
        while self._waited():
            try:
                version = self.gw.store.version()
                if version != seen:
                    seen = version
                    self.gw.store.forget()
                    self._rouse()
            except Exception as error:
                # A channel nobody can open, or a disk that fails: tell it, and look again.
                log.error("the watch broke: %s", lines(error))

    def _waited(self) -> bool:
        """Wait until somebody may have written; say whether the engine still runs."""
        self._roused.wait(LOOK)
        self._roused.clear()
        return not self._stopping.is_set()

    def _rouse(self) -> None:
        """Something was written: there may be work for anybody, and a channel more."""
        self._absence.look()
        beside = (self._sweeper, self._callbacks, self._jobs, self._mover)
        for thread in (*beside, *self._pollers.threads):
            thread.wake()
        self.wake()
        self._open_lanes()

    def _reaches(self, name: str) -> bool:
        """Whether this process can send on a channel: devices stand beside their workers."""
        channel = self.gw.channels.get(name)
        return channel is not None and not channel.provider.can.polls

    def _is_home(self, name: str) -> bool:
        """Whether only this process can send on a channel, for it has the device open."""
        channel = self.gw.channels.get(name)
        return channel is not None and channel.provider.can.here

    def _carry(self, batch: Batch) -> Iterable[Result]:
        channel = self.gw.channels.get(batch.channel)
        if channel is None:  # retired since: surely nothing went out
            gone = Outcome.TRANSIENT
            return [Result(message.id, gone, error="no channel") for message in batch.messages]
        return channel.provider.send(batch.messages)
