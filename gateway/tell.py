"""Programs hear what happens: events for webhooks, queued in the same transaction.

Each costs next to nothing while no webhook wants it.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from gateway import told
from gateway.context import Gateway
from gateway.store import alerts, audit, feedback, messages, webhooks


def messages_in(db: sqlite3.Connection, ids: Sequence[int], now: float) -> None:
    """Messages came in and were decided upon; of a sensitive one nobody is told."""
    if not ids or not webhooks.wanted(db, "message.in"):
        return
    for id in ids:
        if row := messages.one(db, "in", id):
            _tell(db, "message.in", told.message(row), now)


def messages_moved(gw: Gateway, db: sqlite3.Connection, ids: Sequence[int], now: float) -> None:
    """These messages went out or ended; those that only wait again are not told."""
    if not ids or not webhooks.wanted(db, "message.state"):
        return
    for row in messages.settled(db, list(ids)):
        data = told.message(row, gw.channels.by_id(row["channel_id"]))
        _tell(db, "message.state", data, now)


def feedback_new(db: sqlite3.Connection, ids: Sequence[int], now: float) -> None:
    """People told us something; that something sensitive is there, nobody is told."""
    if not ids or not webhooks.wanted(db, "feedback.new"):
        return
    for item in (feedback.by_id(db, id) for id in ids):
        if not item["sensitive"]:
            _tell(db, "feedback.new", told.item(item), now)


def alert_act(
    db: sqlite3.Connection,
    now: float,
    by: str,
    act: str,
    alert: int,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """An alert was written, moved or changed: note it in the audit, and tell."""
    audit.write(db, now, by, act, f"alert:{alert}", detail)
    if webhooks.wanted(db, "alert.state"):
        _tell(db, "alert.state", told.alert(db, alerts.want(db, alert)), now)


def _tell(db: sqlite3.Connection, event: str, data: Mapping[str, Any], now: float) -> None:
    webhooks.tell(db, event, {"event": event, "at": told.moment(now), "data": data}, now)
