"""The carrier of one machine: threads in the gateway's own process."""

import time
from collections.abc import Callable, Container, Sequence
from itertools import count
from queue import Empty, SimpleQueue
from threading import Lock

from gateway.domain.messages import Batch
from gateway.queue import CarrierDown, Carry, Notes, Report
from gateway.queue.crew import Crew
from gateway.queue.given import Given
from gateway.queue.portions import carried, not_begun, portions
from gateway.queue.whole import Item, grouped

MOST = 1000  # results gathered for one round of reports


class ThreadCarrier:
    """Carries in threads: `threads` for each channel, and one more for its emergencies.

    A slow channel never holds up another. What is on its way when the process dies gets
    no report.
    """

    def __init__(self, carry: Carry, notes: Notes, threads: int = 1, again: float = 30.0) -> None:
        self._carry = carry
        self._notes = notes
        self._threads = threads
        self._lock = Lock()
        self._closed = False
        self._crews: dict[str, Crew] = {}
        self._back: SimpleQueue[Item] = SimpleQueue()
        self._given = Given(again)
        self._tokens = count(1)

    def hand(self, batch: Batch) -> None:
        if not self._crew(batch.channel).add(batch):
            raise CarrierDown("closed")

    def notes(self, channel: str) -> bool:
        return self.waiting(channel) > 0

    def reports(self, wait: float) -> list[Report]:
        overdue = self._given.overdue()
        fresh = self._gather(self._first(0 if overdue else wait))
        return self._given.give(overdue + fresh)

    def acknowledge(self, reports: Sequence[Report]) -> None:
        self._given.forget(reports)

    def waiting(self, channel: str) -> int:
        crew = self._crews.get(channel)
        return crew.waiting() if crew else 0

    def before(self, channel: str) -> int:
        crew = self._crews.get(channel)
        return crew.before() if crew else 0

    def holds(self, batch_id: str) -> bool | None:
        return any(crew.holds(batch_id) for crew in self._all())

    def take_back(self, batch_id: str) -> bool:
        return any(crew.remove(batch_id) for crew in self._all())

    def recall(self, batch_id: str) -> bool:
        return False

    def drop(self, channel: str, wanted: Callable[[], Container[str]]) -> bool:
        return False

    def unserved(self, channels: Sequence[str]) -> frozenset[str] | None:
        return frozenset()

    def lost(self, batch_id: str, channel: str) -> bool:
        return False  # its threads live and die with this process

    def away(self) -> bool:
        return False

    def refuses(self, channel: str) -> bool:
        return False

    def close(self, timeout: float) -> None:
        """Finish what is begun; what is not comes back as transient, to be sent later."""
        with self._lock:
            self._closed = True
        until = time.monotonic() + timeout
        for crew in self._all():
            for batch in crew.close():
                self._return(batch)
        for crew in self._all():
            crew.wait(max(0.0, until - time.monotonic()))

    def _all(self) -> list[Crew]:
        with self._lock:
            return list(self._crews.values())

    def _crew(self, channel: str) -> Crew:
        with self._lock:
            if self._closed:
                raise CarrierDown("closed")
            if channel not in self._crews:
                self._crews[channel] = Crew(channel, self._serve, self._threads)
            return self._crews[channel]

    def _serve(self, batch: Batch) -> None:
        if not batch.noted and (later := portions(batch)[1:]):
            self._notes.keep(batch.id, [message.id for portion in later for message in portion])
        for result in carried(batch, self._carry, self._notes.begin, lambda: self._closed):
            self._back.put((batch, result))
        self._back.put((batch, None))

    def _return(self, batch: Batch) -> None:
        for result in not_begun(batch.messages):
            self._back.put((batch, result))
        self._back.put((batch, None))

    def _first(self, wait: float) -> list[Item]:
        try:
            return [self._back.get(timeout=wait) if wait > 0 else self._back.get_nowait()]
        except Empty:
            return []

    def _gather(self, items: list[Item]) -> list[Report]:
        # Whatever has come in meanwhile goes along; nobody waits to gather more.
        while items and len(items) < MOST and (more := self._first(0)):
            items += more
        return [
            Report(str(next(self._tokens)), batch.id, batch.channel, results, done)
            for batch, results, done in grouped(items)
        ]
