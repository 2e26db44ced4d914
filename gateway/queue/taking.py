"""A worker's end of Redis: taking batches."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from rq.job import Job

from gateway.domain.messages import Batch
from gateway.queue.keys import BEGUN, KEPT, TAKEN_BACK, Keys

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch off the queue. If it is not `fresh` it may have been sent: not to be sent unasked."""

    batch: Batch
    fresh: bool


class Taker:
    """Takes the batches of some channels, emergencies first."""

    def __init__(self, redis: Any, keys: Keys, channels: Sequence[str], only_urgent: bool) -> None:
        self._redis = redis
        self._keys = keys
        self.only_urgent = only_urgent
        self._urgent = [f"rq:queue:{keys.queue(channel, True)}" for channel in channels]
        ordinary = [f"rq:queue:{keys.queue(channel, False)}" for channel in channels]
        self._queues = self._urgent if only_urgent else [*self._urgent, *ordinary]

    def take(self, wait: float) -> Taken | None:
        """Return the next batch and mark it as begun; None if none came in `wait` seconds."""
        until = time.monotonic() + wait
        while batch_id := self._pop(max(0.0, until - time.monotonic())):
            if taken := self._begin(batch_id):
                return taken
        return None

    def has_urgent(self) -> bool:
        """Whether an emergency waits to be taken, as far as Redis answers."""
        try:
            return any(self._redis.llen(queue) for queue in self._urgent)
        except RedisError:
            return False

    def _pop(self, wait: float) -> str | None:
        if wait > 0:
            popped = self._redis.blpop(self._queues, wait)
            return popped[1].decode() if popped else None
        found = (self._redis.lpop(queue) for queue in self._queues)
        return next((batch_id.decode() for batch_id in found if batch_id), None)

    def _begin(self, batch_id: str) -> Taken | None:
        try:
            job = Job.fetch(batch_id, connection=self._redis, serializer="json")
            batch = msgspec.convert(job.args[0], Batch)
        except NoSuchJobError:
            return None  # taken back, or begun by another
        except Exception as error:  # its words may hold a number or a text
            log.error("batch %s is unusable: %s", batch_id, type(error).__name__)
            self._redis.delete(Job.key_for(batch_id))
            return None
        mark, run = self._mark(batch_id, job.key)
        if mark == TAKEN_BACK:
            return None
        # A Redis that was started again may offer what was begun before: see keys.run_of.
        return Taken(batch, fresh=mark is None and job.meta.get("run") == run)

    def _mark(self, batch_id: str, job_key: str) -> tuple[bytes | None, str]:
        # From here on the texts are in no Redis any more, whatever becomes of this worker.
        with self._redis.pipeline() as pipe:
            pipe.get(self._keys.begun(batch_id))
            pipe.set(self._keys.begun(batch_id), BEGUN, nx=True, ex=KEPT)
            pipe.delete(job_key)
            pipe.info("server")
            mark, _, _, server = pipe.execute()
        return mark, str(server["run_id"])
