"""Redis while it answers, and threads of this process while it does not."""

import logging
from collections.abc import Callable, Container, Sequence
from threading import Lock

from gateway.domain.messages import Batch
from gateway.queue import Carrier, CarrierDown, Report

log = logging.getLogger(__name__)


class EitherCarrier:
    """Hands to Redis; what Redis surely did not take, or no worker is there for, goes by threads,
    where they reach.

    What is at home here never goes to Redis. A batch is with one of the two only: Redis' own
    "down" says that no worker ever will begin it.
    """

    def __init__(
        self,
        redis: Carrier,
        threads: Carrier,
        reach: Callable[[str], bool],
        home: Callable[[str], bool] = lambda channel: False,
    ) -> None:
        self._redis, self._threads, self._reach, self._home = redis, threads, reach, home
        self._ours: set[str] = set()
        self._unserved: frozenset[str] = frozenset()
        self._lock = Lock()
        self._told_away = False

    def hand(self, batch: Batch) -> None:
        here = self._home(batch.channel) or self._steps_in(batch.channel)
        if here or not batch.noted:  # claimed for threads: workers begin only what is noted
            self._from_here(batch)
            return
        try:
            self._redis.hand(batch)
            self._told_away = False
        except CarrierDown as error:
            if str(error) == "closed" or not self._reach(batch.channel):
                raise
            if not self._told_away:  # once, however many batches
                log.warning("Redis is away: what there is goes from here, first batch %s", batch.id)
            self._told_away = True
            self._from_here(batch)

    def _steps_in(self, channel: str) -> bool:
        return channel in self._unserved and self._reach(channel)

    def _from_here(self, batch: Batch) -> None:
        with self._lock:
            self._ours.add(batch.id)
        self._threads.hand(batch)

    def notes(self, channel: str) -> bool:
        here = self._home(channel) or self._steps_in(channel)
        return (self._threads if here else self._redis).notes(channel)

    def reports(self, wait: float) -> list[Report]:
        found = self._threads.reports(0.0)
        return found + self._redis.reports(0.0 if found else wait)

    def acknowledge(self, reports: Sequence[Report]) -> None:
        ours = [report for report in reports if self._is_ours(report.batch)]
        self._threads.acknowledge(ours)
        self._redis.acknowledge([report for report in reports if report not in ours])
        with self._lock:
            self._ours.difference_update(report.batch for report in ours if report.done)

    def waiting(self, channel: str) -> int:
        return self._redis.waiting(channel) + self._threads.waiting(channel)

    def before(self, channel: str) -> int:
        return self._redis.before(channel) + self._threads.before(channel)

    def holds(self, batch_id: str) -> bool | None:
        return self._of(batch_id).holds(batch_id)

    def take_back(self, batch_id: str) -> bool:
        return self._of(batch_id).take_back(batch_id)

    def recall(self, batch_id: str) -> bool:
        return not self._is_ours(batch_id) and self._redis.recall(batch_id)

    def drop(self, channel: str, wanted: Callable[[], Container[str]]) -> bool:
        return self._redis.drop(channel, wanted)

    def unserved(self, channels: Sequence[str]) -> frozenset[str] | None:
        found = self._redis.unserved([name for name in channels if not self._home(name)])
        self._unserved = self._unserved if found is None else found
        return found

    def lost(self, batch_id: str, channel: str) -> bool:
        return self._of(batch_id).lost(batch_id, channel)

    def away(self) -> bool:
        return self._redis.away()

    def refuses(self, channel: str) -> bool:
        return self._redis.refuses(channel) and not self._home(channel) and not self._reach(channel)

    def close(self, timeout: float) -> None:
        self._redis.close(timeout)
        self._threads.close(timeout)

    def _of(self, batch_id: str) -> Carrier:
        return self._threads if self._is_ours(batch_id) else self._redis

    def _is_ours(self, batch_id: str) -> bool:
        with self._lock:
            return batch_id in self._ours
