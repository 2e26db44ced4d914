"""A worker's end of Redis: telling what came of batches, however long Redis is away."""

import logging
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Any

from redis.exceptions import RedisError

from gateway.domain.messages import Batch, Result
from gateway.queue.keys import Keys
from gateway.queue.line import Line
from gateway.queue.stream import write
from gateway.queue.whole import Item, grouped

log = logging.getLogger(__name__)

MOST = 500  # results in one report
SIGN_OF_LIFE = 10.0  # seconds between signs
ALIVE = 30  # seconds a sign is good for


class Reporter:
    """Writes results as they come, from a thread of its own, and keeps them until written."""

    def __init__(self, redis: Any, keys: Keys, line: Line) -> None:
        self._redis, self._keys, self._line = redis, keys, line
        self._items: SimpleQueue[Item | None] = SimpleQueue()
        self._under_way: dict[str, str] = {}
        self._lock = Lock()
        self._given_up = Event()
        self._thread = Thread(target=self._work, name="reporter", daemon=True)
        self._thread.start()

    def begin(self, batch: Batch) -> None:
        """Note that a batch is being sent from now on."""
        with self._lock:
            self._under_way[batch.id] = batch.channel
        # Of this one alone: another may just have ended, and would count as under way again.
        self._sign([(batch.id, batch.channel)])

    def add(self, batch: Batch, result: Result | None) -> None:
        """Report a result, or with None that the batch is done."""
        self._items.put((batch, result))

    @property
    def alive(self) -> bool:
        """False if the thread broke."""
        return self._thread.is_alive()

    def close(self, timeout: float) -> bool:
        """Write what is left; False if there was no time, and the rest is lost."""
        self._items.put(None)
        self._thread.join(timeout)
        self._given_up.set()
        if self._thread.is_alive():
            log.error("the results of %s are lost: Redis is away", ", ".join(self._under_way))
            return False
        return True

    def _work(self) -> None:
        signed = time.monotonic()
        while (items := self._gather()) is not None:
            self._until_written(items)
            if time.monotonic() - signed > SIGN_OF_LIFE:
                with self._lock:
                    begun = list(self._under_way.items())
                self._sign(begun)
                signed = time.monotonic()

    def _gather(self) -> list[Item] | None:
        # Whatever has come in meanwhile goes along; nobody waits to gather more.
        items: list[Item] = []
        try:
            item = self._items.get(timeout=SIGN_OF_LIFE)
            while item is not None:
                items.append(item)
                if len(items) == MOST:
                    return items
                item = self._items.get_nowait()
        except Empty:
            return items
        if items:
            self._items.put(None)  # the end, for the next round
        return items or None

    def _until_written(self, items: Sequence[Item]) -> None:
        while items and not self._given_up.is_set():
            try:
                self._write(items)
                self._line.back()
                return
            except RedisError as error:
                # A write whose answer was lost is written again: applying it twice is harmless.
                self._given_up.wait(self._line.away(error))

    def _write(self, items: Sequence[Item]) -> None:
        with self._redis.pipeline() as pipe:
            for batch, results, done in grouped(items):
                write(pipe, self._keys, batch, results, done)
                if done:
                    pipe.zrem(self._keys.under_way(batch.channel), batch.id)
                    self._forget(batch.id)
            pipe.execute()

    def _forget(self, batch_id: str) -> None:
        with self._lock:
            self._under_way.pop(batch_id, None)

    def _sign(self, under_way: Sequence[tuple[str, str]]) -> None:
        if not under_way:
            return
        try:
            now = self._redis.time()[0]
            with self._redis.pipeline(transaction=False) as pipe:
                for batch_id, channel in under_way:
                    pipe.zadd(self._keys.under_way(channel), {batch_id: now + ALIVE})
                    pipe.zremrangebyscore(self._keys.under_way(channel), "-inf", now - ALIVE)
                pipe.execute()
        except RedisError as error:
            self._line.away(error)
