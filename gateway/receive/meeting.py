"""Who wrote: the address a provider told, and the person behind it."""

import sqlite3
from collections.abc import Sequence

from gateway.context import Channel, Gateway
from gateway.domain.phone import Address, BadNumber, normalise
from gateway.store import contacts
from gateway.store.contacts import Person


def whose(gw: Gateway, channel: Channel, sender: str) -> Address:
    """Return the address a sender is known by; an odd one is kept as it came."""
    try:
        return normalise(sender, channel.region or gw.settings["REGION"])
    except BadNumber:
        return Address("name", sender)


def meet_all(
    gw: Gateway, db: sqlite3.Connection, channel: Channel, senders: Sequence[Address], now: float
) -> list[Person]:
    """Return the people who wrote, added if new, in the order given."""
    kinds = {sender.value: sender.kind for sender in senders}
    people = contacts.meet(db, kinds, gw.numbers.of, now, channel.id)
    return [people[sender.value] for sender in senders]


def meet(gw: Gateway, db: sqlite3.Connection, channel: Channel, sender: str, now: float) -> Person:
    """Return the person who wrote, added if new."""
    return meet_all(gw, db, channel, [whose(gw, channel, sender)], now)[0]
