"""What workers say: results, and what they ask to begin; with neither numbers nor texts in it."""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from redis.exceptions import RedisError, ResponseError

from gateway.domain.messages import Batch, Result
from gateway.queue import Report, asking
from gateway.queue.asking import Question
from gateway.queue.keys import CONSUMER, GROUP, Keys

log = logging.getLogger(__name__)

MOST = 100  # entries read at a time
FIRST = b"0"

Entry = tuple[bytes, dict[bytes, bytes] | None]


def write(pipe: Any, keys: Keys, batch: Batch, results: Sequence[Result], done: bool) -> None:
    """Add one report to the stream."""
    fields = {"batch": batch.id, "channel": batch.channel, "done": int(done)}
    pipe.xadd(keys.reports, {**fields, "results": msgspec.json.encode(results)})


class Stream:
    """The engine's end: first what was given before and is not acknowledged."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._key = keys.reports
        self._after: bytes | None = FIRST  # None: all left over is read

    def read(self, wait: float) -> list[Report | Question]:
        """Return what is there, after at most `wait` seconds; RedisError if it is away.

        After one what was given and is not acknowledged is read again: the answer that held it
        may be lost.
        """
        try:
            return self._read_or_create(wait)
        except RedisError:
            self._after = FIRST
            raise

    def remove(self, tokens: Sequence[str]) -> None:
        """Acknowledge and delete entries."""
        if not tokens:
            return
        with self._redis.pipeline() as pipe:
            pipe.xack(self._key, GROUP, *tokens)
            pipe.xdel(self._key, *tokens)
            pipe.execute()

    def _read_or_create(self, wait: float) -> list[Report | Question]:
        try:
            return self._read(wait)
        except ResponseError as error:
            if not str(error).startswith("NOGROUP"):
                raise
            self._redis.xgroup_create(self._key, GROUP, id="0", mkstream=True)
            return self._read(wait)

    def _read(self, wait: float) -> list[Report | Question]:
        if self._after is not None:
            left_over = self._entries(self._after, 0)
            if left_over:
                found = self._all_of(left_over)
                self._after = left_over[-1][0]
                return found
            self._after = None
        return self._all_of(self._entries(b">", wait))

    def _entries(self, after: bytes, wait: float) -> list[Entry]:
        # BLOCK 0 would mean for ever.
        block = max(1, int(wait * 1000)) if wait > 0 else None
        answer = self._redis.xreadgroup(
            GROUP, CONSUMER, {self._key: after}, count=MOST, block=block
        )
        entries: list[Entry] = answer[0][1] if answer else []
        return entries

    def _all_of(self, entries: Sequence[Entry]) -> list[Report | Question]:
        found: list[Report | Question] = []
        unusable = []
        gone = [id_.decode() for id_, fields in entries if not fields]  # a question put anew
        for id_, fields in entries:
            try:
                found += [_one_of(id_, fields)] if fields else []
            except (KeyError, ValueError):
                unusable.append(id_.decode())
        if unusable:
            log.error("%d unusable reports are dropped", len(unusable))
        self.remove([*gone, *unusable])
        return found


def _one_of(id_: bytes, fields: dict[bytes, bytes]) -> Report | Question:
    return asking.read(id_, fields) if b"begin" in fields else read(id_, fields)


def read(id_: bytes, fields: dict[bytes, bytes]) -> Report:
    """Return the report of a stream entry; KeyError or ValueError if it is none.

    >>> fields = {b"batch": b"b", b"channel": b"c", b"results": b"[]", b"done": b"1"}
    >>> read(b"1-0", fields)
    Report(token='1-0', batch='b', channel='c', results=(), done=True)
    """
    return Report(
        id_.decode(),
        fields[b"batch"].decode(),
        fields[b"channel"].decode(),
        msgspec.json.decode(fields[b"results"], type=tuple[Result, ...]),
        done=fields[b"done"] == b"1",
    )
