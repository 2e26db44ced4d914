"""Numbers that staff wrote down have not joined: each is asked once, and silence means no."""

import sqlite3

from gateway import routes
from gateway.context import Gateway
from gateway.domain.alerts import Refused
from gateway.domain.messages import Class
from gateway.domain.routing import Asked
from gateway.domain.sms import measure
from gateway.receive.asking import asking
from gateway.store import audit, outbox, uninvited
from gateway.submit import NO_CHANNEL

CHUNK = 50
SOURCE = "invite"


def waiting(gw: Gateway) -> int:
    """Return how many people have neither joined nor been asked."""
    return uninvited.count(gw.store.read, SOURCE)


def about(gw: Gateway) -> int:
    """Return the same, counted up to MANY."""
    return uninvited.about(gw.store.read, SOURCE)


def invite(gw: Gateway, by: str) -> int:
    """Ask everyone who was not asked yet; return how many. Refused where nothing carries SMS."""
    channel = gw.channels.default()
    if channel is None:
        raise Refused(NO_CHANNEL, "channel")
    total, now = 0, gw.clock()
    while asked := gw.store.write(lambda db: _some(gw, db, channel.id, now), background=True):
        total += asked
    gw.store.write(lambda db: audit.write(db, now, by, "contacts.invite", "contacts", {"n": total}))
    gw.wake()
    return total


def _some(gw: Gateway, db: sqlite3.Connection, channel: int, now: float) -> int:
    rows, router = uninvited.page(db, SOURCE, CHUNK), routes.Router.of(gw, db)
    for person in rows:
        ask = asking(gw, db, person, screens=False)
        text = ask.say("invite")
        size = measure(text)
        told = (size.parts, len(text), size.alphabet)
        asked = Asked(person.value, Class.NORMAL, person.area, person.channel, *told)
        outbox.add(
            db,
            address=person.address,
            recipient=person.value,
            channel=router.first(asked) or channel,
            class_=Class.NORMAL,
            text=text,
            language=ask.language,
            source=SOURCE,
            parts=size.parts,
            alphabet=size.alphabet,
            due_at=now,
            now=now,
        )
    return len(rows)
