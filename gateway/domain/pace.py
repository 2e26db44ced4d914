"""How fast a channel sends: its rate, its quotas, and slower for a while when it is told to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, inf

AHEAD = 0.5  # seconds of sending that one batch may hold
CUT = 0.5  # what is left of the rate after a refusal
CREEP = 0.01  # how much of the full rate comes back in a second
LEAST = 0.02  # of the full rate: however often they refuse, one goes now and then


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many parts in any so many seconds."""

    parts: int
    seconds: float


# Android lets an app send about 30 SMS in 30 minutes, then asks the phone's owner.
ANDROID = Quota(30, 1800.0)


def kept(own: Quota | None, usual: float, rate: float | None) -> Quota | None:
    """Return the quota of its own that a channel keeps: one made faster than usual has none.

    >>> kept(Quota(30, 1800.0), 0.2, 0.1), kept(Quota(30, 1800.0), 0.2, 0.5)
    (Quota(parts=30, seconds=1800.0), None)
    """
    return None if rate is not None and rate > usual else own


@dataclass(frozen=True, slots=True)
class Pace:
    """Parts that may go now, as of when; `share` of the full rate, and the last hold heard of."""

    level: float = 1.0
    at: float = 0.0
    share: float = 1.0
    held: float = 0.0


def filled(pace: Pace, rate: float, now: float, ahead: float = AHEAD) -> Pace:
    """Let time pass: the level fills at the rate, and the rate creeps back to its own.

    It creeps from the end of a hold on: what went well meanwhile is nothing.

    >>> filled(Pace(level=-1.0, at=0.0), rate=2.0, now=0.75).level
    0.5
    >>> filled(Pace(at=0.0, share=0.5), rate=100.0, now=10.0).share
    0.6
    >>> filled(Pace(at=0.0, share=0.5, held=60.0), rate=100.0, now=70.0).share
    0.6
    """
    passed = max(0.0, now - pace.at)
    share = min(1.0, pace.share + CREEP * max(0.0, now - max(pace.at, pace.held)))
    most = max(1.0, rate * share * ahead)
    return replace(pace, level=min(most, pace.level + passed * rate * share), at=now, share=share)


def less(pace: Pace, parts: int) -> Pace:
    """Take what went; a long message may leave a debt."""
    return replace(pace, level=pace.level - parts)


def slowed(pace: Pace, until: float, now: float) -> Pace:
    """Halve the rate while they hold us off; a refusal heard while held says nothing new.

    A hold that is over, or was lifted by a person, holds nothing from now on.

    >>> once = slowed(Pace(), until=12.0, now=10.0)
    >>> once.share, slowed(once, until=13.0, now=11.0).share, slowed(once, 15.0, now=14.0).share
    (0.5, 0.5, 0.25)
    """
    if until <= now:
        return replace(pace, held=min(pace.held, now)) if pace.held > now else pace
    if until == pace.held:
        return pace
    share = pace.share if now < pace.held else max(LEAST, pace.share * CUT)
    return replace(pace, share=share, level=min(pace.level, 1.0), held=until)


def wait(pace: Pace, rate: float) -> float:
    """Return the seconds until one part may go.

    >>> wait(Pace(level=0.0), rate=0.25)
    4.0
    """
    return max(0.0, (1.0 - pace.level) / (rate * pace.share))


@dataclass(frozen=True, slots=True)
class Flow:
    """How a channel sends: parts a second, and for each quota what is left of it now."""

    rate: float
    quotas: tuple[tuple[Quota, float], ...] = ()

    def seconds(self, parts: int) -> float:
        """Return how long so many parts take.

        >>> Flow(rate=10.0).seconds(600)
        60.0
        >>> Flow(1.0, ((Quota(30, 1800.0), 20.0),)).seconds(75)
        3600.0
        """
        slowest = parts / self.rate if self.rate > 0 else inf
        for quota, left in self.quotas:
            windows = ceil(max(0.0, parts - max(0.0, left)) / max(1, quota.parts))
            slowest = max(slowest, windows * quota.seconds)
        return slowest


def together(shares: Iterable[tuple[Flow, int]]) -> float:
    """Return how long channels take that send side by side, each its own parts.

    >>> together([(Flow(10.0), 100), (Flow(1.0), 30)])
    30.0
    """
    return max((flow.seconds(parts) for flow, parts in shares if parts), default=0.0)


def portion(quotas: Sequence[Quota], reserve: float) -> tuple[Quota, ...]:
    """Return what quotas leave to messages that are no emergencies.

    >>> portion([Quota(30, 1800.0)], reserve=0.1)
    (Quota(parts=27, seconds=1800.0),)
    """
    return tuple(replace(quota, parts=floor(quota.parts * (1 - reserve))) for quota in quotas)
