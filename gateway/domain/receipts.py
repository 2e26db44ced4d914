"""What a receipt does to an outbox row; the same end in whatever order receipts come."""

from collections.abc import Iterable, Sequence

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

# Each beats those before it, whichever was told first. The phone has the message: that beats
# them all, for whoever corrects or cancels an alert must reach that person. Of bad news the
# worst counts: a fault needs somebody to look, a phone that was off only time, and what was
# withdrawn went as somebody wished.
ORDER = (State.SENT, State.WITHDRAWN, State.EXPIRED, State.FAILED, State.DELIVERED)
BAD = (State.FAILED, State.EXPIRED, State.WITHDRAWN)  # the worst first
DONE = State.DELIVERED
FINAL = frozenset((DONE, *BAD))


def advance(state: State, status: Status) -> State:
    """Return where a row stands after a receipt; it only ever moves forward in the order.

    A row still queued, claimed or unknown here is one whose receipt overtook our own record
    of sending.

    >>> advance(State.UNKNOWN, Status.QUEUED).value
    'sent'
    >>> advance(State.EXPIRED, Status.FAILED).value, advance(State.FAILED, Status.EXPIRED).value
    ('failed', 'failed')
    >>> advance(State.EXPIRED, Status.DELIVERED).value
    'delivered'
    """
    means = MEANS[status]
    if means is None or (state in ORDER and ORDER.index(means) < ORDER.index(state)):
        return state
    return means


def whole(parts: int | None, confirmed: int | None) -> Status:
    """Return what a text of so many parts has come to, once some of them are confirmed.

    Where nobody knows how many there are, one counts for all.

    >>> [whole(parts, confirmed).value for parts, confirmed in ((2, 1), (2, 2), (None, 1))]
    ['sent', 'delivered', 'delivered']
    """
    return Status.SENT if (confirmed or 0) < (parts or 1) else Status.DELIVERED


def counted(parts: int, told: Iterable[tuple[str, Status]]) -> State | None:
    """Return what a text of so many parts has come to by all that was told of it.

    Each telling names its part, "" where it speaks for the whole. One part that failed is not
    hidden by the others: a phone shows nothing, or half a warning. Only when every part is
    confirmed after all, it is delivered. None: nothing that was told proves anything.

    >>> lost = [("a", Status.DELIVERED), ("b", Status.FAILED)]
    >>> counted(2, lost).value, counted(2, [*lost, ("b", Status.DELIVERED)]).value
    ('failed', 'delivered')
    """
    means = {(piece, MEANS[status]) for piece, status in told}
    heard = {state for _, state in means if state is not None}
    confirmed = {piece for piece, state in means if state is State.DELIVERED}
    if "" in confirmed:
        return State.DELIVERED
    if confirmed and whole(parts, len(confirmed)) is Status.DELIVERED:
        return State.DELIVERED
    bad = next((state for state in BAD if state in heard), None)
    return bad or (State.SENT if heard else None)


def enough(parts: int, tries: int) -> int:
    """Return how many parts must be confirmed where nobody knows of which try each is.

    Fewer could be one part twice: a warning that came without its end, twice.

    >>> enough(2, 1), enough(2, 2), enough(3, 2), enough(1, 2)
    (2, 3, 5, 1)
    """
    return tries * (parts - 1) + 1


def counted_in_tries(
    parts: int, tries: int, told: Sequence[tuple[str, str, Status]]
) -> State | None:
    """Return what a text has come to of which so many tries may have gone.

    Each telling begins with a name: what bears the same one is of the same try.

    >>> twice = [("n1", "n1", Status.DELIVERED), ("n2", "n2", Status.DELIVERED)]
    >>> counted_in_tries(2, 1, twice).value, counted_in_tries(2, 2, twice).value
    ('delivered', 'sent')
    >>> counted_in_tries(2, 2, [("n1", "a", Status.DELIVERED), ("n1", "b", Status.READ)]).value
    'delivered'
    """
    names = {name for name, _, _ in told} if tries > 1 else set()
    for one in names:
        if counted(parts, [(piece, said) for name, piece, said in told if name == one]) is DONE:
            return DONE
    return counted(enough(parts, tries), [(piece, said) for _, piece, said in told])


def counted_by_try(state: State, taken: str | None, told: Sequence[tuple[str, Status]]) -> State:
    """Return where a row stands of which an earlier try may have gone, by all that was told.

    Each telling begins with the name of its try. Once the last was `taken` under one, its words
    count, and of the others only proof that the person has it. Until then nobody knows which
    try is which: bad news of one is none of the other. What ended without a receipt stays ended.

    >>> first = [("r1", Status.FAILED)]
    >>> counted_by_try(State.SENT, "r2", first).value
    'sent'
    >>> counted_by_try(State.UNKNOWN, None, [*first, ("r2", Status.SENT)]).value
    'sent'
    >>> counted_by_try(State.SENT, "r2", [("r1", Status.READ), ("r2", Status.FAILED)]).value
    'delivered'
    """
    tries = {taken: State.SENT} if taken else {}
    for name, status in told:
        tries[name] = advance(tries.get(name, State.UNKNOWN), status)
    stand = tries.values()
    if DONE in stand:
        return DONE
    count = [tries[taken]] if taken else [one for one in stand if one in ORDER]
    best = State.SENT if State.SENT in count else max(count, key=ORDER.index, default=state)
    ended = state in FINAL and state not in {MEANS[status] for _, status in told}
    return max(best, state, key=ORDER.index) if ended else best


def stands(state: State, counted: State | None) -> State:
    """Return where a row stands once its parts are counted anew.

    What ended without a receipt stays ended while parts are on their way. `delivered` came of
    an earlier count: it is taken back when there turn out to be more parts.

    >>> stands(State.WITHDRAWN, State.SENT).value, stands(State.DELIVERED, State.SENT).value
    ('withdrawn', 'sent')
    """
    if counted is None or (state in BAD and counted is State.SENT):
        return state
    return counted
