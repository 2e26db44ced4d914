"""The gate: may this row still go out, now that it is its turn?

It is asked at hand-over, after the claim, because much can happen while a row waits.
"""

from dataclasses import dataclass

from gateway.domain.messages import Class, State


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a claimed row at the moment of hand-over; times in seconds since 1970.

    `asked_at` is when the person wrote what this row answers, or None if they did not ask.
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


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row does not go out, and the state it ends in."""

    state: State
    reason: str


def judge(facts: Facts) -> Refusal | None:
    """Return why a row may not go out, or None if it may.

    >>> judge(Facts(Class.NORMAL, now=10.0, expires_at=9.0))
    Refusal(state=<State.EXPIRED: 'expired'>, reason='expired')
    >>> judge(Facts(Class.NORMAL, now=10.0, consent="in")) is None
    True

    Nobody knows what is over while nobody knows the time.

    >>> judge(Facts(Class.EMERGENCY, now=10.0, expires_at=9.0, clock_trusted=False)) is None
    True
    """
    over = facts.expires_at is not None and facts.expires_at <= facts.now
    if over and facts.clock_trusted:
        return Refusal(State.EXPIRED, "expired")
    reason = _left(facts) or _alert(facts) or _paused(facts)
    return Refusal(State.WITHDRAWN, reason) if reason else None


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
