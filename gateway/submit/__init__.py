"""Programs and staff hand messages in: one message, or thousands, become outbox rows."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from gateway import routes
from gateway.context import Channel, Gateway
from gateway.domain.alerts import CENTURY, FAR, FAR_START, Refused, check_text
from gateway.domain.phone import BadNumber, normalise
from gateway.domain.routing import Asked
from gateway.people import tag_of
from gateway.store import audit, bulk, contacts
from gateway.store.bulk import Message, Stranger
from gateway.store.contacts import Person
from gateway.submit.wording import Order, Worded, Words

__all__ = ["Line", "NoChannel", "Order", "Ready", "check", "queue", "submit"]

MOST_PEOPLE = 10_000
MOST_PARTS = 10

N_ = str  # marks a sentence for translators

OVER = N_("The message would be over before it is sent: set a later end.")
PEOPLE = N_("A call takes 1 to %(most)s recipients.")
TEXT_OR_TOPIC = N_("Give a text or a topic, and not both.")
NO_TOPIC = N_("There is no such topic.")
NO_SUCH_CHANNEL = N_("There is no channel of this name.")
NOT_THIS_ONE = N_("This channel is off or carries no SMS. Turn it on.")
NO_CHANNEL = N_("No channel that is on carries SMS. Turn one on, or add one: gateway channel add.")
NONE_MAY = "no channel may carry it"

Decided = Message | str  # what is queued for a recipient, or why nothing is


class NoChannel(Refused):
    """Nothing can carry the message now; the text says what to do."""


class Line(Struct, frozen=True):
    """What became of one recipient: an outbox id, or why not, in a few words."""

    to: str
    id: int | None = None
    parts: int = 0
    alphabet: str = ""
    refused: str | None = None


class Ready(Struct, frozen=True):
    """An order that was checked: numbers normalised, or why they are none, in the order given.

    `said` is a text, the same for everybody; of a topic each has the words of their own.
    """

    order: Order
    numbers: Sequence[tuple[str, str | None]]
    channels: Mapping[int, Channel]
    usual: Channel
    named: bool
    due_at: float
    said: Worded | None


def submit(gw: Gateway, by: str, order: Order) -> list[Line]:
    """Queue an order and wake the engine; once this returns, it is on disk."""
    ready = check(gw, order)
    lines = gw.store.write(lambda db: queue(gw, db, [(by, ready)])[0])
    gw.wake()
    return lines


def check(gw: Gateway, order: Order) -> Ready:
    """Raise Refused, naming the field, unless an order can be queued; needs no transaction."""
    now = gw.clock()
    said = _said(gw, order)
    due = now if order.due_at is None else max(now, order.due_at)
    over = order.expires_at is not None and order.expires_at <= due
    if over and gw.clock_trusted():
        raise Refused(OVER, "expires")
    for name, at, far in (("due", due, FAR_START), ("expires", order.expires_at or now, FAR)):
        if at > now + CENTURY:
            raise Refused(far, name)
    if not 0 < len(order.to) <= MOST_PEOPLE:
        raise Refused(PEOPLE, "to", most=MOST_PEOPLE)
    usable = {channel.id: channel for channel in gw.channels.all() if channel.carries_sms}
    usual = _usual(gw, order.channel, usable)
    region = usual.region or gw.settings["REGION"] or None
    numbers = [_number(raw, region) for raw in order.to]
    return Ready(order, numbers, usable, usual, order.channel is not None, due, said)


def _said(gw: Gateway, order: Order) -> Worded | None:
    if (order.text is None) == (order.topic is None):
        raise Refused(TEXT_OR_TOPIC, "text")
    if order.topic is not None and order.topic not in gw.pack.topics:
        raise Refused(NO_TOPIC, "topic")
    size = check_text(order.text, "text", MOST_PARTS) if order.text is not None else None
    tag = tag_of(gw, order.language) if order.language is not None else None
    return Worded.of(order.text, tag, order.source, size) if order.text and size else None


def _usual(gw: Gateway, name: str | None, usable: Mapping[int, Channel]) -> Channel:
    """Return the channel asked for by name, or the one for people who never wrote."""
    if name is not None:
        channel = gw.channels.get(name)
        if channel is None:
            raise Refused(NO_SUCH_CHANNEL, "channel")
        if channel.id not in usable:
            raise NoChannel(NOT_THIS_ONE, "channel")
        return channel
    if not usable:
        raise NoChannel(NO_CHANNEL, "channel")
    return next(iter(usable.values()))


def _number(raw: str, region: str | None) -> tuple[str, str | None]:
    try:
        found = normalise(raw, region)
    except BadNumber as error:
        return raw, str(error)
    return (found.value, None) if found.kind == "phone" else (raw, "not a phone number")


def queue(
    gw: Gateway, db: sqlite3.Connection, orders: Sequence[tuple[str, Ready]]
) -> list[list[Line]]:
    """Put checked orders, each of somebody, in the outbox; wake the engine afterwards.

    Orders of one moment cost hardly more than one: what is known of the people is read at once,
    and the audit has one entry for each who ordered.
    """
    now = gw.clock()
    found = _people(
        gw, db, [to for _, ready in orders for to, bad in ready.numbers if not bad], now
    )
    unnamed = any(not ready.named for _, ready in orders)
    router = routes.Router.of(gw, db) if unnamed else None
    made = [_decided(ready, found, Words(gw, db, ready.order), router, now) for _, ready in orders]
    given = iter(
        bulk.queue(db, [row for rows in made for _, row in rows if not isinstance(row, str)])
    )
    done = [[_line(to, row, given) for to, row in rows] for rows in made]
    for by in dict.fromkeys(by for by, _ in orders):
        theirs = [
            line
            for (who, _), lines in zip(orders, done, strict=True)
            if who == by
            for line in lines
        ]
        _note(db, by, theirs, now)
    return done


def _people(
    gw: Gateway, db: sqlite3.Connection, values: Sequence[str], now: float
) -> dict[str, Person]:
    """Return who is at these numbers, added if new."""
    asked = dict.fromkeys(values)
    found = contacts.by_values(db, asked)
    strangers = [Stranger(v, "phone", gw.numbers.of(v)) for v in asked if v not in found]
    if strangers:
        bulk.add_contacts(db, strangers, "api", now)
        found |= contacts.by_values(db, [one.value for one in strangers])
    return found


def _note(db: sqlite3.Connection, by: str, lines: Sequence[Line], now: float) -> None:
    queued = [line.id for line in lines if line.id is not None]
    told = {"people": len(queued), "refused": len(lines) - len(queued)}
    subject = f"message:out-{queued[0]}" if queued else "message"
    audit.write(db, now, by, "message.submit", subject, told)


def _line(to: str, decided: Decided, ids: Iterator[int]) -> Line:
    if isinstance(decided, str):
        return Line(to, refused=decided)
    return Line(to, next(ids), decided.parts, decided.alphabet)


def _decided(
    ready: Ready,
    found: Mapping[str, Person],
    words: Words,
    router: routes.Router | None,
    now: float,
) -> list[tuple[str, Decided]]:
    """Decide on each recipient."""
    made: dict[str, Decided] = {}
    lines: list[tuple[str, Decided]] = []
    for value, wrong in ready.numbers:
        if not wrong and value not in made:
            made[value] = _one(ready, found[value], words, router, now)
            lines.append((value, made[value]))
        else:
            lines.append((value, wrong or "given twice"))
    return lines


def _one(
    ready: Ready, person: Person, words: Words, router: routes.Router | None, now: float
) -> Decided:
    said = ready.said or words.of(person.language, person.area)
    channel = _channel(ready, person, said, router)
    refused = "left" if person.consent == "out" else _too_much(channel, said)
    if channel is None or refused:
        return refused or NONE_MAY
    order = ready.order
    return Message(
        person.address,
        person.value,
        channel.id,
        int(order.class_),
        ready.due_at,
        order.expires_at,
        said.text,
        said.language,
        said.source,
        said.parts,
        said.alphabet,
        order.forced,
        now,
    )


def _channel(
    ready: Ready, person: Person, said: Worded, router: routes.Router | None
) -> Channel | None:
    """Return the channel to a person; what is too long for all is told by their usual one."""
    if ready.named or router is None:
        return ready.usual
    own = person.channel
    usual = ready.channels.get(own, ready.usual) if own else ready.usual
    size = (said.parts, len(said.text), said.alphabet)
    asked = Asked(person.value, ready.order.class_, person.area, own, *size)
    found = router.first(asked)
    if found is None:
        return usual if _too_much(usual, said) else None
    return ready.channels.get(found, usual)


def _too_much(channel: Channel | None, said: Worded) -> str | None:
    if channel is None:
        return None
    can = channel.provider.can
    if said.parts > can.parts or (can.characters and len(said.text) > can.characters):
        return "longer than the channel carries"
    return None
