"""Trying a channel, past the queue: what its provider says, in words a person can act on."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.context import Channel, Gateway
from gateway.domain.alerts import Refused
from gateway.domain.messages import Class, Outcome, Outgoing, Result
from gateway.domain.phone import BadNumber, normalise
from gateway.people import NOT_A_NUMBER
from gateway.providers import N_, SendError
from gateway.providers.conditions import explained
from gateway.providers.linking import Linked, broken
from gateway.store import budgets, consent

OUTCOMES = {
    Outcome.ACCEPTED: N_("The provider took it. Look at the phone."),
    Outcome.THROTTLED: N_("The provider says: slower. Set a lower rate."),
    Outcome.TRANSIENT: N_("The provider could not be reached. Check the network and try again."),
    Outcome.UNKNOWN: N_("The line broke on the way. If it was a message, look at the phone."),
    Outcome.REJECTED: N_("The provider refuses this message."),
    Outcome.LEFT: N_("This person asked the network for silence."),
    Outcome.ACCOUNT: N_("The provider refuses this account: check sign-in, credit and sender."),
}
KNOWN = N_("The provider knows us.")
FETCHES = N_("Nobody can be asked: the phone calls us, and fetches what waits for it.")
OFF = N_("The channel is off. Turn it on first.")
UNBOUND = N_("The link is not bound. It is tried again by itself.")
LEFT = N_("This person has left. Only their own word brings them back.")


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a try: a sentence, and the provider's own code if it gave one."""

    outcome: Outcome
    words: str
    code: str = ""


def sign_in(channel: Channel) -> Told:
    """Sign in at the provider and send nothing."""
    if channel.provider.can.polled:
        return Told(Outcome.ACCEPTED, FETCHES)
    try:
        channel.provider.check()
    except SendError as error:
        return _told(error.result(0), channel)
    return Told(Outcome.ACCEPTED, KNOWN)


def text(gw: Gateway, channel: Channel, to: str) -> Told:
    """Text one number; Refused where it is none, or where the person has left."""
    if channel.provider.can.polled:
        return Told(Outcome.TRANSIENT, FETCHES)
    message = Outgoing(0, _number(gw, channel, to), _words(gw))
    result = next(iter(channel.provider.send([message])))
    if result.outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN):
        gw.store.write(lambda db: _count(db, gw, channel))
    return _told(result, channel)


def running(gw: Gateway, channel: Channel, to: str) -> Told:
    """Try a channel that this process has in use: with a number to text, or without.

    What is off, or not bound, is left alone: opened here, nobody would listen to it.
    """
    if not channel.row["enabled"]:
        raise Refused(OFF, "to")
    link = channel.provider
    if isinstance(link, Linked) and broken(link.state):
        return Told(Outcome.TRANSIENT, UNBOUND, link.state)
    return text(gw, channel, to) if to else sign_in(channel)


def _number(gw: Gateway, channel: Channel, to: str) -> str:
    try:
        whom = normalise(to, channel.region or gw.settings["REGION"])
        if whom.kind == "name":
            raise BadNumber("a name")
    except BadNumber:
        raise Refused(NOT_A_NUMBER, "to") from None
    number = whom.value
    last = consent.last(gw.store.read, gw.numbers.of(number))
    if last and last["state"] == "out":
        raise Refused(LEFT, "to")
    return number


def _words(gw: Gateway) -> str:
    """Return what is sent; with the time in it, for some take the same words only once."""
    at = datetime.fromtimestamp(gw.clock(), ZoneInfo(gw.settings["TIMEZONE"]))
    who = gw.settings["ORGANISATION"]
    return f"Test from {who}, {at:%H:%M:%S}. No danger. Do nothing."


def _count(db: sqlite3.Connection, gw: Gateway, channel: Channel) -> None:
    now = gw.clock()
    if channel.limits(db, now).counted:
        budgets.spend(db, channel.id, {Class.NORMAL: 1}, channel.price, now)


def _told(result: Result, channel: Channel) -> Told:
    words = explained(channel.provider, result.error) or OUTCOMES[result.outcome]
    return Told(result.outcome, words, result.error or "")
