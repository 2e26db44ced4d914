"""What facts mean for people: a name, how bad it is, a sentence, and what to do next."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gateway.domain.messages import Class
from gateway.health.facts import Facts, Waiting
from gateway.store.capped import MANY

MIB = 1 << 20
TIGHT = 500 * MIB  # free room that is enough for some days
FULL = 50 * MIB
STUCK = 900.0  # seconds in which every job goes on, if only by a step
# Seconds that a class may be late before somebody should look.
LATE = {Class.EMERGENCY: 120.0, Class.HIGH: 900.0, Class.NORMAL: 3600.0, Class.BULK: 86400.0}


class Finding(NamedTuple):
    """`state` is well, look or wrong."""

    what: str
    state: str
    say: str
    do: str = ""


def findings(facts: Facts) -> Iterator[Finding]:
    """Yield what the facts mean, a line each."""
    yield _disk(facts)
    yield from _late(facts)
    yield from _on_the_way(facts)
    yield from _jobs(facts)


def _disk(facts: Facts) -> Finding:
    told = f"{facts.disk_free // MIB:,} MiB free, {facts.store / MIB:,.1f} MiB used by the store"
    room = "Make room: delete old backups and exports."
    if facts.disk_free < FULL:
        return Finding("disk", "wrong", f"{told}: nothing new is accepted when it is full.", room)
    if facts.disk_free < TIGHT:
        return Finding("disk", "look", f"{told}.", room)
    return Finding("disk", "well", told)


def _late(facts: Facts) -> Iterator[Finding]:
    late = [one for one in facts.waiting if one.oldest > LATE[Class(one.class_)]]
    if not late:
        yield Finding("waiting", "well", f"{_rows(facts.waiting)} messages")
    for one in late:
        state = "wrong" if one.class_ == Class.EMERGENCY else "look"
        yield Finding(f"waiting {one.channel}", state, _how_late(one), _why_late(facts, one))


def _on_the_way(facts: Facts) -> Iterator[Finding]:
    if facts.on_the_way:
        many = f"more than {MANY:,}" if facts.on_the_way > MANY else f"{facts.on_the_way:,}"
        yield Finding("on the way", "well", f"{many} messages, with a worker or being sent")


def _how_late(one: Waiting) -> str:
    word, minutes = Class(one.class_).word, one.oldest / 60
    return f"{_rows([one])} messages of class {word}, the oldest for {minutes:,.0f} minutes."


def _rows(waiting: Sequence[Waiting]) -> str:
    """Return how many wait; of none, more than MANY are counted.

    >>> _rows([]), _rows([Waiting("sim", 3, MANY + 1, 0.0)])
    ('0', 'more than 100,000')
    """
    many = any(one.rows > MANY for one in waiting)
    return f"more than {MANY:,}" if many else f"{sum(one.rows for one in waiting):,}"


def _why_late(facts: Facts, one: Waiting) -> str:
    channel = next((c for c in facts.channels if c.name == one.channel), None)
    if channel is None:
        return "Their channel was removed: add one, and send them anew."
    if channel.state == "off":
        return f"The channel is off: gateway channel set {one.channel} --on"
    if channel.state == "held":
        return f"The channel is held: gateway channel show {one.channel}"
    if channel.state == "down":
        return f"The channel failed too often: gateway channel show {one.channel}"
    if channel.linked is False:
        return f"Its link is not bound: gateway channel show {one.channel}"
    return "Is the gateway running? Is this more than the channel carries? See its page."


def _jobs(facts: Facts) -> Iterator[Finding]:
    for job in facts.jobs:
        idle = facts.now - job["updated_at"]
        told = f"{job['kind']}, {job['done']} of {job['total'] or '?'}"
        if idle > STUCK:
            do = f"Is the gateway running? gateway jobs show {job['id']}"
            minutes = f"{idle / 60:,.0f}"
            yield Finding(f"job {job['id']}", "look", f"{told}, still for {minutes} minutes.", do)
        else:
            yield Finding(f"job {job['id']}", "well", told)
