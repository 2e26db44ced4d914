"""What Africa's Talking's words and numbers mean."""

from gateway.domain.messages import Outcome, Result, Status

STATUSES = {
    "Sent": Status.SENT,
    "Submitted": Status.SENT,
    "Buffered": Status.SENT,
    "Rejected": Status.REJECTED,
    "Success": Status.DELIVERED,
    "Failed": Status.FAILED,
    "Expired": Status.EXPIRED,
    "AbsentSubscriber": Status.FAILED,
}

# The same refusals come as a number for one person, or as a word for the whole call.
CODES: dict[str, tuple[Outcome, float | None]] = {
    "100": (Outcome.ACCEPTED, None),
    "101": (Outcome.ACCEPTED, None),
    "102": (Outcome.ACCEPTED, None),
    "401": (Outcome.REJECTED, None),  # RiskHold
    # InvalidSenderId: a name may be unknown to one network only, so the channel goes on.
    "402": (Outcome.REJECTED, None),
    "403": (Outcome.REJECTED, None),  # InvalidPhoneNumber
    "404": (Outcome.REJECTED, None),  # UnsupportedNumberType
    "405": (Outcome.ACCOUNT, None),  # InsufficientBalance
    "406": (Outcome.LEFT, None),  # UserInBlacklist
    "407": (Outcome.TRANSIENT, 600),  # CouldNotRoute
    "409": (Outcome.REJECTED, None),  # DoNotDisturbRejection
    "500": (Outcome.TRANSIENT, None),
    "501": (Outcome.TRANSIENT, None),
    "502": (Outcome.TRANSIENT, 600),  # RejectedByGateway: worth one more try
    "InvalidSenderId": (Outcome.REJECTED, None),
    "InsufficientBalance": (Outcome.ACCOUNT, None),
}
# About our sender or their route, and not about the person: another channel may do.
ELSEWHERE = frozenset(("402", "407", "InvalidSenderId"))


def refused(id: int, outcome: Outcome, code: str, wait: float | None) -> Result:
    """Return what a code that is no yes means for the message with that id.

    >>> refused(7, Outcome.REJECTED, "402", None).elsewhere
    True
    """
    return Result(id, outcome, error=code, wait=wait, elsewhere=code in ELSEWHERE)
