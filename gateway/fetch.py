"""A phone comes to fetch what it should send, and is asked what became of it.

What it was given stays claimed until it says that it has it; what it never took is given again,
under the same name, and asks the gate again.
"""

from typing import cast

from gateway import send
from gateway.context import Channel, Gateway
from gateway.domain.messages import Class, Outgoing
from gateway.domain.pace import Pace, filled, less
from gateway.domain.shares import Owed, Room
from gateway.providers import Answer, Hook
from gateway.providers.fetching import Polled
from gateway.store import fetched

AGAIN = 120.0  # seconds until what was given and not taken is given again
MINUTE = 60.0  # seconds: so much of the channel's rate is given at once, after a rest
LATELY = 86400.0  # seconds in which we still ask what became of a message
ASKED = 50


def came(gw: Gateway, channel: Channel, call: Hook, wants: str) -> Answer:
    """Return what a phone came for: messages to send, or the names of those it should tell of."""
    phone = cast(Polled, channel.provider)
    if wants == "messages":
        return phone.give(call, _messages(gw, channel, phone))
    since = gw.clock() - LATELY
    return phone.ask(call, fetched.unsettled(gw.store.read, channel.id, since, ASKED))


def _messages(gw: Gateway, channel: Channel, phone: Polled) -> list[Outgoing]:
    """Return what the phone should send now, its name noted before it is given out."""
    now, most = gw.clock(), channel.provider.can.batch
    if not channel.carries_sms or (channel.row["held_until"] or 0.0) > now:
        return []
    found = send.given_again(gw, channel, now - AGAIN, most)
    if len(found) < most:
        found += _claimed(gw, channel, most - len(found))
    named = [(phone.reference(message), now, message.id) for message in found]
    if named:
        gw.store.write(lambda db: fetched.given(db, named))
    return found


def _claimed(gw: Gateway, channel: Channel, most: int) -> list[Outgoing]:
    limits = channel.limits(gw.store.read, gw.clock())
    urgent, others = limits.parts(urgent=True), limits.parts(urgent=False)
    classes = tuple(Class) if others >= 1 else (Class.EMERGENCY,)
    if urgent < 1:
        return []
    pace, owed = _stands(gw, channel)
    if pace.level < 1:
        return []
    room = Room(urgent, others, classes, owed, limits.counted)
    claim = send.prepare(gw, channel, most, pace.level, room)
    found = list(claim.batch.messages) if claim.batch else []
    owed = claim.owed if claim.claimed else owed
    gw.paces[channel.id] = (less(pace, sum(message.parts for message in found)), owed)
    return found


def _stands(gw: Gateway, channel: Channel) -> tuple[Pace, Owed]:
    """Return what may be given now, however often a phone comes, and what classes are owed."""
    now = gw.clock()
    before, owed = gw.paces.get(channel.id) or (Pace(channel.rate * MINUTE, now), {})
    return filled(before, channel.rate, now, ahead=MINUTE), owed
