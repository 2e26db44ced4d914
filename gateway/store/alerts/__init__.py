"""Alerts, their texts, their approvals, and their expansion into the outbox."""

from gateway.store.alerts.audiences import (
    audience_channels,
    audience_counts,
    expand,
    last_address,
    left_after,
    requeue,
    unfinished,
)
from gateway.store.alerts.decisions import decide, decisions, involved
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
    texts,
    twin,
    want,
)

__all__ = [
    "add",
    "audience_channels",
    "audience_counts",
    "decide",
    "decisions",
    "draft_of",
    "edit",
    "expand",
    "get",
    "in_state",
    "involved",
    "last_address",
    "left_after",
    "live",
    "over",
    "page",
    "requeue",
    "set_state",
    "texts",
    "twin",
    "unfinished",
    "want",
]
