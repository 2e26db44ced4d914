"""Does this channel work: what came of its last messages opens and closes a breaker.

Closed, all goes. Open, nothing goes until `until`; from then on one message at a time is a
try, and what comes of it closes the breaker or opens it again for longer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from gateway.domain.messages import Outcome

# A lost second is no outage: three failures, apart from each other, and nothing taken between.
FAILURES = 3
APART = 1.0  # seconds; what fails together failed once
WINDOW = 300.0  # seconds in which they must come
FIRST, LONGEST = 5.0, 60.0  # seconds until the first try, and until every later one

# A link that breaks is mostly back in a moment.
LINK_GRACE = 10.0


class Heard(StrEnum):
    """What one round of results says of the channel that brought them."""

    ANSWERED = "answered"  # they hear us, whatever they said of a message
    LOST = "unreachable"  # nothing reached them, or no word came back
    REFUSED = "account"  # they let us send nothing


@dataclass(frozen=True, slots=True)
class Breaker:
    """Where a channel stands; `failures` are moments, the newest last, while it is closed."""

    failures: tuple[float, ...] = ()
    since: float | None = None
    until: float = 0.0
    tries: int = 0
    reason: str = ""

    @property
    def is_open(self) -> bool:
        return self.since is not None


CLOSED = Breaker()


def sum_up(outcomes: Iterable[Outcome]) -> Heard | None:
    """Return what outcomes say of their channel, None where they say nothing.

    One answer outweighs all that failed beside it; to be told to slow down is no failure.

    >>> sum_up([Outcome.TRANSIENT, Outcome.REJECTED]), sum_up([Outcome.THROTTLED])
    (<Heard.ANSWERED: 'answered'>, None)
    >>> sum_up([Outcome.UNKNOWN]), sum_up([Outcome.ACCOUNT, Outcome.TRANSIENT])
    (<Heard.LOST: 'unreachable'>, <Heard.REFUSED: 'account'>)
    """
    found = set(outcomes)
    if found & {Outcome.ACCEPTED, Outcome.REJECTED, Outcome.LEFT}:
        return Heard.ANSWERED
    if Outcome.ACCOUNT in found:
        return Heard.REFUSED
    return Heard.LOST if found & {Outcome.TRANSIENT, Outcome.UNKNOWN} else None


def hear(breaker: Breaker, heard: Heard, now: float) -> Breaker:
    """Return where a channel stands after a round of results.

    >>> hear(hear(CLOSED, Heard.LOST, 0.0), Heard.ANSWERED, 1.0) == CLOSED
    True
    >>> hear(CLOSED, Heard.REFUSED, 7.0)
    Breaker(failures=(), since=7.0, until=12.0, tries=0, reason='account')
    """
    if heard is Heard.ANSWERED:
        return CLOSED
    if breaker.is_open:
        return _failed_again(breaker, heard, now)
    if heard is Heard.REFUSED:
        return Breaker(since=now, until=now + FIRST, reason=heard.value)
    return _counted(breaker, now)


def left(until: float, now: float) -> float:
    """Return the seconds until the next try; a clock that was ahead holds up nobody.

    >>> left(105.0, 100.0), left(90.0, 100.0), left(9_000.0, 100.0)
    (5.0, 0.0, 0.0)
    """
    return until - now if 0 < until - now <= LONGEST else 0.0


def pause(tries: int) -> float:
    """Return the seconds until the next try after so many that failed.

    >>> [pause(tries) for tries in (0, 1, 2, 3, 4, 99)]
    [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]
    """
    return min(LONGEST, FIRST * 2.0 ** min(tries, 10))


def _failed_again(breaker: Breaker, heard: Heard, now: float) -> Breaker:
    """What was on its way when the breaker opened is no try of its own."""
    if left(breaker.until, now):
        return breaker
    tries = breaker.tries + 1
    return replace(breaker, tries=tries, until=now + pause(tries), reason=heard.value)


def _counted(breaker: Breaker, now: float) -> Breaker:
    """Count one failure more; since the first of them, the channel does not work."""
    kept = tuple(at for at in breaker.failures if 0 <= now - at <= WINDOW)
    if kept and now - kept[-1] < APART:
        return Breaker(kept)
    kept = (*kept, now)
    if len(kept) < FAILURES:
        return Breaker(kept)
    return Breaker(since=kept[0], until=now + FIRST, reason=Heard.LOST.value)
