"""The shapes of feedback: see `shapes`."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gateway.web.api.shapes import Given, Limit, Text, Time, Word

Type = Literal[
    "question",
    "request",
    "suggestion",
    "complaint",
    "rumour",
    "praise",
    "situation_report",
    "sensitive",
    "other",
]
Status = Literal[
    "new",
    "acknowledged",
    "triaged",
    "in_progress",
    "referred",
    "answered",
    "closed",
    "reopened",
    "rejected",
]
Closing = Literal[
    "replied_to_person", "announced_to_community", "not_possible", "unsafe_to_contact"
]
Code = Annotated[str, Meta(pattern=r"^[^/]{1,60}/[^/]{1,60}$", description="category/code")]


class FeedbackChange(Given):
    """What is to change, done in this order: code, assignee, sensitive, status."""

    type: Type | None = None
    code: Code | None = None
    assignee: Word | UnsetType | None = UNSET
    sensitive: bool | None = None
    status: Status | None = None
    how: Closing | None = None
    reason: Text | None = None


class Answer(Given):
    text: Text


class Item(msgspec.Struct, kw_only=True):
    """What a person told us; the words of a sensitive item are null here, for everybody."""

    id: str
    type: Type
    code: str
    status: Status
    priority: Literal["p1", "p2", "p3", "p4"]
    sensitive: bool
    partial: bool
    text: str | None
    language: str | None
    area: str | None
    assignee: str | None
    due: Time | None
    created: Time
    updated: Time


class Items(msgspec.Struct):
    feedback: list[Item]
    next: int | None


class Answered(msgspec.Struct):
    """The answer as it goes out, in the person's language."""

    id: str
    text: str
    language: str
    parts: int
    alphabet: Literal["gsm7", "ucs2"]


class FeedbackQuery(Given):
    status: Status | Literal["open"] | None = None
    type: Type | None = None
    since: Time | None = None
    limit: Limit = 100
    cursor: Annotated[int, Meta(ge=1, le=2**62)] = 2**62
