"""The gate: may this row still go out, now that it is its turn?

It is asked at hand-over, after the claim, because much can happen while a row waits. It answers in
one of three ways: go, not now, never.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec import Struct

from gateway.domain.messages import Class, State

DAY = 86400.0
WEEK = 7 * DAY
JUST_NOW = 600.0  # seconds in which nobody is told the same again
AWAKE = 3600.0  # seconds after which a person's answer wakes who wrote

QUIET = "quiet hours"
PASSED = "quiet hours passed"
SAID = "said just now"
ENOUGH_TODAY = "enough for a day"
ENOUGH_THIS_WEEK = "enough for a week"


class Facts(Struct):
    """What is true of a claimed row at the moment of hand-over; times in seconds since 1970.

    `asked_at` is when the person wrote what this row answers, or None if they did not ask;
    `by_staff` that a person answers, `forced` that one wants it sent at once. `quiet_until` is
    when the night ends there, `full_until` when they may be written to again, `said` that they
    had this very text just now.
    """

    class_: int
    now: float
    expires_at: float | None = None
    consent: str = "none"
    consent_at: float | None = None
    asked_at: float | None = None
    paused: bool = False
    alert_state: str | None = None
    superseded: bool = False
    exercise: bool = False
    in_exercise: bool = False
    clock_trusted: bool = True
    by_staff: bool = False
    forced: bool = False
    quiet_until: float | None = None
    full_until: float | None = None
    full_why: str = ENOUGH_TODAY
    said: bool = False


@dataclass(frozen=True, slots=True)
class Go:
    """It goes out; `passed` says what would have held it, were lives not at stake."""

    passed: str | None = None


@dataclass(frozen=True, slots=True)
class NotNow:
    """It waits until then, and is asked again."""

    until: float
    reason: str


@dataclass(frozen=True, slots=True)
class Never:
    """It does not go out, and this is the state it ends in."""

    state: State
    reason: str


Verdict = Go | NotNow | Never
GO, GO_AT_NIGHT = Go(), Go(PASSED)


def judge(facts: Facts) -> Verdict:
    """Return whether a row goes out, waits, or never goes.

    >>> judge(Facts(Class.NORMAL, now=10.0, expires_at=9.0))
    Never(state=<State.EXPIRED: 'expired'>, reason='expired')
    >>> judge(Facts(Class.NORMAL, now=10.0, quiet_until=20.0))
    NotNow(until=20.0, reason='quiet hours')
    >>> judge(Facts(Class.EMERGENCY, now=10.0, quiet_until=20.0))
    Go(passed='quiet hours passed')

    Nobody knows what is over, or whether it is night, while nobody knows the time.

    >>> judge(Facts(Class.EMERGENCY, 10.0, expires_at=9.0, clock_trusted=False)).passed is None
    True
    """
    over = facts.expires_at is not None and facts.expires_at <= facts.now
    if over and facts.clock_trusted:
        return Never(State.EXPIRED, "expired")
    if reason := _left(facts) or _alert(facts) or _paused(facts) or _said(facts):
        return Never(State.WITHDRAWN, reason)
    return _timely(facts) if facts.clock_trusted else GO


def _left(facts: Facts) -> str | None:
    """Who left is written to only in answer to what they wrote since.

    >>> _left(Facts(Class.EMERGENCY, 10.0, consent="out", consent_at=5.0))
    'left'
    >>> _left(Facts(Class.NORMAL, 10.0, consent="out", consent_at=5.0, asked_at=5.0)) is None
    True
    """
    if facts.consent != "out":
        return None
    asked = facts.asked_at is not None and facts.asked_at >= (facts.consent_at or 0)
    return None if asked else "left"


def _alert(facts: Facts) -> str | None:
    if facts.alert_state is None:
        return None
    if facts.alert_state not in ("approved", "running", "done"):
        return "alert stopped"
    if facts.superseded:
        return "superseded"
    if facts.exercise and not facts.in_exercise:
        return "not in the exercise group"
    return None


def _paused(facts: Facts) -> str | None:
    """Someone who seems to ask to leave gets nothing but emergencies until a person decided."""
    unasked = facts.asked_at is None and facts.class_ != Class.EMERGENCY
    return "seems to ask to leave" if facts.paused and unasked else None


def _said(facts: Facts) -> str | None:
    """Nobody is told the same twice at once, unless they asked twice or a person insists."""
    return SAID if facts.said and facts.asked_at is None and not facts.forced else None


def _timely(facts: Facts) -> Verdict:
    """Whether now is the time; an emergency does not ask, and answers are waited for."""
    if facts.forced or (facts.quiet_until is None and facts.full_until is None):
        return GO
    if facts.class_ == Class.EMERGENCY:
        return GO_AT_NIGHT if facts.quiet_until is not None and facts.asked_at is None else GO
    if facts.quiet_until is not None and not _awaited(facts):
        return NotNow(_end(facts, facts.quiet_until), QUIET)
    if facts.full_until is not None and facts.asked_at is None and not facts.by_staff:
        return NotNow(_end(facts, facts.full_until), facts.full_why)
    return GO


def _end(facts: Facts, until: float) -> float:
    """Return when to ask again: what is over before it may go is not kept waiting."""
    return until if facts.expires_at is None else min(until, facts.expires_at)


def _awaited(facts: Facts) -> bool:
    """Whether the person waits for this: our own answers come at once, a person's may be late.

    >>> _awaited(Facts(Class.NORMAL, 9999.0, asked_at=10.0))
    True
    >>> _awaited(Facts(Class.NORMAL, 9999.0, asked_at=10.0, by_staff=True))
    False
    """
    if facts.asked_at is None:
        return False
    return not facts.by_staff or facts.now - facts.asked_at < AWAKE


def free_at(had: Iterable[float], most: int, window: float, now: float) -> float | None:
    """Return when one more may be written to somebody, who had these; None if now. 0 is no limit.

    >>> free_at([10.0, 50.0, 30.0], most=2, window=60.0, now=60.0)
    90.0
    >>> free_at([10.0], most=1, window=60.0, now=70.0) is None
    True
    """
    if not most:
        return None
    lately = sorted(at for at in had if at > now - window)
    return lately[-most] + window if len(lately) >= most else None
