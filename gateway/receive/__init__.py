"""A message comes in: keep it, decide, and put the answer in the outbox.

One call is one transaction, so that it is either wholly in (kept, decided, answered) or the
provider still has it and will call again.
"""

import sqlite3
from collections.abc import Sequence
from functools import partial

from gateway import tell
from gateway.context import Channel, Gateway
from gateway.domain.messages import Event, Inbound, OptOut, Receipt, Screen, Turn
from gateway.domain.phone import BadNumber, normalise
from gateway.receive import departures, messages, parts, turns
from gateway.store import contacts, inbox, receipts
from gateway.store import parts as waiting_parts
from gateway.store.contacts import Person

__all__ = ["keep_call", "read_lone_parts", "take", "turn"]


def take(gw: Gateway, channel: Channel, events: Sequence[Event], raw: bytes = b"") -> list[str]:
    """Take what a provider's call told; return texts to hand back in the same call.

    What was told before is answered as before, and nothing is done twice.
    """
    now = gw.clock()

    def work(db: sqlite3.Connection) -> list[str]:
        news = _news(db, channel, events)
        return [text for event in news for text in _one(gw, db, channel, event, now, raw)]

    texts = gw.store.write(work)
    gw.wake()
    return texts


def turn(gw: Gateway, channel: Channel, event: Turn) -> Screen | None:
    """Take one USSD step; return the screen to show, or None where none is wanted."""
    now = gw.clock()

    def work(db: sqlite3.Connection) -> Screen | None:
        person = meet(gw, db, channel, event.sender, now)
        return turns.step(gw, db, channel, person, event, now)

    screen = gw.store.write(work)
    gw.wake()
    return screen


def keep_call(gw: Gateway, channel: str, kind: str, reason: str, body: bytes) -> None:
    """Keep a call that was refused, for a person to look at."""
    now = gw.clock()
    gw.store.write(lambda db: inbox.keep_call(db, channel, kind, reason, body, now))


def meet(gw: Gateway, db: sqlite3.Connection, channel: Channel, sender: str, now: float) -> Person:
    """Return the person who wrote, added if new; an odd sender is kept as it came."""
    try:
        found = normalise(sender, channel.region or gw.settings["REGION"])
        kind, value = found.kind, found.value
    except BadNumber:
        kind, value = "name", sender
    return contacts.meet(db, kind, value, gw.numbers.of(value), now, channel.id)


def _news(db: sqlite3.Connection, channel: Channel, events: Sequence[Event]) -> Sequence[Event]:
    """Leave out who left or came back where the call was told before.

    A call that comes again, perhaps hours later, must not undo what the person said since.
    """
    if not any(isinstance(event, OptOut) for event in events):
        return events
    if not any(_told_before(db, channel, event) for event in events):
        return events
    return [event for event in events if not isinstance(event, OptOut)]


def _told_before(db: sqlite3.Connection, channel: Channel, event: Event) -> bool:
    if isinstance(event, Inbound):
        return inbox.by_reference(db, channel.id, event.reference) is not None
    if isinstance(event, Receipt):
        return receipts.told_before(db, channel.id, event)
    return False


def _message(
    gw: Gateway, db: sqlite3.Connection, channel: Channel, event: Inbound, now: float, raw: bytes
) -> list[str]:
    person = meet(gw, db, channel, event.sender, now)
    return messages.take(gw, db, channel, person, event, now, raw)


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
        _message(gw, db, channel, parts.whole(rows), now, b"")


def _one(
    gw: Gateway, db: sqlite3.Connection, channel: Channel, event: Event, now: float, raw: bytes
) -> list[str]:
    if isinstance(event, Inbound):
        found = parts.gathered(db, channel, event, now)
        return [text for one in found for text in _message(gw, db, channel, one, now, raw)]
    if isinstance(event, Receipt):
        moved = receipts.apply(db, channel.id, event, now)
        tell.messages_moved(db, [moved] if moved else [], now)
    elif isinstance(event, OptOut):
        person = meet(gw, db, channel, event.sender, now)
        departures.told_by_network(gw, db, channel, person, event, now)
    elif isinstance(event, Turn):
        turns.step(gw, db, channel, meet(gw, db, channel, event.sender, now), event, now)
    return []
