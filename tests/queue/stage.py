"""What the tests of the carriers stand on: batches, ways to carry them, both carriers."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from threading import Event, Thread

from gateway.domain.messages import Batch, Class, Outcome, Outgoing, Result
from gateway.queue import Carrier, Carry, Report, TakenBack
from gateway.queue.on_redis import RedisCarrier
from gateway.queue.threads import ThreadCarrier
from gateway.worker import Worker

CHANNELS = ("one", "two")
NUMBER = "+15550100"
TEXT = "Boil the water before you drink it"

_batches = count(1)
_messages = count(1)


def batch_of(size: int = 1, channel: str = "one", class_: Class = Class.NORMAL) -> Batch:
    """A batch with ids nobody else has."""
    messages = tuple(Outgoing(next(_messages), NUMBER, TEXT, class_) for _ in range(size))
    made = Batch(f"batch-{next(_batches)}", channel, "simulator", NUMBER, "sealed", messages)
    return replace(made, noted=True)


def accept(batch: Batch) -> Iterator[Result]:
    for message in batch.messages:
        yield Result(message.id, Outcome.ACCEPTED, f"sim-{message.id}")


class Paper:
    """Notes kept by hand, of batches that were noted when they were claimed."""

    def __init__(self) -> None:
        self.begun: dict[str, set[int]] = {}
        self.taken_back: set[str] = set()
        self.asked: dict[str, str | None] = {}

    def keep(self, batch: str, ids: Sequence[int]) -> None:
        self.begun[batch] = set()

    def begin(
        self, batch: str, ids: Sequence[int], question: str | None = None
    ) -> Callable[[], None]:
        begun = self.begun.setdefault(batch, set())
        there = batch not in self.taken_back and begun.isdisjoint(ids)
        again = question is not None and self.asked.get(batch) == question
        if there:
            begun.update(ids)
            self.asked[batch] = question

        def wait() -> None:
            if not (there or again):
                raise TakenBack

        return wait

    def withdraw(self, batch: str, ids: Sequence[int], question: str) -> Callable[[], object]:
        if self.asked.get(batch) == question:
            self.begun[batch].difference_update(ids)
            self.asked[batch] = None
        return lambda: None


class Recording:
    """Accepts everything and remembers the batches; `gate` holds up those it is told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.sent: list[int] = []
        self.held: set[str] = set()
        self.gate = Event()

    def __call__(self, batch: Batch) -> Iterable[Result]:
        self.begun.append(batch.id)
        self.sent += [message.id for message in batch.messages]
        if batch.id in self.held:
            self.gate.wait(20)
        return accept(batch)

    def hold(self, batch: Batch) -> Batch:
        self.held.add(batch.id)
        return batch


@contextmanager
def threads(carry: Carry, again: float = 30.0) -> Iterator[Carrier]:
    carrier = ThreadCarrier(carry, Paper(), again=again)
    try:
        yield carrier
    finally:
        carrier.close(5)


@contextmanager
def redis(carry: Carry, url: str, again: float = 30.0) -> Iterator[Carrier]:
    """A carrier on Redis with a worker beside it, below a prefix of their own."""
    prefix = f"test{next(_batches)}"
    carrier = RedisCarrier(url, Paper(), prefix, again)
    with working(url, carry, prefix):
        yield carrier
    carrier.close(5)


@contextmanager
def working(url: str, carry: Carry, prefix: str) -> Iterator[Worker]:
    worker = Worker(url, CHANNELS, carry, prefix)
    thread = Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        yield worker
    finally:
        worker.asked = True
        thread.join(20)
    assert not thread.is_alive()
    assert not worker.failed


def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something is true, and fail if it never is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def served(carrier: Carrier, true: Callable[[], object]) -> list[Report]:
    """Give the leave that workers ask for until something is true; return what they told."""
    found: list[Report] = []

    def once() -> object:
        reports = carrier.reports(0.02)
        carrier.acknowledge(reports)
        found.extend(reports)
        return true()

    until(once)
    return found


def collect(carrier: Carrier, *batches: Batch, seconds: float = 10.0) -> list[Report]:
    """Gather and acknowledge reports until all these batches are done."""
    left = {batch.id for batch in batches}
    end = time.monotonic() + seconds
    found: list[Report] = []
    while left:
        assert time.monotonic() < end, f"no last report of {left}"
        reports = carrier.reports(0.2)
        carrier.acknowledge(reports)
        found += reports
        left -= {report.batch for report in reports if report.done}
    return found


def results(reports: Iterable[Report]) -> list[Result]:
    return [result for report in reports for result in report.results]
