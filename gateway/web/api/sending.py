"""Programs hand messages in: one for one person, or one for thousands."""

import hashlib
import sqlite3
from collections.abc import Collection, Sequence

import msgspec
from flask.typing import ResponseReturnValue
from msgspec import Struct

from gateway import submit
from gateway.context import Gateway
from gateway.domain.messages import Class
from gateway.providers import Answer
from gateway.store import requests
from gateway.web.api import rights
from gateway.web.api.door import (
    Caller,
    answer,
    blueprint,
    body,
    caller,
    gateway,
    identified,
    needs,
    problem,
)
from gateway.web.api.shapes import NewMessage, Queued, QueuedMessages
from gateway.web.called import Pending

PATH = "/api/v1/messages"


@blueprint.post("/messages")
@needs(*rights.SEND)
def send_messages() -> ResponseReturnValue:
    """Queue one text or topic for one person or many; 202 once it is on disk."""
    return answer(msgspec.Raw(_queue(gateway(), caller(), body(NewMessage))), 202)


def pending(gw: Gateway, authorization: str, type: str, raw: bytes) -> Pending | None:
    """Return what a call asks to queue; None, or an error, if it may not."""
    who = identified(gw, authorization)
    if not who.may(rights.SEND) or type != "application/json":
        return None
    asked = msgspec.json.decode(raw, type=NewMessage)
    request = _request(gw, who, asked, _Keyed.of(gw, who, asked))
    return Pending(_answers, request, _accepted, _channels(request.ready))


def _accepted(found: bytes) -> Answer:
    return Answer(202, "application/json", found.decode())


def _request(gw: Gateway, who: Caller, asked: NewMessage, keyed: "_Keyed") -> "_Request":
    return _Request(gw, who.by, submit.check(gw, _order(asked)), keyed)


def _queue(gw: Gateway, who: Caller, asked: NewMessage) -> bytes:
    """Return the answer to a request once what it asks for is on disk."""
    keyed = _Keyed.of(gw, who, asked)
    if earlier := keyed.earlier(gw.store.read):
        return earlier
    request = _request(gw, who, asked, keyed)
    found = gw.store.write_together(_answers, [request])[0]
    if isinstance(found, BaseException):
        raise found
    gw.wake(*_channels(request.ready))
    return found


def _channels(ready: submit.Ready) -> Collection[int]:
    """Return the channels an order may go out on; one that is named is the only one."""
    return (ready.usual.id,) if ready.named else ready.channels


def _answers(db: sqlite3.Connection, requests: "list[_Request]") -> list[bytes]:
    """Queue the requests of one moment together; those with a key one by one."""
    plain = [one for one in requests if one.keyed.key is None]
    queued = submit.queue(plain[0].gw, db, [(one.by, one.ready) for one in plain]) if plain else []
    lines = iter(queued)
    return [_told(next(lines)) if one.keyed.key is None else one.once(db) for one in requests]


def _told(lines: Sequence[submit.Line]) -> bytes:
    return msgspec.json.encode(QueuedMessages([_queued(line) for line in lines]))


class _Request(Struct, frozen=True):
    """A checked request of somebody."""

    gw: Gateway
    by: str
    ready: submit.Ready
    keyed: "_Keyed"

    def once(self, db: sqlite3.Connection) -> bytes:
        """Queue it, unless its key was used before: then the same answer is given again."""
        if found := self.keyed.earlier(db):
            return found
        told = _told(submit.queue(self.gw, db, [(self.by, self.ready)])[0])
        self.keyed.keep(db, told)
        return told


class _Keyed(Struct, frozen=True):
    """One request of a token; with a key, asking again gets the same answer."""

    token: int
    key: str | None
    hashed: str
    now: float
    sure: bool

    @classmethod
    def of(cls, gw: Gateway, who: Caller, asked: NewMessage) -> "_Keyed":
        hashed = hashlib.sha256(msgspec.json.encode(asked)).hexdigest() if asked.key else ""
        return cls(who.id, asked.key, hashed, gw.clock(), gw.clock_trusted())

    def earlier(self, db: sqlite3.Connection) -> bytes | None:
        now = self.now if self.sure else 0.0  # in doubt, what is known stays known
        row = requests.known(db, self.token, self.key, now) if self.key else None
        if row is None:
            return None
        if row["body_hash"] != self.hashed:
            raise problem(409, "key_used", "This key was used for another request.", "key")
        found: str = row["answer"]
        return found.encode()

    def keep(self, db: sqlite3.Connection, told: bytes) -> None:
        requests.keep(db, self.token, self.key or "", self.hashed, told.decode(), self.now)
        if self.sure:
            requests.forget(db, self.now)


def _order(asked: NewMessage) -> submit.Order:
    return submit.Order(
        to=[asked.to] if isinstance(asked.to, str) else asked.to,
        text=asked.text,
        topic=asked.topic,
        channel=asked.channel,
        language=asked.language,
        class_=Class.of(asked.class_),
        due_at=asked.due.timestamp() if asked.due else None,
        expires_at=asked.expires.timestamp() if asked.expires else None,
        forced=asked.force,
    )


def _queued(line: submit.Line) -> Queued:
    if line.refused:
        return Queued(to=line.to, refused=line.refused)
    return Queued(
        to=line.to,
        id=f"out-{line.id}",
        state="queued",
        parts=line.parts,
        alphabet="gsm7" if line.alphabet == "gsm7" else "ucs2",
    )
