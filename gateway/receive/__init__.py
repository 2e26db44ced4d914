"""A message comes in: keep it, decide, and put the answer in the outbox.

One call is one transaction, so that it is either wholly in (kept, decided, answered) or the
provider still has it and will call again. Calls that come at the same time are taken together.
"""

import sqlite3
from collections.abc import Sequence
from functools import partial

from gateway.context import Channel, Gateway
from gateway.domain.messages import Event, Inbound, Screen, Turn
from gateway.receive import calls, parts, turns
from gateway.receive.calls import Call
from gateway.receive.meeting import meet
from gateway.store import inbox
from gateway.store import parts as waiting_parts
from gateway.store.units import Work

__all__ = [
    "call",
    "keep_call",
    "keeping_call",
    "meet",
    "read_lone_parts",
    "stepping",
    "take",
    "take_all",
    "turn",
]

Told = tuple[Sequence[Event], bytes]  # the events of one call, and the call as it came


def take(gw: Gateway, channel: Channel, events: Sequence[Event], raw: bytes = b"") -> list[str]:
    """Take what a provider's call told; return texts to hand back in the same call.

    What was told before is answered as before, and nothing is done twice.
    """
    texts = take_all(gw, channel, [(events, raw)])[0]
    if isinstance(texts, BaseException):
        raise texts
    return texts


def take_all(
    gw: Gateway, channel: Channel, told: Sequence[Told]
) -> list[list[str] | BaseException]:
    """Take several calls at once; return for each its texts, or why it could not be kept."""
    now = gw.clock()
    if gw.time.listens:
        _told_the_time(gw, channel, told)
    made = [Call(gw, channel, events, raw, now) for events, raw in told]
    found = gw.store.write_together(calls.take, made)
    gw.wake(channel.id)
    return found


def _told_the_time(gw: Gateway, channel: Channel, told: Sequence[Told]) -> None:
    """A network writes on a message when it got it; what is for practice has no network."""
    for event in (event for events, _ in told for event in events):
        if isinstance(event, Inbound) and event.at and not channel.is_for_practice:
            gw.time.stamped(event.at.timestamp())


def call(gw: Gateway, channel: Channel, events: Sequence[Event], raw: bytes = b"") -> Call:
    """Return a call as `calls.take` takes it together with others, in the store's writer."""
    if gw.time.listens:
        _told_the_time(gw, channel, [(events, raw)])
    return Call(gw, channel, events, raw, gw.clock())


def stepping(gw: Gateway, channel: Channel, event: Turn) -> Work[Screen | None]:
    """Return the work that takes one USSD step to its screen, or None where none is wanted."""
    now = gw.clock()

    def work(db: sqlite3.Connection) -> Screen | None:
        person = meet(gw, db, channel, event.sender, now)
        return turns.step(gw, db, channel, person, event, now)

    return work


def turn(gw: Gateway, channel: Channel, event: Turn) -> Screen | None:
    """Take one USSD step; return the screen to show, or None where none is wanted."""
    screen = gw.store.write(stepping(gw, channel, event))
    gw.wake(channel.id)
    return screen


def keep_call(gw: Gateway, channel: str, kind: str, reason: str, body: bytes) -> None:
    """Keep a call that was refused, for a person to look at."""
    gw.store.write(keeping_call(gw, channel, kind, reason, body))


def keeping_call(gw: Gateway, channel: str, kind: str, reason: str, body: bytes) -> Work[None]:
    """Return the work that keeps a call that was refused."""
    now = gw.clock()
    return lambda db: inbox.keep_call(db, channel, kind, reason, body, now)


def read_lone_parts(gw: Gateway) -> None:
    """Read what came of texts whose other parts did not come within a day."""
    now = gw.clock()
    for key in waiting_parts.lapsed(gw.store.read, now - parts.PATIENCE):
        channel = gw.channels.by_id(key[0])
        gw.store.write(partial(_read_lone, gw, channel=channel, key=key, now=now))
        gw.wake()


def _read_lone(
    gw: Gateway, db: sqlite3.Connection, channel: Channel, key: waiting_parts.Key, now: float
) -> None:
    rows = waiting_parts.of(db, key)
    waiting_parts.drop(db, key)
    if rows and not rows[0]["joined"]:
        calls.take(db, [Call(gw, channel, [parts.whole(rows)], b"", now)])
