"""Messages are kept and decided in one transaction; what was told before is known again."""

import sqlite3
from collections.abc import Sequence

from gateway import tell
from gateway.context import Channel, Gateway
from gateway.domain.messages import Inbound
from gateway.gate import today
from gateway.receive.case import Case
from gateway.receive.desk import Desk
from gateway.receive.messages import decide
from gateway.store import inbox, refused
from gateway.store.contacts import Person
from gateway.store.inbox import Arrived

TWINS = 600.0  # seconds in which a message told under two references counts as one

Told = tuple[Inbound, bytes]  # a message, and the call it came in


def take(
    gw: Gateway,
    db: sqlite3.Connection,
    channel: Channel,
    people: Sequence[Person],
    told: Sequence[Told],
    now: float,
) -> list[Sequence[str]]:
    """Keep messages, at most one of each person, and answer them.

    What was told before gets the same answer again.
    """
    twins = [_twin(db, channel, *one, now) for one in zip(people, told, strict=True)]
    arrived = _arrived(db, channel, people, told, twins)
    desk = Desk(db, channel.id, [one for one in arrived if one], now)
    found = []
    for person, call, twin, one in zip(people, told, twins, arrived, strict=True):
        if one is not None:
            found.append(_decided(gw, desk, channel, person, one))
        else:
            found.append(inbox.answer(twin) if twin else _again(db, channel, *call, now))
    desk.clear()
    if desk.withheld:
        refused.count(db, today(gw, now), channel.id, desk.withheld)
    tell.messages_in(db, [one.id for one in arrived if one], now)
    return found


def _arrived(
    db: sqlite3.Connection,
    channel: Channel,
    people: Sequence[Person],
    told: Sequence[Told],
    twins: Sequence[sqlite3.Row | None],
) -> list[Arrived | None]:
    """Give an id to each message that is new."""
    new = [message.reference for (message, _), twin in zip(told, twins, strict=True) if not twin]
    ids = iter(inbox.ids(db, channel.id, new))
    found = []
    for person, (message, raw), twin in zip(people, told, twins, strict=True):
        id = None if twin else next(ids)
        kept = raw if message.flags else None
        found.append(Arrived(id, message, person.address, kept) if id else None)
    return found


def _decided(
    gw: Gateway, desk: Desk, channel: Channel, person: Person, one: Arrived
) -> Sequence[str]:
    """Decide about one message; return what is handed back in the provider's own call."""
    ask = desk.asking(gw, person)
    case = Case(gw, desk, channel, person, one.message, one.id, desk.now, ask)
    one.decision = decide(case)
    one.language = case.asking.language
    one.answers = case.answers if channel.hands_back else ()
    return one.answers


def _twin(
    db: sqlite3.Connection, channel: Channel, person: Person, told: Told, now: float
) -> sqlite3.Row | None:
    """Find the same message under another reference.

    Some phones tell one message twice with new ids; its words and its second then are the same,
    which nobody manages who sends the same words twice.
    """
    message = told[0]
    if message.at is None or not channel.provider.can.retells:
        return None
    for row in inbox.lately(db, person.address):
        same = (channel.id, message.text, message.at.timestamp())
        apart = row["reference"] != message.reference and row["received_at"] > now - TWINS
        if apart and (row["channel"], row["text"], row["provider_at"]) == same:
            return row
    return None


def _again(
    db: sqlite3.Connection, channel: Channel, message: Inbound, raw: bytes, now: float
) -> list[str]:
    """Answer a repeat as before; other words under a known reference are kept for a person.

    A phone that was set up afresh, or a provider's fault, may use a reference twice: what
    comes under it is no repeat, and must not be lost.
    """
    first = inbox.by_reference(db, channel.id, message.reference)
    if first is not None and (first["sender"], first["text"]) == (message.sender, message.text):
        return inbox.answer(first)
    body = raw or message.text.encode()
    inbox.keep_call(db, channel.name, "message", "reference told before", body, now)
    return []
