"""Alerts, their texts, their approvals, and their expansion into the outbox."""

from gateway.store.alerts.audiences import (
    audience_channels,
    audience_counts,
    audience_size,
    first_open,
    last_address,
    left_after,
    look_from,
    requeue,
)
from gateway.store.alerts.decisions import decide, decisions, involved
from gateway.store.alerts.expansion import expand
from gateway.store.alerts.rows import (
    add,
    draft_of,
    edit,
    get,
    in_state,
    live,
    over,
    page,
    set_state,
    successor,
    texts,
    twin,
    want,
)

__all__ = [
    "add",
    "audience_channels",
    "audience_counts",
    "audience_size",
    "decide",
    "decisions",
    "draft_of",
    "edit",
    "expand",
    "first_open",
    "get",
    "in_state",
    "involved",
    "last_address",
    "left_after",
    "live",
    "look_from",
    "over",
    "page",
    "requeue",
    "set_state",
    "successor",
    "texts",
    "twin",
    "want",
]
