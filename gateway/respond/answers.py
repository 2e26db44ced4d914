"""Answering a person: the words in their language, what they cost, and whether they may go."""

import sqlite3
from dataclasses import dataclass, replace

from gateway.context import Gateway
from gateway.domain import sms
from gateway.domain.feedback import Status, road
from gateway.domain.messages import Class
from gateway.respond.one_act import act, find
from gateway.respond.refusals import Refused
from gateway.store import areas, contacts, feedback, inbox, outbox
from gateway.store.contacts import Person

MOST_PARTS = 4
IMPATIENCE = 600.0  # seconds; over a slow line a button is pressed again


@dataclass(frozen=True, slots=True)
class Preview:
    """An answer as it will be sent. `letters` are those that make it UCS-2, so that a part
    holds 70 letters instead of 160; `outbox` is its row once it is queued."""

    text: str
    language: str
    alphabet: str
    parts: int
    left: int
    letters: tuple[str, ...]
    outbox: int | None = None


@dataclass(frozen=True, slots=True)
class _Way:
    """Whom an answer goes to, by which channel, and the message it answers."""

    person: Person
    channel: int
    inbound: int | None


def preview(gw: Gateway, reference: str, text: str) -> Preview:
    """Return an answer as the person would get it; Refused where it may not be sent."""
    db = gw.store.read
    item = find(db, reference)
    return _worded(gw, db, item, _way(gw, db, item).person, text)


def reply(gw: Gateway, by: str, reference: str, text: str) -> Preview:
    """Queue an answer and mark the item answered; Refused where it may not be sent."""

    def work(db: sqlite3.Connection, item: sqlite3.Row, now: float) -> Preview:
        way = _way(gw, db, item)
        made = _worded(gw, db, item, way.person, text)
        if feedback.answered_since(db, item["id"], text.strip(), now - IMPATIENCE):
            raise Refused("again")
        row = _queue(db, item, way, made, now)
        feedback.event(db, item["id"], "answer", by, now, text=text.strip(), outbox=row)
        steps = road(Status(item["status"]), Status.ANSWERED)
        feedback.walk(db, item["id"], steps, by, now)
        return replace(made, outbox=row)

    done = act(gw, by, reference, "reply", work)
    gw.wake()
    return done


def _way(gw: Gateway, db: sqlite3.Connection, item: sqlite3.Row) -> _Way:
    """Return how the person is reached; Refused says why they are not."""
    if item["sensitive"]:
        raise Refused("sensitive")
    if item["status"] in (Status.CLOSED, Status.REJECTED):
        raise Refused("over")
    if item["address"] is None:
        raise Refused("unreachable")
    person = contacts.by_address(db, item["address"])
    if person.kind == "name":
        raise Refused("unreachable")
    return _Way(person, _channel(gw, db, item), _asked(db, person))


def _asked(db: sqlite3.Connection, person: Person) -> int | None:
    """Return the last message of the person; Refused if they left and it is not from after.

    The gate asks the same again when the answer's turn comes.
    """
    last = inbox.last_of(db, person.address)
    since = person.consent_at or 0.0
    if person.consent == "out" and (last is None or last["received_at"] <= since):
        raise Refused("left")
    return last["id"] if last else None


def _channel(gw: Gateway, db: sqlite3.Connection, item: sqlite3.Row) -> int:
    """Return the channel the person wrote on, or the one they last used, if it carries SMS."""
    last = contacts.last_channel(db, item["address"])
    for id in dict.fromkeys([item["channel"], last]):
        if id is not None and _carries(gw, id):
            return int(id)
    raise Refused("channel")


def _carries(gw: Gateway, id: int) -> bool:
    channel = gw.channels.by_id(id)
    return bool(channel.row["enabled"] and channel.provider.can.sms)


def _worded(
    gw: Gateway, db: sqlite3.Connection, item: sqlite3.Row, person: Person, text: str
) -> Preview:
    if not text.strip():
        raise Refused("empty")
    around = areas.languages(db, item["area"] or person.area)
    chain = gw.languages.chain(person.language or item["language"], around)
    said = gw.languages.say(chain, "answer", reference=item["reference"], answer=text.strip())
    told = sms.explain(said.text)
    if told.parts > MOST_PARTS:
        raise Refused("long")
    return Preview(said.text, said.language, told.alphabet, told.parts, told.left, told.letters)


def _queue(db: sqlite3.Connection, item: sqlite3.Row, way: _Way, made: Preview, now: float) -> int:
    return outbox.add(
        db,
        address=way.person.address,
        recipient=way.person.value,
        channel=way.channel,
        class_=Class.NORMAL,
        text=made.text,
        language=made.language,
        source="answer",
        parts=made.parts,
        alphabet=made.alphabet,
        due_at=now,
        inbound=way.inbound,
        feedback=item["id"],
        now=now,
    )
