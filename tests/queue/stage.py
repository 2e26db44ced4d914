"""What the tests of the carriers stand on: batches, ways to carry them, both carriers."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import Event, Thread

from gateway.domain.messages import Batch, Class, Outcome, Outgoing, Result
from gateway.queue import Carrier, Carry, Report
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
    return Batch(f"batch-{next(_batches)}", channel, "simulator", NUMBER, "sealed", messages)


def accept(batch: Batch) -> Iterator[Result]:
    for message in batch.messages:
        yield Result(message.id, Outcome.ACCEPTED, f"sim-{message.id}")


class Recording:
    """Accepts everything and remembers the batches; `gate` holds up those it is told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.held: set[str] = set()
        self.gate = Event()

    def __call__(self, batch: Batch) -> Iterable[Result]:
        self.begun.append(batch.id)
        if batch.id in self.held:
            self.gate.wait(20)
        return accept(batch)

    def hold(self, batch: Batch) -> Batch:
        self.held.add(batch.id)
        return batch


@contextmanager
def threads(carry: Carry, again: float = 30.0) -> Iterator[Carrier]:
    carrier = ThreadCarrier(carry, again=again)
    try:
        yield carrier
    finally:
        carrier.close(5)


@contextmanager
def redis(carry: Carry, url: str, again: float = 30.0) -> Iterator[Carrier]:
    """A carrier on Redis with a worker beside it, below a prefix of their own."""
    prefix = f"test{next(_batches)}"
    carrier = RedisCarrier(url, prefix, again)
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
