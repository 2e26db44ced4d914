"""What comes in, what goes out, and the words for what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from msgspec import Struct


class Class(IntEnum):
    """How urgent a message is; the lower number goes first."""

    EMERGENCY = 0
    HIGH = 1
    NORMAL = 2
    BULK = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> "Class":
        """Return the class a word names; ValueError if none.

        >>> Class.of("emergency") < Class.of("bulk")
        True
        """
        try:
            return cls[word.upper()]
        except KeyError:
            known = ", ".join(c.word for c in cls)
            raise ValueError(f"class must be one of {known}") from None


class Status(StrEnum):
    """What a provider says became of a message, in the gateway's vocabulary."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class State(StrEnum):
    """Where an outbox row stands."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What came of handing one message to a provider; the retry class of sending."""

    ACCEPTED = "accepted"
    THROTTLED = "throttled"  # slow the channel, then again
    TRANSIENT = "transient"  # did not reach them; again, with growing pauses
    UNKNOWN = "unknown"  # may have reached them; the message's class decides
    REJECTED = "rejected"  # this one never
    LEFT = "left"  # this one never, and the person has left
    ACCOUNT = "account"  # stop the channel, tell staff, keep the queue


class Phase(StrEnum):
    """Where a USSD session stands."""

    START = "start"
    INPUT = "input"
    END = "end"
    TIMEOUT = "timeout"
    NOTIFY = "notify"


@dataclass(frozen=True, slots=True)
class Media:
    url: str
    type: str


@dataclass(frozen=True, slots=True)
class Part:
    """One SMS of a longer text: `number` of `total`, joined by `reference`."""

    reference: int
    total: int
    number: int


class Inbound(Struct, frozen=True):
    """A message that came in. `sender` is E.164, a short code or a name."""

    sender: str
    to: str
    text: str
    reference: str
    at: datetime | None = None
    media: tuple[Media, ...] = ()
    part: Part | None = None
    network: str | None = None
    flags: tuple[str, ...] = ()


class Receipt(Struct, frozen=True):
    """What became of a message we sent; `own` is our id where they echo it.

    `parts` is how many SMS they made of it. `piece` is set where this tells of one part
    only: a word that names the telling, the same when it is told again.
    """

    reference: str
    status: Status
    to: str | None = None
    at: datetime | None = None
    error: str | None = None
    retry: str | None = None
    own: str | None = None
    parts: int | None = None
    piece: str | None = None


class Turn(Struct, frozen=True):
    """One USSD step. `path` holds all inputs so far where the protocol is cumulative,
    and `text` then is the whole path too; `domain.ussd.newest` finds the new input.
    `reference` is the name of this telling: a step told again has it again."""

    sender: str
    to: str
    session: str
    phase: Phase
    text: str
    path: str | None = None
    network: str | None = None
    at: datetime | None = None
    result: str | None = None
    hops: int | None = None
    reference: str | None = None
    duration_ms: int | None = None
    error: str | None = None


class OptOut(Struct, frozen=True):
    """The network tells us a person left (`stop`) or came back (`start`)."""

    sender: str
    to: str | None
    action: str
    at: datetime | None = None


Event = Inbound | Receipt | Turn | OptOut


@dataclass(frozen=True, slots=True)
class Screen:
    """One USSD page; `goes_on` is false on the last one."""

    text: str
    goes_on: bool = True


class Outgoing(Struct, frozen=True):
    """A message on its way out, by value: a carrier needs nothing else.

    `expires` is in seconds since 1970, or None; `alphabet` is gsm7 or ucs2.
    """

    id: int
    to: str
    text: str
    class_: int = Class.NORMAL
    expires: float | None = None
    parts: int = 1
    alphabet: str = "gsm7"


class Result(Struct, frozen=True):
    """What came of one Outgoing. `wait` is in seconds, where they said how long.

    `elsewhere` is set where they surely did not send it, and another channel might. `pieces`
    names the parts of a longer text where each has receipts of its own.
    """

    id: int
    outcome: Outcome
    reference: str | None = None
    error: str | None = None
    wait: float | None = None
    parts: int | None = None
    cost: str | None = None
    elsewhere: bool = False
    pieces: tuple[str, ...] = ()

    @property
    def is_refusal(self) -> bool:
        """Whether nobody will ever take it."""
        refused = self.outcome is Outcome.REJECTED and not self.elsewhere
        return refused or self.outcome is Outcome.LEFT


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages for one channel, by value; `settings` are sealed.

    `id` is unique: a result that comes twice is applied once. `portion` is how many of it are
    begun at a time. `noted` says that all but its emergencies is written down as not begun: it is
    struck out before it is.
    """

    id: str
    channel: str
    provider: str
    address: str
    settings: str
    messages: tuple[Outgoing, ...]
    extra: Mapping[str, str] = field(default_factory=dict)
    portion: int = 100
    noted: bool = False
