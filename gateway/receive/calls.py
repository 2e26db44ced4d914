"""Calls of providers, taken together: messages of different people in one round.

The order in which one call tells things is kept, and so is the order of one person's messages.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from gateway import tell
from gateway.context import Channel, Gateway
from gateway.domain.messages import Event, Inbound, OptOut, Phase, Receipt, Turn
from gateway.domain.phone import Address
from gateway.receive import departures, keeping, parts, turns
from gateway.receive.meeting import meet, meet_all, whose
from gateway.store import claims, inbox, receipts

UNASKED = "told by the network"  # to our own SIM: nobody dialled, and nobody can be answered


class Call(Struct, frozen=True):
    """What one call of a provider told; `now` is when it came, in seconds since 1970."""

    gw: Gateway
    channel: Channel
    events: Sequence[Event]
    raw: bytes
    now: float


def take(db: sqlite3.Connection, calls: list[Call]) -> list[list[str]]:
    """Take calls; return for each the texts to hand back."""
    texts: list[list[str]] = [[] for _ in calls]
    told = [(place, call, event) for place, call in enumerate(calls) for event in _news(db, call)]
    _receipts(db, [(call, event) for _, call, event in told if isinstance(event, Receipt)])
    round = _Round(db, texts)
    for place, call, event in sorted(told, key=lambda one: one[1].channel.id):
        if isinstance(event, Inbound):
            for message in parts.gathered(db, call.channel, event, call.now):
                round.add(place, call, message)
        elif not isinstance(event, Receipt):
            round.close()
            _other(db, call, event)
    round.close()
    return texts


@dataclass(slots=True)
class _Round:
    """Messages gathered until somebody writes twice, or another channel's turn comes."""

    db: sqlite3.Connection
    texts: list[list[str]]
    told: list[tuple[int, Call, Inbound, Address]] = field(default_factory=list)
    senders: set[str] = field(default_factory=set)
    references: set[str] = field(default_factory=set)

    def add(self, place: int, call: Call, message: Inbound) -> None:
        sender = whose(call.gw, call.channel, message.sender)
        # The same reference from two senders is a provider's fault, and is looked at in turn.
        known = sender.value in self.senders or message.reference in self.references
        if known or (self.told and self.told[0][1].channel.id != call.channel.id):
            self.close()
        self.told.append((place, call, message, sender))
        self.senders.add(sender.value)
        self.references.add(message.reference)

    def close(self) -> None:
        """Decide about the messages gathered."""
        told, self.told, self.senders, self.references = self.told, [], set(), set()
        if not told:
            return
        _, first, _, _ = told[0]
        gw, channel, now = first.gw, first.channel, first.now
        people = meet_all(gw, self.db, channel, [sender for *_, sender in told], now)
        asked = [(message, call.raw) for _, call, message, _ in told]
        found = keeping.take(gw, self.db, channel, people, asked, now)
        for (place, *_), texts in zip(told, found, strict=True):
            self.texts[place] += texts


def _news(db: sqlite3.Connection, call: Call) -> Sequence[Event]:
    """Leave out who left or came back where the call was told before.

    A call that comes again, perhaps hours later, must not undo what the person said since.
    """
    if not any(isinstance(event, OptOut) for event in call.events):
        return call.events
    if not any(_told_before(db, call.channel, event) for event in call.events):
        return call.events
    return [event for event in call.events if not isinstance(event, OptOut)]


def _told_before(db: sqlite3.Connection, channel: Channel, event: Event) -> bool:
    if isinstance(event, Inbound):
        return inbox.by_reference(db, channel.id, event.reference) is not None
    if isinstance(event, Receipt):
        return receipts.told_before(db, channel.id, event)
    return False


def _receipts(db: sqlite3.Connection, told: Sequence[tuple[Call, Receipt]]) -> None:
    by_channel: dict[int, list[tuple[Call, Receipt]]] = {}
    for call, event in told:
        by_channel.setdefault(call.channel.id, []).append((call, event))
    for id, calls in by_channel.items():
        first, events = calls[0][0], [event for _, event in calls]
        resends, sure = first.channel.resends, first.gw.clock_trusted()
        moved, news = receipts.apply_all(db, id, events, first.now, resends, sure)
        first.gw.recent.note(claims.said(db, news))
        tell.messages_moved(first.gw, db, moved, first.now)


def _other(db: sqlite3.Connection, call: Call, event: Event) -> None:
    gw, channel, now = call.gw, call.channel, call.now
    if isinstance(event, OptOut):
        person = meet(gw, db, channel, event.sender, now)
        departures.told_by_network(gw, db, channel, person, event, now)
    elif isinstance(event, Turn) and event.phase is Phase.NOTIFY and not event.sender:
        inbox.keep_call(db, channel.name, "ussd", UNASKED, event.text.encode(), now)
    elif isinstance(event, Turn):
        turns.step(gw, db, channel, meet(gw, db, channel, event.sender, now), event, now)
