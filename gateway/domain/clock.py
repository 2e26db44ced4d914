"""Can the clock be trusted? What speaks for it and what against, weighed in one place.

Small computers without a battery clock wake up in 1970, or at the moment they were last shut
down. All times here are seconds since 1970, of one and the same moment.
"""

from dataclasses import dataclass
from enum import StrEnum

RELEASED = 1_793_491_200.0  # 1 November 2026: no machine that runs this was ever earlier
AGREES = 120.0  # seconds by which two clocks may differ and still say the same
BEHIND = 300.0  # seconds a clock may be before what the store saw: somebody set it right
LATER = 1.0  # seconds between what was written last and a machine that is there again
FAR = 366 * 86400.0  # seconds after the last use that nobody's word but a person's makes likely
LONGEST = 5 * FAR  # seconds after all that is known: what a person says beyond is a slip
CARRIED = 31 * 86400.0  # seconds by which a network alone may move the clock forward


class Why(StrEnum):
    """What the trust rests on, or what speaks against it."""

    SYNCHRONISED = "synchronised"
    PERSON = "person"
    NETWORK = "network"
    BATTERY = "battery"
    USUAL = "usual"
    TOO_EARLY = "too_early"
    SEEN_LATER = "seen_later"
    FAR_AHEAD = "far_ahead"
    JUMPED = "jumped"
    NOBODY_KNOWS = "nobody_knows"


N_ = str  # marks a sentence for translators

WORDS = {
    Why.SYNCHRONISED: N_("The system fetches the time."),
    Why.PERSON: N_("Somebody here said what time it is."),
    Why.NETWORK: N_("A network told the time."),
    Why.BATTERY: N_("This machine has a clock with a battery, and nothing speaks against it."),
    Why.USUAL: N_("Nothing speaks against the clock of this machine."),
    Why.TOO_EARLY: N_("This machine shows a time at which this program had not been made."),
    Why.SEEN_LATER: N_("This machine shows a time before messages that are here already."),
    Why.FAR_AHEAD: N_("This machine shows a time more than a year after it was last used."),
    Why.JUMPED: N_("The clock of this machine was moved while the gateway ran."),
    Why.NOBODY_KNOWS: N_("This machine has no clock with a battery, and nobody told it the time."),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known at one moment. None: nobody says.

    `system` is what the machine shows, `counted` where our own count stands, `seen` the newest
    time in the store, 0 if it is empty. `confirmed` is what a person says, `told` what a network
    says the time is just now, `at_least` the newest time a network wrote on a message.
    """

    system: float
    seen: float = 0.0
    synchronised: bool | None = None
    battery: bool | None = None
    counted: float | None = None
    jumped: bool = False
    confirmed: float | None = None
    told: float | None = None
    at_least: float | None = None

    @property
    def earliest(self) -> float:
        """Return the time before which it cannot be."""
        return max(RELEASED, self.seen + LATER)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to trust the clock, why, and what time we take it to be."""

    trusted: bool
    why: Why
    time: float


def weigh(e: Evidence) -> Verdict:
    """Decide what time it is and whether that can be relied upon.

    >>> now = RELEASED + 1000.0
    >>> weigh(Evidence(now, synchronised=True)).why.value
    'synchronised'
    >>> weigh(Evidence(600.0, seen=now, battery=False))
    Verdict(trusted=False, why=<Why.TOO_EARLY: 'too_early'>, time=1793492201.0)
    """
    if e.synchronised and e.system >= RELEASED:
        return Verdict(True, Why.SYNCHRONISED, e.system)
    if e.confirmed is not None:
        return Verdict(True, Why.PERSON, _same(e.confirmed, e.system))
    against = _against(e)
    if against is None and not e.jumped and (e.battery or e.battery is e.synchronised is None):
        return Verdict(True, Why.BATTERY if e.battery else Why.USUAL, e.system)
    told = _network(e)
    if told is not None:
        return Verdict(True, Why.NETWORK, told)
    return Verdict(False, against or _doubt(e), _counted(e, against))


def _against(e: Evidence) -> Why | None:
    """Return why the machine's clock cannot be right, or None if it can."""
    if e.system < RELEASED:
        return Why.TOO_EARLY
    if e.system < e.seen - BEHIND:
        return Why.SEEN_LATER
    if e.seen and e.system > e.seen + FAR:
        return Why.FAR_AHEAD
    return None


def _doubt(e: Evidence) -> Why:
    return Why.JUMPED if e.jumped else Why.NOBODY_KNOWS


def _network(e: Evidence) -> float | None:
    """Return the time as networks say it, if it is one to believe.

    The time on a message is when its network got it: it can lie there for days, so it only
    ever moves the clock forward.
    """
    if e.told is not None and e.earliest - BEHIND <= e.told <= e.earliest + CARRIED:
        return _same(e.told, e.system)
    if e.at_least is None or e.at_least < e.earliest - BEHIND:
        return None
    if abs(e.at_least - e.system) <= AGREES:
        return e.system
    ours = _counted(e, _against(e))
    if ours - AGREES <= e.at_least <= e.earliest + CARRIED:
        return max(e.at_least, ours)
    return None


def _same(told: float, system: float) -> float:
    """Return the machine's own time where the two agree: what moves with it stays in step."""
    return system if abs(told - system) <= AGREES else told


def _counted(e: Evidence, against: Why | None) -> float:
    """Return the time to go on with in doubt: never back, and no leap nobody vouches for."""
    if e.counted is not None:
        return e.counted
    return e.earliest if against else max(e.system, e.earliest)
