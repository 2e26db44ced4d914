"""The shapes of alerts: see `shapes`."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gateway.web.api.shapes import Class, Given, Limit, Text, Time, Word

Id = Annotated[int, Meta(ge=1, le=2**62)]
Texts = Annotated[dict[Word, Text], Meta(min_length=1, max_length=200)]
Words = Annotated[list[Word], Meta(max_length=1000)]
AlertState = Literal["draft", "submitted", "approved", "running", "done", "stopped", "rejected"]


class NewAudience(Given):
    """Who is meant; an empty list leaves that question out."""

    areas: Words = msgspec.field(default_factory=list)
    groups: Words = msgspec.field(default_factory=list)
    languages: Words = msgspec.field(default_factory=list)
    received: Id | None = None


class NewAlert(Given):
    """An alert as it is written: a text for each language."""

    texts: Texts
    audience: NewAudience
    class_: Class = msgspec.field(name="class")
    expires: Time
    exercise: bool = False
    channel: Word | None = None
    supersedes: Id | None = None


class AlertChange(Given):
    """What is to change; anything else stays. Any approval is void then."""

    texts: Texts | UnsetType = UNSET
    audience: NewAudience | UnsetType = UNSET
    class_: Class | UnsetType = msgspec.field(name="class", default=UNSET)
    expires: Time | UnsetType = UNSET
    exercise: bool | UnsetType = UNSET
    channel: Word | UnsetType | None = UNSET


class Approval(Given):
    """`people` is how many the alert goes to, as the preview says; `hash` what was read."""

    people: Annotated[int, Meta(ge=0)]
    hash: str | None = None


class Rejection(Given):
    reason: Text


class InLanguage(msgspec.Struct):
    language: str
    people: int
    parts: int
    alphabet: Literal["gsm7", "ucs2"]
    falls_back_to: str | None


class AlertPreview(msgspec.Struct):
    """Who would get what if it went now; `finish` is when the last would be handed over."""

    people: int
    by_language: list[InLanguage]
    parts: int
    cost: float | None
    finish: Time
    warnings: list[str]


class Decision(msgspec.Struct):
    decision: Literal["submitted", "approved", "rejected", "void", "lapsed", "stopped", "resumed"]
    by: str
    people: int | None
    reason: str | None
    at: Time


class Counts(msgspec.Struct):
    queued: int
    sent: int
    delivered: int
    failed: int
    expired: int
    withdrawn: int
    unknown: int


class Alert(msgspec.Struct, kw_only=True):
    """An alert: what it says to whom, where it stands, and who decided what.

    `refused` says why messages were withdrawn or expired: a reason, and how many.
    """

    id: int
    state: AlertState
    class_: Class = msgspec.field(name="class")
    exercise: bool
    texts: dict[str, str]
    audience: dict[str, list[str] | int | None]
    channel: str | None
    supersedes: int | None
    author: str
    hash: str
    people: int | None
    counts: Counts
    refused: dict[str, int]
    decisions: list[Decision]
    created: Time
    expires: Time
    submitted: Time | None
    approved: Time | None
    ended: Time | None
    preview: AlertPreview | UnsetType = UNSET


class Created(msgspec.Struct):
    id: int
    state: AlertState
    preview: AlertPreview


class Alerts(msgspec.Struct):
    alerts: list[Alert]
    next: int | None


class AlertQuery(Given):
    limit: Limit = 25
    cursor: Id = 2**62
