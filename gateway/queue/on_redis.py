"""The carrier of many machines: RQ on Redis.

A batch is one RQ job by value; results come back on a stream. The ledger is SQLite:
nothing here is needed to recover.
"""

from collections.abc import Callable, Container, Sequence
from threading import Event
from time import monotonic
from typing import Any

from msgspec import to_builtins
from redis.exceptions import RedisError, ResponseError
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.job import Job

from gateway.domain.messages import Batch
from gateway.queue import CarrierDown, Notes, Report, asking, leftovers, urgent
from gateway.queue.asking import Question
from gateway.queue.given import Given
from gateway.queue.keys import BEGUN, KEPT, TAKEN_BACK, Keys, connect, run_of
from gateway.queue.line import Line
from gateway.queue.missing import Missing
from gateway.queue.presence import Roll
from gateway.queue.stream import Stream

PERFORM = "gateway.worker.perform"
LONGEST_WAIT = 5.0  # seconds
REFUSES = 15.0  # seconds for which one that is full counts as away: lanes ask every five
PATIENCE = 3.0  # seconds; a lane waits no longer for a Redis that does not answer


class RedisCarrier:
    """Carries through Redis to the workers, on any machine, that serve a channel.

    What is noted as not begun no worker begins without our leave.
    """

    def __init__(
        self, url: str, notes: Notes, prefix: str = "gateway", again: float = 30.0
    ) -> None:
        self._notes = notes
        self._redis = connect(url, PATIENCE)
        self._keys = Keys(prefix)
        self._stream = Stream(connect(url, LONGEST_WAIT + PATIENCE), self._keys)
        self._given = Given(again)
        self._line = Line()
        self._roll = Roll(self._redis, self._keys)
        self._missing = Missing()
        self._closed = Event()
        self._refused_until = 0.0

    def hand(self, batch: Batch) -> None:
        if self._closed.is_set():
            raise CarrierDown("closed")
        with self._redis.pipeline() as pipe:
            try:
                self._enqueue(batch, pipe)
            except RedisError as error:
                raise self._down(error) from error
            try:
                pipe.execute()
            except ResponseError as error:  # it answered: full, read-only, not allowed
                self._refused_until = monotonic() + REFUSES
                raise CarrierDown(type(error).__name__) from error
            except RedisError as error:
                self._settle(batch, error)
        self._line.back()

    def notes(self, channel: str) -> bool:
        return True

    def reports(self, wait: float) -> list[Report]:
        overdue = self._given.overdue()
        fresh: list[Report] = []
        try:
            fresh = self._read(0 if overdue else min(wait, LONGEST_WAIT))
            self._line.back()
        except RedisError as error:
            self._closed.wait(min(wait, self._line.away(error)))
        return self._given.give(overdue + fresh)

    def acknowledge(self, reports: Sequence[Report]) -> None:
        """Forget reports; where Redis is away they come once more after a restart."""
        self._given.forget(reports)
        try:
            self._stream.remove([report.token for report in reports])
        except RedisError as error:
            self._line.away(error)

    def _read(self, wait: float) -> list[Report]:
        """Answer what workers ask until there are reports, or the time is over."""
        until, fresh, asked = monotonic() + wait, list[Report](), True
        while asked and not fresh:
            told = self._stream.read(max(0.0, until - monotonic()))
            fresh = [each for each in told if isinstance(each, Report)]
            asked = self._answer([each for each in told if isinstance(each, Question)])
        return fresh

    def _answer(self, questions: Sequence[Question]) -> bool:
        """Let workers begin, unless we close; return whether somebody asked."""
        try:
            if questions and not self._closed.is_set():
                asking.answer(self._redis, self._notes, questions)
                self._stream.remove([question.token for question in questions])
        except RedisError as error:  # asked again; the reports that came along must not suffer
            self._line.away(error)
        return bool(questions)

    def waiting(self, channel: str) -> int:
        return sum(self._counts(channel))

    def before(self, channel: str) -> int:
        queued, begun = self._counts(channel)
        return queued + min(1, begun)

    def holds(self, batch_id: str) -> bool | None:
        # Who begins a batch deletes its job in the same transaction. One that is there and in no
        # queue was fetched over a line that broke, or by a worker that died just then.
        try:
            return self._job(batch_id) is not None
        except RedisError as error:
            self._line.away(error)
            return None

    def take_back(self, batch_id: str) -> bool:
        try:
            job = self._job(batch_id)
            return job is not None and self._withdraw(job)
        except RedisError as error:
            self._line.away(error)
            return False

    def recall(self, batch_id: str) -> bool:
        return self.take_back(batch_id)

    def drop(self, channel: str, wanted: Callable[[], Container[str]]) -> bool:
        try:
            return leftovers.drop(self._redis, self._keys, channel, wanted)
        except RedisError as error:
            self._line.away(error)
            return False

    def unserved(self, channels: Sequence[str]) -> frozenset[str] | None:
        try:
            return self._roll.call(channels)
        except RedisError as error:
            self._line.away(error)
            return None

    def lost(self, batch_id: str, channel: str) -> bool:
        try:
            now = self._redis.time()[0]
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.get(self._keys.begun(batch_id))
                pipe.exists(Job.key_for(batch_id))
                pipe.zscore(self._keys.under_way(channel), batch_id)
                mark, queued, until = pipe.execute()
            no_sign = until is None or until < now
            gone = self._missing.for_long(batch_id, no_sign and not queued and mark != BEGUN)
            return gone or (no_sign and mark == BEGUN)
        except RedisError as error:
            self._line.away(error)
            return False

    def away(self) -> bool:
        return self._line.is_away() or monotonic() < self._refused_until

    def refuses(self, channel: str) -> bool:
        return self._line.is_away()

    def close(self, timeout: float) -> None:
        """Hand over nothing more; the workers go on, and reports may still be read."""
        self._closed.set()

    def _counts(self, channel: str) -> tuple[int, int]:
        """Count queued batches, and those whose worker gave a sign of life; 0 if Redis is away."""
        try:
            now = self._redis.time()[0]
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.llen(self._queue(channel, True).key)
                pipe.llen(self._queue(channel, False).key)
                pipe.zcount(self._keys.under_way(channel), now, "+inf")
                urgent, ordinary, begun = pipe.execute()
        except RedisError as error:
            self._line.away(error)
            return 0, 0
        return urgent + ordinary, begun

    def _queue(self, channel: str, urgent: bool) -> Any:
        name = self._keys.queue(channel, urgent)
        return Queue(name, connection=self._redis, serializer="json")

    def _enqueue(self, batch: Batch, pipe: Any) -> None:
        queue = self._queue(batch.channel, urgent(batch))
        job = queue.create_job(
            PERFORM,
            args=[to_builtins(batch)],
            job_id=batch.id,
            description=f"batch {batch.id}",  # RQ's own would show the arguments
            meta={"run": run_of(self._redis)},
            timeout=-1,
            result_ttl=0,
            failure_ttl=60,
            ttl=KEPT,
        )
        queue.enqueue_job(job, pipeline=pipe)

    def _settle(self, batch: Batch, error: Exception) -> None:
        # The line broke when Redis may have taken the batch already. Whoever sets the mark
        # first decides. If even that fails, the batch counts as handed over: late or
        # unknown, but never sent twice.
        try:
            ours = self._redis.set(self._keys.begun(batch.id), TAKEN_BACK, nx=True, ex=KEPT)
            if ours:
                self._redis.delete(Job.key_for(batch.id))
        except RedisError as again:
            self._line.away(again)
            return
        if ours:
            raise self._down(error) from error

    def _job(self, batch_id: str) -> Any:
        # The job of a batch that was handed over in this run of Redis and is not begun.
        try:
            job = Job.fetch(batch_id, connection=self._redis, serializer="json")
        except NoSuchJobError:
            return None
        return job if job.meta.get("run") == run_of(self._redis) else None

    def _withdraw(self, job: Any) -> bool:
        with self._redis.pipeline() as pipe:
            pipe.get(self._keys.begun(job.id))  # ours already where our own word was lost
            pipe.set(self._keys.begun(job.id), TAKEN_BACK, nx=True, ex=KEPT)
            pipe.delete(job.key)
            pipe.lrem(f"rq:queue:{job.origin}", 1, job.id)
            mark, _, there, _ = pipe.execute()
        return bool(there) and mark in (None, TAKEN_BACK)

    def _down(self, error: Exception) -> CarrierDown:
        self._line.away(error)
        return CarrierDown(type(error).__name__)
