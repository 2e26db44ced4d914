"""What people tell us: its types, where an item stands, which moves are open, its clocks."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Type(StrEnum):
    """What kind of thing a person tells us: the first level of coding."""

    QUESTION = "question"
    REQUEST = "request"
    SUGGESTION = "suggestion"
    COMPLAINT = "complaint"
    RUMOUR = "rumour"
    PRAISE = "praise"
    SITUATION_REPORT = "situation_report"
    SENSITIVE = "sensitive"
    OTHER = "other"


class Status(StrEnum):
    """Where a feedback item stands."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    TRIAGED = "triaged"
    IN_PROGRESS = "in_progress"
    REFERRED = "referred"
    ANSWERED = "answered"
    CLOSED = "closed"
    REOPENED = "reopened"
    REJECTED = "rejected"


class Priority(StrEnum):
    """How soon: life at risk, sensitive or urgent, a complaint or request, the rest."""

    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"


class Closing(StrEnum):
    """How the loop was closed: what the person was told, or why nothing."""

    REPLIED = "replied_to_person"
    ANNOUNCED = "announced_to_community"
    NOT_POSSIBLE = "not_possible"
    UNSAFE = "unsafe_to_contact"


S = Status

MOVES: Mapping[Status, tuple[Status, ...]] = {
    S.NEW: (S.ACKNOWLEDGED, S.TRIAGED, S.REJECTED),
    S.ACKNOWLEDGED: (S.TRIAGED, S.REJECTED),
    S.TRIAGED: (S.IN_PROGRESS, S.REFERRED, S.ANSWERED, S.REJECTED),
    S.IN_PROGRESS: (S.REFERRED, S.ANSWERED, S.CLOSED),
    S.REFERRED: (S.IN_PROGRESS, S.ANSWERED, S.CLOSED),
    S.ANSWERED: (S.CLOSED, S.REOPENED),
    S.CLOSED: (S.REOPENED,),
    S.REOPENED: (S.TRIAGED, S.IN_PROGRESS),
    S.REJECTED: (S.TRIAGED,),
}

OPEN = (S.NEW, S.ACKNOWLEDGED, S.TRIAGED, S.IN_PROGRESS, S.REFERRED, S.REOPENED)

_PRIORITIES = {
    Type.SENSITIVE: Priority.P2,
    Type.REQUEST: Priority.P3,
    Type.COMPLAINT: Priority.P3,
}

# Other names the types go by in the codebooks of National Societies.
_ALSO = {
    "ask": Type.QUESTION,
    "need": Type.REQUEST,
    "help": Type.REQUEST,
    "idea": Type.SUGGESTION,
    "concern": Type.COMPLAINT,
    "problem": Type.COMPLAINT,
    "rumor": Type.RUMOUR,
    "belief": Type.RUMOUR,
    "observation": Type.RUMOUR,
    "thank": Type.PRAISE,
    "encouragement": Type.PRAISE,
    "appreciation": Type.PRAISE,
    "report": Type.SITUATION_REPORT,
}

HOUR = 3600.0
_RECEIPT = 0.1 * HOUR
_LOOK = {Priority.P1: 1 * HOUR, Priority.P2: 24 * HOUR}
_ANSWER = {
    Priority.P1: 24 * HOUR,
    Priority.P2: 24 * HOUR,
    Priority.P3: 72 * HOUR,
    Priority.P4: 168 * HOUR,
}


class NotAllowed(Exception):
    """An item may not move that way; the text says which moves are open."""

    def __init__(self, old: Status, new: Status) -> None:
        self.old, self.new = old, new
        super().__init__(f"An item that is {said(old)} can become {choice(MOVES[old])} only.")


def said(word: str) -> str:
    """Return a word of ours as it is spoken.

    >>> said(Status.IN_PROGRESS)
    'in progress'
    """
    return str(word).replace("_", " ")


def choice(words: Iterable[str]) -> str:
    """Return words as a choice in a sentence.

    >>> choice(["referred", "answered", "closed"]), choice(["reopened"])
    ('referred, answered or closed', 'reopened')
    """
    *most, last = [said(word) for word in words]
    return f"{', '.join(most)} or {last}" if most else last


def move(old: Status, new: Status) -> None:
    """Raise NotAllowed unless an item may go from one status to the other.

    >>> move(Status.ANSWERED, Status.CLOSED)
    >>> move(Status.CLOSED, Status.ANSWERED)
    Traceback (most recent call last):
    gateway.domain.feedback.NotAllowed: An item that is closed can become reopened only.
    """
    if new not in MOVES[old]:
        raise NotAllowed(old, new)


def road(old: Status, new: Status) -> list[Status]:
    """Return the shortest way of allowed moves from one status to another.

    >>> [step.value for step in road(Status.ACKNOWLEDGED, Status.ANSWERED)]
    ['triaged', 'answered']
    >>> road(Status.CLOSED, Status.CLOSED)
    []
    """
    ways: list[list[Status]] = [[]]
    seen = {old}
    while ways:
        way = ways.pop(0)
        here = way[-1] if way else old
        if here == new:
            return way
        ways += [[*way, step] for step in MOVES[here] if step not in seen]
        seen.update(MOVES[here])
    raise NotAllowed(old, new)


def after_words(status: Status) -> list[Status]:
    """Return the moves a person's further words make: what seemed done is taken up again.

    >>> after_words(Status.CLOSED), after_words(Status.TRIAGED)
    ([<Status.REOPENED: 'reopened'>], [])
    """
    if status in (S.ANSWERED, S.CLOSED):
        return [S.REOPENED]
    return [S.TRIAGED] if status == S.REJECTED else []


def after_ok(status: Status) -> list[Status]:
    """Return the moves a person's OK makes; what nobody has worked on yet stays open.

    >>> [step.value for step in after_ok(Status.ANSWERED)], after_ok(Status.ACKNOWLEDGED)
    (['closed'], [])
    """
    if status == S.REOPENED:
        return [S.IN_PROGRESS, S.CLOSED]
    return [S.CLOSED] if S.CLOSED in MOVES[status] else []


def priority_of(type: Type) -> Priority:
    """Return the priority an item begins with; a person may set another.

    >>> priority_of(Type.REQUEST).value, priority_of(Type.QUESTION).value
    ('p3', 'p4')
    """
    return _PRIORITIES.get(type, Priority.P4)


def due(priority: Priority, since: float, status: Status) -> float | None:
    """Return when the next step is due, in seconds since 1970; None when nobody waits.

    A receipt within 6 minutes where nobody must look first, a first look at p1 within 1 hour
    and at p2 within 24, an answer within 24 hours (p1, p2), 72 (p3) or 168 (p4). `since` is
    when the person wrote, or wrote again.

    >>> due(Priority.P1, 0, Status.NEW), due(Priority.P3, 0, Status.NEW)
    (3600.0, 360.0)
    >>> due(Priority.P3, 0, Status.TRIAGED), due(Priority.P3, 0, Status.ANSWERED)
    (259200.0, None)
    """
    if status not in OPEN:
        return None
    if status in (S.NEW, S.ACKNOWLEDGED) and priority in _LOOK:
        return since + _LOOK[priority]
    return since + (_RECEIPT if status == S.NEW else _ANSWER[priority])


def type_of(word: str) -> Type:
    """Return the type a word of a codebook names; ValueError if none.

    >>> type_of("Questions").value, type_of("Rumours, beliefs and observations").value
    ('question', 'rumour')
    >>> type_of("Local situation report").value, type_of("Encouragement").value
    ('situation_report', 'praise')
    """
    plain = word.strip().casefold().replace(" ", "_")
    for type in Type:
        if plain.startswith(type.value) or type.value in plain.split("_"):
            return type
    for other, type in _ALSO.items():
        if any(part.startswith(other) for part in plain.split("_")):
            return type
    raise ValueError(f"type must be one of {choice(Type)}")


def told(new: Status, how: str | None, reason: str | None) -> None:
    """Raise ValueError if a closing does not say how, or a rejection why.

    >>> told(Status.CLOSED, "replied_to_person", None)
    >>> told(Status.REJECTED, None, " ")
    Traceback (most recent call last):
    ValueError: Say why the item is rejected.
    """
    if new == S.CLOSED and how not in set(Closing):
        raise ValueError(f"Say how the loop was closed: {choice(Closing)}.")
    if new == S.REJECTED and not (reason or "").strip():
        raise ValueError("Say why the item is rejected.")
