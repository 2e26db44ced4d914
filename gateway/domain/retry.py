"""Is it worth asking again, and when: the policy of sending, by outcome and class."""

from dataclasses import dataclass

from gateway.domain.messages import Class, Outcome, State

LONGEST_WAIT = 24 * 3600.0  # a provider that says more is not believed
_SLOW_DOWN = 1.0
_ACCOUNT = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a class is tried: seconds for the first and longest pause and the age."""

    first: float
    longest: float
    attempts: int
    age: float


# Three days without a link must not end in failure for anything still worth saying; an
# emergency is worth saying for a day, asks often, and mostly has its own expiry besides.
PATIENCE = {
    Class.EMERGENCY: Patience(first=2, longest=120, attempts=800, age=24 * 3600),
    Class.HIGH: Patience(first=5, longest=900, attempts=400, age=4 * 86400),
    Class.NORMAL: Patience(first=15, longest=3600, attempts=200, age=7 * 86400),
    Class.BULK: Patience(first=60, longest=7200, attempts=100, age=7 * 86400),
}


@dataclass(frozen=True, slots=True)
class Retry:
    """What becomes of a row: ask again in `when_s` seconds, or not at all (None).

    `counts` is false where the attempt is not the message's fault and is not counted.
    """

    when_s: float | None
    reason: str
    state: State
    counts: bool = True


def again(
    outcome: Outcome,
    class_: Class,
    attempts: int,
    age_s: float,
    error_wait: float | None = None,
    jitter: float = 0.5,
    maybes: int | None = None,
    elsewhere: bool = False,
) -> Retry:
    """Decide after one hand-over; `attempts` counts it, `jitter` is a number from 0 to 1.

    `maybes` counts earlier hand-overs that may have gone; None: all earlier attempts may.
    What was refused for the sake of its channel (`elsewhere`) is asked again, but seldom.

    >>> again(Outcome.TRANSIENT, Class.NORMAL, attempts=1, age_s=3).when_s
    15.0
    >>> again(Outcome.REJECTED, Class.NORMAL, attempts=1, age_s=3).reason
    'rejected'
    """
    match outcome:
        case Outcome.ACCEPTED:
            return Retry(None, "accepted", State.SENT)
        case Outcome.REJECTED if elsewhere:
            longest = PATIENCE[class_].longest
            return _transient(class_, attempts, age_s, error_wait or longest, jitter)
        case Outcome.REJECTED | Outcome.LEFT:
            return Retry(None, outcome.value, State.FAILED)
        case Outcome.ACCOUNT:
            wait = _no_sooner(_spread(_ACCOUNT, jitter), error_wait)
            return Retry(wait, "account", State.QUEUED, counts=False)
        case Outcome.THROTTLED:
            return _throttled(class_, age_s, error_wait, jitter)
        case Outcome.TRANSIENT:
            return _transient(class_, attempts, age_s, error_wait, jitter)
        case Outcome.UNKNOWN:
            earlier = attempts - 1 if maybes is None else maybes
            return _unknown(class_, earlier, jitter)


def pause(class_: Class, attempts: int, jitter: float = 0.5) -> float:
    """Return the seconds to wait after so many attempts: doubling, spread by half each way.

    >>> [pause(Class.NORMAL, n) for n in (1, 2, 3, 50)]
    [15.0, 30.0, 60.0, 3600.0]
    """
    patience = PATIENCE[class_]
    doublings = min(max(attempts - 1, 0), 20)
    return _spread(min(patience.first * 2.0**doublings, patience.longest), jitter)


# What a receipt of failure says of asking again: seconds until then, for others and for
# emergencies, and how often at most. Infobip takes a message for a repeat within five minutes.
_WORTH = {
    "yes": (900.0, 330.0, 9),
    "once": (900.0, 330.0, 1),
    "later": (3600.0, 900.0, 9),
    "after_topup": (3600.0, 900.0, 9),
    "after_cleanup": (3600.0, 900.0, 9),
}
RESENDS = {Class.EMERGENCY: 5, Class.HIGH: 3, Class.NORMAL: 2, Class.BULK: 1}


def resend(
    worth: str | None,
    class_: Class,
    resends: int,
    age_s: float,
    left_s: float | None = None,
    jitter: float = 0.5,
) -> float | None:
    """Return in how many seconds to send again what a receipt calls failed, or None: never.

    `resends` counts the times before, `left_s` is the time until it expires. Each costs as much
    as the first, so there are few, with growing pauses.

    >>> resend("later", Class.NORMAL, 0, age_s=60), resend("later", Class.EMERGENCY, 0, age_s=60)
    (4500.0, 1125.0)
    >>> resend("no", Class.EMERGENCY, 0, age_s=60), resend("later", Class.BULK, 1, age_s=60)
    (None, None)
    """
    usual, urgent, most = _WORTH.get(worth or "", (0.0, 0.0, 0))
    if resends >= min(most, RESENDS[class_]):
        return None
    wait = (urgent if class_ is Class.EMERGENCY else usual) * 2.0**resends * (1 + jitter / 2)
    over = left_s is not None and wait >= left_s
    return None if over or age_s + wait >= PATIENCE[class_].age else wait


def _throttled(class_: Class, age_s: float, wait: float | None, jitter: float) -> Retry:
    if age_s >= PATIENCE[class_].age:
        return Retry(None, "too_old", State.FAILED, counts=False)
    when = _no_sooner(_spread(_SLOW_DOWN, jitter), wait)
    return Retry(when, "slow_down", State.QUEUED, counts=False)


def _transient(
    class_: Class, attempts: int, age_s: float, wait: float | None, jitter: float
) -> Retry:
    patience = PATIENCE[class_]
    if age_s >= patience.age:
        return Retry(None, "too_old", State.FAILED)
    if attempts >= patience.attempts:
        return Retry(None, "too_many_attempts", State.FAILED)
    return Retry(_no_sooner(pause(class_, attempts, jitter), wait), "again", State.QUEUED)


def _unknown(class_: Class, earlier: int, jitter: float) -> Retry:
    """Nobody knows whether it went: twice is better than never only where life is at stake."""
    if class_ is Class.EMERGENCY and earlier <= 0:
        return Retry(pause(class_, 1, jitter), "maybe_sent_again", State.QUEUED)
    return Retry(None, "maybe_sent", State.UNKNOWN)


def _no_sooner(ours: float, theirs: float | None) -> float:
    """Return the longer of our pause and the one they asked for, within reason."""
    return max(ours, min(theirs or 0.0, LONGEST_WAIT))


def _spread(seconds: float, jitter: float) -> float:
    return seconds * (0.5 + jitter)
