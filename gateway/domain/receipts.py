"""What a receipt does to an outbox row; the same end in whatever order receipts come."""

from gateway.domain.messages import State, Status

# What a provider says, in the words of our rows. `queued` and `sent` both prove that they
# have the message; `unknown` proves nothing and changes nothing. A cancelled message was
# withdrawn, a read one was delivered, a rejected one failed before it left.
MEANS: dict[Status, State | None] = {
    Status.QUEUED: State.SENT,
    Status.SENT: State.SENT,
    Status.DELIVERED: State.DELIVERED,
    Status.READ: State.DELIVERED,
    Status.FAILED: State.FAILED,
    Status.REJECTED: State.FAILED,
    Status.EXPIRED: State.EXPIRED,
    Status.CANCELLED: State.WITHDRAWN,
    Status.UNKNOWN: None,
}

FINAL = frozenset((State.DELIVERED, State.FAILED, State.EXPIRED, State.WITHDRAWN))


def advance(state: State, status: Status) -> State:
    """Return where a row stands after a receipt; it only ever moves forward.

    A row still queued, claimed or unknown here is one whose receipt overtook our own record
    of sending. Among finals the first counts, but delivered beats them all: the phone has the
    message, and whoever corrects or cancels an alert must reach that person.

    >>> advance(State.UNKNOWN, Status.QUEUED).value
    'sent'
    >>> advance(State.EXPIRED, Status.DELIVERED).value
    'delivered'
    >>> advance(State.FAILED, Status.SENT).value
    'failed'
    """
    means = MEANS[status]
    if means is None or state is State.DELIVERED:
        return state
    if state in FINAL and means is not State.DELIVERED:
        return state
    return means


def whole(parts: int | None, confirmed: int | None) -> Status:
    """Return what a text of so many parts has come to, once some of them are confirmed.

    Where nobody knows how many there are, one counts for all.

    >>> [whole(parts, confirmed).value for parts, confirmed in ((2, 1), (2, 2), (None, 1))]
    ['sent', 'delivered', 'delivered']
    """
    return Status.SENT if (confirmed or 0) < (parts or 1) else Status.DELIVERED
