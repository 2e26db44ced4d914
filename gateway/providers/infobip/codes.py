"""What Infobip's statuses mean. List: https://www.infobip.com/docs/essentials/api-essentials/response-status-and-error-codes."""

from dataclasses import dataclass

from gateway.domain.messages import Outcome, Status

GROUPS = {
    0: Status.QUEUED,
    1: Status.SENT,
    2: Status.FAILED,
    3: Status.SENT,
    4: Status.EXPIRED,
    5: Status.REJECTED,
}
# Of the group "delivered" only this one is proof from the phone; 2 is the operator's word.
HANDSET = 5
NO_RECEIPT = 29  # the operator never told what became of it
STATUSES = {HANDSET: Status.DELIVERED, NO_RECEIPT: Status.UNKNOWN}

REPEATED = 23  # our own id was used before: they have the message
WINDOW = 300  # seconds in which one message keeps one id


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a refusal means for sending (`outcome`, `wait` in seconds), in a receipt (`retry`).

    `elsewhere` is set where it is about our sender or their route, and not about the person.
    """

    outcome: Outcome = Outcome.REJECTED
    wait: float | None = None
    retry: str = "no"
    elsewhere: bool = False


_OURS = Verdict(elsewhere=True)

# They remember a refused id for two days as well: no wait may be shorter than WINDOW, or the
# next try would bear the same id and be taken for a repeat of a message that never went.
VERDICTS = {
    6: _OURS,  # no way to this network
    11: _OURS,  # our sender is not allowed there
    13: _OURS,  # our sender is on a list of theirs
    18: _OURS,  # a trial writes to registered numbers only
    19: _OURS,  # no route
    12: Verdict(Outcome.ACCOUNT, WINDOW, "after_topup"),  # not enough credits
    14: Verdict(Outcome.LEFT),  # on their list of people not to be written to
    17: Verdict(Outcome.ACCOUNT, WINDOW, "after_topup"),  # the prepaid package ran out
    20: Verdict(Outcome.TRANSIENT, 3600, "later"),  # too many to one number in an hour
    21: Verdict(Outcome.TRANSIENT, WINDOW, "yes"),  # a fault of theirs
}
NEVER = Verdict()


def meaning(group: object, status: object) -> Status | None:
    """Return what a report means, or None for one that says nothing about the message.

    >>> meaning(3, 5).value, meaning(3, 2).value, meaning(9, 99), meaning(5, 23)
    ('delivered', 'sent', None, None)
    """
    if not isinstance(group, int) or not isinstance(status, int) or status == REPEATED:
        return None
    return STATUSES.get(status, GROUPS[group]) if group in GROUPS else None


def verdict(group: object, status: object) -> Verdict:
    """Return what a status in the answer to a sending means; an unknown group decides nothing.

    >>> [verdict(*pair).outcome.value for pair in ((1, 26), (5, 23), (5, 6), (7, 1))]
    ['accepted', 'accepted', 'rejected', 'unknown']
    """
    if status == REPEATED or group in (0, 1, 3):
        return Verdict(Outcome.ACCEPTED)
    if group not in GROUPS:
        return Verdict(Outcome.UNKNOWN)
    return VERDICTS.get(status, NEVER) if isinstance(status, int) else NEVER
