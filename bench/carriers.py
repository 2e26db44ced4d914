"""Workers on Redis, beside the threads of one gateway: the same messages, provider and lines."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import served
from bench.figures import Line, Spread, Target
from bench.sending import FAST, send
from bench.size import Size
from gateway.context import Gateway, open_gateway
from tests.providers.twilio_server import TwilioServer
from tests.surroundings.network import unused_port
from tests.surroundings.redis import NO_REDIS, RedisServer, redis_binary

CHANNEL = "twilio"


@dataclass(frozen=True, slots=True)
class Case:
    """How long their answer takes, how many workers there are, and the least we want."""

    latency: float
    workers: int
    least: float

    def __str__(self) -> str:
        many = "one worker" if self.workers == 1 else f"{self.workers} workers"
        return f"sending by {many} over Redis, {self.latency * 1000:.0f} ms latency"


# With an answer after 50 ms the lines of one process are the limit: two have twice as many.
CASES = (Case(0.0, 1, 0.8), Case(0.05, 1, 0.8), Case(0.05, 2, 1.5))


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Send the same messages by workers and by threads, in turn."""
    binary = redis_binary()
    if binary is None:
        yield from (Line(str(case), said=f"not measured here: {NO_REDIS}") for case in CASES)
        return
    redis = RedisServer(binary, folder, unused_port())
    redis.start()
    try:
        with TwilioServer() as twilio:
            for case in CASES:
                place = folder / f"{case.latency}-{case.workers}"
                yield _line(place, redis.url, twilio, case, size)
    finally:
        redis.stop()


def _line(folder: Path, redis: str, twilio: TwilioServer, case: Case, size: Size) -> Line:
    with (
        _gateway(folder / "redis", twilio.url, redis) as ours,
        _gateway(folder / "threads", twilio.url) as theirs,
        ExitStack() as workers,
    ):
        for _ in range(case.workers):
            workers.enter_context(served.worker(folder / "redis", redis, CHANNEL))
        twilio.latency = case.latency
        count = size.carried * case.workers
        rounds = [
            [send(gw, count, str(number)) for gw in (ours, theirs)]
            for number in range(size.rounds + 1)
        ]
    by_workers, by_threads = zip(*rounds[1:], strict=True)  # the first is to get warm
    goal = Target(case.least, ratio=True)
    return Line(str(case), "a second", Spread.of(by_workers), Spread.of(by_threads), goal)


@contextmanager
def _gateway(folder: Path, twilio: str, redis: str = "") -> Iterator[Gateway]:
    """Run a gateway; what is handed out is its store, to queue messages in."""
    settings = served.prepare(folder, twilio=twilio, rate=FAST)
    with served.gateway(folder, redis):
        gw = open_gateway(settings)
        try:
            yield gw
        finally:
            gw.store.close()
