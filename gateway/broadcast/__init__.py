"""An approved alert becomes one outbox row per person; a second person approves it."""

from gateway.broadcast.approval import approve, reject, resume, stop, submit
from gateway.broadcast.counting import People, preview, tallied
from gateway.broadcast.drafts import checked, create, edit, follow_up
from gateway.broadcast.running import advance

__all__ = [
    "People",
    "advance",
    "approve",
    "checked",
    "create",
    "edit",
    "follow_up",
    "preview",
    "reject",
    "resume",
    "stop",
    "submit",
    "tallied",
]
