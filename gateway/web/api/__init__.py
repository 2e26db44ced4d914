"""The API for programs, under /api/v1: JSON in and out, a token at the door."""

from gateway.web.api import (
    alerts,
    away,
    channels,
    contacts,
    feedback,
    jobs,
    messages,
    openapi,
    refused,
    sending,
    webhooks,
)
from gateway.web.api.door import blueprint

__all__ = [
    "alerts",
    "away",
    "blueprint",
    "channels",
    "contacts",
    "feedback",
    "jobs",
    "messages",
    "openapi",
    "refused",
    "sending",
    "webhooks",
]
