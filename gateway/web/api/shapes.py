"""What programs may send and what they get: one struct each, which OpenAPI is built from."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Class = Literal["emergency", "high", "normal", "bulk"]
Time = Annotated[datetime, Meta(tz=True, description="ISO 8601 with its offset.")]
Number = Annotated[str, Meta(min_length=1, max_length=40, description="A phone number, E.164.")]
Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Word = Annotated[str, Meta(min_length=1, max_length=60)]
Key = Annotated[str, Meta(min_length=1, max_length=200)]
Limit = Annotated[int, Meta(ge=1, le=1000)]


class Given(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a program sends: a field we do not know is a mistake, and is said to be one."""


class NewMessage(Given):
    """One text or topic for one person, or for up to 10,000.

    With `force` it goes at night too, however much people had today, and though they were told
    the same just now.
    """

    to: Number | Annotated[list[Number], Meta(min_length=1, max_length=10_000)]
    text: Text | None = None
    topic: Word | None = None
    channel: Word | None = None
    language: Word | None = None
    class_: Class = msgspec.field(name="class", default="normal")
    due: Time | None = None
    expires: Time | None = None
    force: bool = False
    key: Key | None = None


class Queued(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What became of one recipient: an id and what it costs, or why it is refused."""

    to: str
    id: str | None = None
    state: Literal["queued"] | None = None
    parts: int | None = None
    alphabet: Literal["gsm7", "ucs2"] | None = None
    refused: str | None = None


class QueuedMessages(msgspec.Struct):
    messages: list[Queued]


class Message(msgspec.Struct, kw_only=True):
    """A message that came in or goes out; `moved_from` is the channel it waited on before.

    Sensitive ones are there for tokens of administrators only, and their text is null.
    """

    id: str
    direction: Literal["in", "out"]
    channel: str
    from_: str = msgspec.field(name="from")
    to: str
    text: str | None
    language: str | None
    state: Literal[
        "received", "queued", "sent", "delivered", "failed", "withdrawn", "expired", "unknown"
    ]
    parts: int | None
    alphabet: Literal["gsm7", "ucs2"] | None
    alert: int | None
    reference: str | None
    error: str | None
    reached: Annotated[
        Literal["provider", "network", "phone"] | None,
        Meta(description="How far we know that it came."),
    ]
    confirms: Annotated[
        bool | None,
        Meta(
            description="Whether its channel ever tells that a phone has it; false: `reached` "
            "may be the last word. Null for what came in."
        ),
    ]
    moved_from: str | None
    moved_reason: str | None
    created: Time
    sent: Time | None
    delivered: Time | None


class Messages(msgspec.Struct):
    messages: list[Message]
    next: str | None


class MessageQuery(Given):
    direction: Literal["in", "out"] | None = None
    state: Word | None = None
    channel: Word | None = None
    alert: Annotated[int, Meta(ge=1, le=2**62)] | None = None
    since: Time | None = None
    limit: Limit = 100
    cursor: Annotated[str, Meta(pattern=r"^[0-9]{1,18}\.[0-9]{1,18}$")] | None = None


class Said(msgspec.Struct):
    """Why a call was not done; `field` is what to mend, where it is one."""

    code: str
    message: str
    field: str | None


class Error(msgspec.Struct):
    error: Said


class PartsLeft(msgspec.Struct):
    """Parts that quotas and credit leave; null where nothing limits them."""

    all: int | None
    emergency: int | None


class Channel(msgspec.Struct):
    """A way in and out; where `confirms` is false, nobody ever tells that a phone has a message.

    `limits` says how its quotas and credit stand: in `reserve` only emergencies go, at `gone` all
    waits, or goes by another channel.
    """

    name: str
    provider: str
    address: str
    state: Literal["on", "off", "held", "down"]
    reason: str | None
    sms: bool
    ussd: bool
    confirms: bool
    limits: Literal["well", "low", "reserve", "gone"]
    credit: float | None
    parts_left: PartsLeft


class Channels(msgspec.Struct):
    channels: list[Channel]


class Period(msgspec.Struct, kw_only=True):
    """A time in which nothing could be handed over; channel null: the gateway itself was off."""

    channel: str | None
    from_: Time = msgspec.field(name="from")
    until: Time


class Away(msgspec.Struct):
    """What became of messages since the first of these times; all counts are of messages."""

    clock_trusted: bool
    periods: list[Period]
    came_in: int
    expired: int
    left: int
    sent: int
    waiting: dict[Class, int]


class RefusedCount(msgspec.Struct, kw_only=True):
    """How many messages the gate held, withheld or let pass, for one reason.

    One that is held twice counts twice; with `quiet hours passed` emergencies went all the same.
    """

    channel: str
    class_: Class = msgspec.field(name="class")
    reason: str
    messages: int


class RefusedOfDay(msgspec.Struct):
    """The counts of one day, by the clock of staff."""

    day: str
    refused: list[RefusedCount]


class RefusedQuery(Given):
    day: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None = None
