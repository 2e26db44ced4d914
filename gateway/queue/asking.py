"""Leave to begin: a worker asks before it sends a portion, and the gateway strikes that out first.

So what no worker asked for is surely not begun, whatever becomes of Redis and the workers: the
gateway's store knows it. Without the gateway no ordinary message is begun.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import msgspec
from redis.exceptions import RedisError

from gateway.queue import Notes, TakenBack
from gateway.queue.keys import Keys
from gateway.queue.line import Line
from gateway.queue.whole import lines

log = logging.getLogger(__name__)

LISTEN = 0.5  # seconds for one look for the answer
AGAIN = 5.0  # seconds until it is asked again: Redis may have lost the question
KEPT = 60  # seconds an answer is kept
YES, NO = b"yes", b"no"


@dataclass(frozen=True, slots=True)
class Question:
    """Whether these messages of a batch may be sent now; `token` names the entry of the stream.

    One that is `withdrawn` says that they were not, and will not be.
    """

    token: str
    batch: str
    ids: tuple[int, ...]
    answer: str
    withdrawn: bool = False


class Asking:
    """A worker's end; called as `Begin`. It waits `patience` seconds, or until it `gives_up`."""

    def __init__(
        self,
        redis: Any,
        keys: Keys,
        line: Line,
        gives_up: Callable[[], bool],
        patience: float = inf,
    ) -> None:
        self._redis, self._keys, self._line = redis, keys, line
        self._gives_up, self._patience = gives_up, patience
        self._told = False

    def __call__(self, batch: str, ids: Sequence[int]) -> Callable[[], None]:
        question = Question("", batch, tuple(ids), self._keys.answer(uuid4().hex))
        return partial(self._wait, question, self._ask(question))

    def _ask(self, question: Question, before: bytes | None = None) -> bytes | None:
        """Put a question, in the place of the one before; return its name if it was put."""
        fields = {"batch": question.batch, "answer": question.answer}
        fields |= {"withdrawn": "yes"} if question.withdrawn else {}
        try:
            with self._redis.pipeline() as pipe:
                if before:
                    pipe.xdel(self._keys.reports, before)
                ids = msgspec.json.encode(question.ids)
                pipe.xadd(self._keys.reports, {**fields, "begin": ids})
                put: bytes = pipe.execute()[-1]
            self._line.back()
            return put
        except RedisError as error:
            self._line.away(error)
            return before

    def _wait(self, question: Question, put: bytes | None) -> None:
        until = monotonic() + self._patience
        while (answer := self._hear(question.answer, AGAIN)) is None:
            if self._gives_up() or monotonic() > until:
                answer = self._withdraw(question, put)
                break
            self._say_that_it_waits()
            put = self._ask(question, put)
        self._told = False
        if answer != YES:
            raise TakenBack

    def _say_that_it_waits(self) -> None:
        """Once, until there is an answer; that Redis is away is said already."""
        if not self._told and not self._line.is_away():
            self._told = True
            log.warning("the gateway gives no leave to send; is it running? Waiting for it")

    def _hear(self, key: str, seconds: float) -> bytes | None:
        """Return the answer; None if none came in time, or we give up."""
        until = monotonic() + seconds
        while True:
            try:
                if found := self._redis.blpop([key], LISTEN):
                    answer: bytes = found[1]
                    return answer
            except RedisError as error:
                sleep(self._line.away(error))
            if self._gives_up() or monotonic() > until:
                return None

    def _withdraw(self, question: Question, put: bytes | None) -> bytes | None:
        """Return the answer of who just gave one; else nobody shall, and it is said so."""
        heard = self._hear(question.answer, 0.0)
        if heard is None:
            self._ask(replace(question, withdrawn=True), put)
        return heard


def read(token: bytes, fields: Mapping[bytes, bytes]) -> Question:
    """Return the question of a stream entry; KeyError or ValueError if it is none.

    >>> read(b"1-0", {b"batch": b"b", b"answer": b"a", b"begin": b"[1,2]"})
    Question(token='1-0', batch='b', ids=(1, 2), answer='a', withdrawn=False)
    """
    ids = msgspec.json.decode(fields[b"begin"], type=tuple[int, ...])
    batch, answer = fields[b"batch"].decode(), fields[b"answer"].decode()
    return Question(token.decode(), batch, ids, answer, b"withdrawn" in fields)


def answer(redis: Any, notes: Notes, questions: Iterable[Question]) -> None:
    """Strike out what is asked for, and say yes; no to what was taken back.

    What the disk does not take is not answered, and asked again.
    """
    waits = [(each, _looked_into(each, notes)) for each in questions]
    with redis.pipeline() as pipe:
        for question, wait in waits:
            word = _word(wait)
            if word is not None and not question.withdrawn:
                pipe.rpush(question.answer, word)
                pipe.expire(question.answer, KEPT)
        pipe.execute()


def _looked_into(question: Question, notes: Notes) -> Callable[[], object]:
    act = notes.withdraw if question.withdrawn else notes.begin
    return act(question.batch, question.ids, question.answer)


def _word(wait: Callable[[], object]) -> bytes | None:
    try:
        wait()
    except TakenBack:
        return NO
    except Exception as error:
        log.error("what is not begun could not be written down: %s", lines(error))
        return None
    return YES
