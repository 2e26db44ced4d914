"""A worker: takes batches from Redis and sends them. It has no database."""

import logging
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import inf
from threading import Event, Lock, Thread

from redis.exceptions import RedisError

from gateway import processor, providers
from gateway.domain.messages import Batch, Outcome, Result
from gateway.providers import Provider
from gateway.queue import Begin, Carry
from gateway.queue.asking import Asking
from gateway.queue.keys import Keys, connect
from gateway.queue.line import Line
from gateway.queue.portions import apart, carried
from gateway.queue.presence import ALIVE_IN_BURSTS, Presence
from gateway.queue.reporter import Reporter
from gateway.queue.taking import Taken, Taker
from gateway.queue.whole import lines, unknown
from gateway.sealing import Sealer

log = logging.getLogger(__name__)

LISTEN = 0.5  # seconds for one look at an empty queue
LOOK_UP = 0.1  # seconds until a worker sees that it should stop
PATIENCE = 10.0  # seconds for one answer of Redis
LAST_WORDS = 30.0  # seconds to report what was sent, when stopping while Redis is away
ONE_BURST = 30.0  # seconds for which one that ends when its queues are empty waits for leave

Made = tuple[str, str, Mapping[str, str]]  # what a provider object is made of


class Sender:
    """Carries batches by value: opens their settings and keeps one provider a channel."""

    def __init__(self, key: bytes) -> None:
        self._sealer = Sealer(key)
        self._lock = Lock()
        self._known: dict[str, tuple[Made, Provider]] = {}

    def __call__(self, batch: Batch) -> Iterable[Result]:
        try:
            provider = self._provider(batch)
        except Exception as error:
            # Nothing was sent: a wrong key or an absent provider waits for someone to mend it.
            log.error("channel %s cannot be made here: %s", batch.channel, lines(error))
            return [Result(m.id, Outcome.ACCOUNT, error="settings") for m in batch.messages]
        return provider.send(batch.messages)

    def _provider(self, batch: Batch) -> Provider:
        made = (batch.provider, batch.address, self._sealer.open(batch.settings))
        with self._lock:
            known = self._known.get(batch.channel)
            if known is None or known[0] != made:
                known = (made, providers.load(made[0])(made[1], made[2]))
                self._known[batch.channel] = known
        return known[1]


class Worker:
    """Serves channels, each with one thread, and one more for its emergencies."""

    def __init__(self, url: str, channels: Sequence[str], carry: Carry, prefix: str = "gateway"):
        self.asked = False  # to stop; a signal may set no event, whose lock it could meet held
        self.failed = False
        self._stop = Event()
        self._carry = carry
        self._channels = channels
        self._redis = connect(url, PATIENCE)
        self._keys = Keys(prefix)
        self._line = Line()
        self._reporter = Reporter(self._redis, self._keys, self._line)
        self._presence = Presence(self._redis, self._keys, channels)

    def run(self, burst: bool = False) -> bool:
        """Serve until told to stop, in a burst until all queues are empty; False if it broke.

        One without its sign of presence would be taken for gone, and sent nothing for ever.
        """
        if burst:
            self._presence.alive_for = ALIVE_IN_BURSTS
        self._presence.start()
        threads = [self._thread(name, only, burst) for name in self._channels for only in (1, 0)]
        while alive := [thread for thread in threads if thread.is_alive()]:
            alive[0].join(LOOK_UP)
            beside = self._reporter.alive and self._presence.is_alive()
            self.failed = self.failed or not beside
            if self.asked or self.failed:
                self._stop.set()
        self._presence.close()
        told = self._reporter.close(LAST_WORDS)
        self._redis.close()
        return told and not self.failed

    def _thread(self, channel: str, only_urgent: int, burst: bool) -> Thread:
        taker = Taker(self._redis, self._keys, [channel], bool(only_urgent))
        name = f"{channel}-urgent" if only_urgent else channel
        thread = Thread(target=self._guard, args=(taker, burst), name=name, daemon=True)
        thread.start()
        return thread

    def _guard(self, taker: Taker, burst: bool) -> None:
        try:
            self._serve(taker, burst)
        except Exception as error:
            log.error("the worker broke: %s", lines(error))
            self.failed = True

    def _serve(self, taker: Taker, burst: bool) -> None:
        begin = self._asking(taker, ONE_BURST if burst else inf)
        while not self._stop.is_set():
            try:
                taken = taker.take(0 if burst else LISTEN)
                self._line.back()
            except RedisError as error:
                self._stop.wait(self._line.away(error))
                continue
            if taken:
                self._carry_out(taken, begin)
            elif burst:
                return

    def _asking(self, taker: Taker, patience: float) -> Asking:
        """Who is there for emergencies waits for no leave while one lies in its queue."""

        def gives_up() -> bool:
            return self._stop.is_set() or (taker.only_urgent and taker.has_urgent())

        return Asking(self._redis, self._keys, self._line, gives_up, patience)

    def _carry_out(self, taken: Taken, begin: Begin) -> None:
        batch = taken.batch
        self._reporter.begin(batch)
        for result in self._results(taken, begin):
            self._reporter.add(batch, result)
        self._reporter.add(batch, None)

    def _results(self, taken: Taken, begin: Begin) -> Iterator[Result]:
        """Carry emergencies at once, all else portion by portion as the gateway gives leave."""
        batch = taken.batch
        if not taken.fresh:
            emergencies, batch = apart(batch)
            log.warning("batch %s was begun before: no emergency of it is sent again", batch.id)
            yield from unknown((message.id for message in emergencies.messages), "begun before")
        yield from carried(batch, self._carry, begin, self._stop.is_set)


def main(redis_url: str, channels: Sequence[str], key: bytes, burst: bool = False) -> int:
    """Run a worker until SIGTERM or Ctrl-C; return 0, or 1 if it broke.

    The batch being sent is finished; a second signal ends the process at once.
    """
    processor.choose(apart=True)
    worker = Worker(redis_url, channels, Sender(key))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _gently(worker))
    log.info("serving %s", ", ".join(channels))
    return 0 if worker.run(burst) else 1


def _gently(worker: Worker) -> Callable[[int, object], None]:
    def on_signal(number: int, frame: object) -> None:
        worker.asked = True
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL)

    return on_signal


def perform(batch: Mapping[str, object]) -> None:
    """Refuse a batch that RQ's own worker took; only `gateway worker` can send it."""
    raise RuntimeError("serve this queue with `gateway worker`, not with `rq worker`")
