"""The shapes of webhooks: see `shapes`."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gateway.web.api.shapes import Given, Time

Event = Literal["message.in", "message.state", "feedback.new", "alert.state"]
Url = Annotated[str, Meta(max_length=500, pattern=r"^https?://[^/?#@\s]+(/[^#\s]*)?$")]
Secret = Annotated[str, Meta(min_length=16, max_length=200)]


class NewWebhook(Given):
    """Where to tell which events; the secret signs each delivery and is never shown again."""

    url: Url
    events: Annotated[list[Event], Meta(min_length=1, max_length=4)]
    secret: Secret


class Webhook(msgspec.Struct):
    """`waiting` deliveries will be tried again; those `given_up` were tried for three days."""

    id: int
    url: str
    events: list[Event]
    by: str
    created: Time
    waiting: int
    given_up: int


class Webhooks(msgspec.Struct):
    webhooks: list[Webhook]


class Delivery(msgspec.Struct):
    """What is posted to a webhook, signed in X-Gateway-Signature: `data` is as GET shows it."""

    event: Event
    at: Time
    data: dict[str, Any]
