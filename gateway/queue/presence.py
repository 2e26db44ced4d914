"""Whether anybody serves a channel: workers show that they are there, and the gateway looks.

The gateway says in turn which channels it has, so that a worker for a name it mistook tells so.
"""

import logging
import time
from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from redis.exceptions import RedisError

from gateway.queue.keys import KEPT, Keys

log = logging.getLogger(__name__)

SIGN = 10.0  # seconds between signs
AGAIN = 1.0  # seconds until one that failed is given again
ALIVE = 30  # seconds a sign is good for
ALIVE_IN_BURSTS = 900  # for a worker that ends when its queues are empty, and comes again
# Seconds without a worker until none counts as there: after one that gave its last sign, and
# where none ever gave one, or all left in good order.
SURE, PATIENCE = 3.0, 30.0


class Presence(Thread):
    """A worker's end: says every few seconds that it serves some channels.

    RQ's own register of workers keeps one that was killed for seven minutes.
    """

    def __init__(self, redis: Any, keys: Keys, channels: Sequence[str]) -> None:
        super().__init__(name="presence", daemon=True)
        self._redis, self._keys, self._channels = redis, keys, channels
        self._name = uuid4().hex
        self._over = Event()
        self._mistaken: set[str] = set()
        self.alive_for = ALIVE

    def run(self) -> None:
        while not self._over.is_set():
            told = self._tell(self._sign) and self._compare()
            self._over.wait(SIGN if told else AGAIN)

    def close(self) -> None:
        """Take leave, but for one that comes again."""
        self._over.set()
        self.join(AGAIN)
        if self.alive_for == ALIVE:
            self._tell(self._leave)

    def _compare(self) -> bool:
        """Say once of each channel that the gateway has no such one for workers."""
        try:
            wanted = {name.decode() for name in self._redis.smembers(self._keys.wanted)}
        except RedisError:
            return False
        mistaken = set(self._channels) - wanted if wanted else set()
        for name in sorted(mistaken - self._mistaken):
            there = ", ".join(sorted(wanted))
            log.warning("the gateway sends nothing by workers on %s. It does on: %s", name, there)
        self._mistaken = mistaken
        return True

    def _tell(self, say: Callable[[Any, str, int], None]) -> bool:
        try:
            now = self._redis.time()[0]
            with self._redis.pipeline(transaction=False) as pipe:
                for channel in self._channels:
                    say(pipe, self._keys.serving(channel), now)
                pipe.execute()
        except RedisError:
            return False
        return True

    def _sign(self, pipe: Any, key: str, now: int) -> None:
        # The last sign of one that was killed stays: it says that there was one.
        pipe.zremrangebyscore(key, "-inf", now - 1)
        pipe.zadd(key, {self._name: now + self.alive_for})
        pipe.expire(key, KEPT)

    def _leave(self, pipe: Any, key: str, now: int) -> None:
        pipe.zrem(key, self._name)


class Roll:
    """The gateway's end: which channels no worker has served for some time."""

    def __init__(self, redis: Any, keys: Keys, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis, self._keys, self._clock = redis, keys, clock
        self._since: dict[str, float] = {}
        self._left: frozenset[str] = frozenset()

    def call(self, channels: Sequence[str]) -> frozenset[str]:
        """Return those of the channels that nobody serves; RedisError if Redis is away."""
        try:
            counts = self._count(channels)
        except RedisError:
            # Workers find back to Redis in their own time, and are waited for anew.
            self._since = {name: at for name, at in self._since.items() if name in self._left}
            raise
        self._announce(set(channels))
        now = self._clock()
        for name, (fresh, _) in counts.items():
            if fresh:
                self._since.pop(name, None)
            else:
                self._since.setdefault(name, now)
        self._left = frozenset(
            name
            for name, (fresh, known) in counts.items()
            if not fresh and now - self._since[name] >= (SURE if known else PATIENCE)
        ) | (self._left & counts.keys() & self._since.keys())
        return self._left

    def alone(self, channels: Sequence[str]) -> list[str]:
        """Return those that have no worker at this moment."""
        return [name for name, (fresh, _) in self._count(channels).items() if not fresh]

    def _announce(self, channels: set[str]) -> None:
        """Say which channels workers may serve; where that is said already, nothing is written."""
        wanted = self._keys.wanted
        if {name.decode() for name in self._redis.smembers(wanted)} != channels:
            with self._redis.pipeline() as pipe:
                pipe.delete(wanted)
                if channels:
                    pipe.sadd(wanted, *channels)
                pipe.execute()

    def _count(self, channels: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Count the workers of each channel that are there, and those that were."""
        if not channels:
            return {}
        now = self._redis.time()[0]
        with self._redis.pipeline(transaction=False) as pipe:
            for channel in channels:
                pipe.zcount(self._keys.serving(channel), now, "+inf")
                pipe.zcard(self._keys.serving(channel))
            found = pipe.execute()
        return dict(zip(channels, zip(found[::2], found[1::2], strict=True), strict=True))
