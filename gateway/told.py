"""What programs read of a message, an item or an alert: the API and the webhooks say the same."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.context import Channel
from gateway.domain.messages import Class
from gateway.store import alerts, channels, contacts, feedback, outbox


def moment(at: float | None) -> str | None:
    """Return a time as programs read it: ISO 8601 with its offset.

    >>> moment(0.0), moment(None)
    ('1970-01-01T00:00:00+00:00', None)
    """
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def message(row: sqlite3.Row, channel: Channel | None = None) -> dict[str, Any]:
    """Return a message of `store.messages`; its id says the direction, as out-12 or in-7.

    `channel` is the one it goes out by; of what came in nothing more is confirmed.
    """
    return {
        "id": f"{row['direction']}-{row['id']}",
        "direction": row["direction"],
        "channel": row["channel"],
        "from": row["sender"],
        "to": row["recipient"],
        "text": row["text"],
        "language": row["language"],
        "state": "queued" if row["state"] == "claimed" else row["state"],
        "parts": row["parts"],
        "alphabet": row["alphabet"],
        "alert": row["alert"],
        "reference": row["reference"],
        "error": row["error"],
        "reached": reached(row),
        "confirms": channel.confirms if channel else None,
        "moved_from": row["moved_from"],
        "moved_reason": row["moved_why"],
        "created": moment(row["created"]),
        "sent": moment(row["sent"]),
        "delivered": moment(row["delivered"]),
    }


def reached(row: Mapping[str, Any] | sqlite3.Row) -> str | None:
    """Return how far we know that a message came: to a provider, a network, or a phone.

    >>> reached({"state": "sent", "network": None, "sent": 5.0})
    'provider'
    >>> reached({"state": "failed", "network": 6.0, "sent": 5.0})
    'network'
    """
    if row["state"] == "delivered":
        return "phone"
    if row["network"] is not None:
        return "network"
    return "provider" if row["sent"] is not None else None


def alert(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    """Return an alert: what it says to whom, where it stands, and who decided what."""
    channel = channels.by_id(db, row["channel"]) if row["channel"] else None
    counts, why = outbox.alert_counts(db, row["id"])
    return {
        "id": row["id"],
        "state": row["state"],
        "class": Class(row["class"]).word,
        "exercise": bool(row["exercise"]),
        "texts": {text["language"]: text["text"] for text in alerts.texts(db, row["id"])},
        "audience": json.loads(row["audience"]),
        "channel": channel["name"] if channel else None,
        "supersedes": row["supersedes"],
        "author": row["author"],
        "hash": row["hash"],
        "people": row["people"],
        "counts": counts,
        "refused": why,
        "decisions": [_decision(one) for one in alerts.decisions(db, row["id"])],
        "created": moment(row["created_at"]),
        "expires": moment(row["expires_at"]),
        "submitted": moment(row["submitted_at"]),
        "approved": moment(row["approved_at"]),
        "ended": moment(row["ended_at"]),
    }


def _decision(row: sqlite3.Row) -> dict[str, Any]:
    said = {name: row[name] for name in ("decision", "by", "people", "reason")}
    return {**said, "at": moment(row["at"])}


def contact(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    """Return a person: `address` and `consent` are of their first number."""
    numbers = contacts.addresses(db, row["id"])
    return {
        "id": row["id"],
        "address": numbers[0]["value"] if numbers else None,
        "addresses": [number["value"] for number in numbers],
        "language": row["language"],
        "area": row["pcode"],
        "groups": contacts.groups_of(db, row["id"]),
        "consent": numbers[0]["consent"] if numbers else "none",
        "created": moment(row["created_at"]),
        "heard": moment(row["heard_at"]),
    }


def item(row: sqlite3.Row) -> dict[str, Any]:
    """Return a feedback item without its number; the words of a sensitive one are left out."""
    return {
        "id": row["reference"],
        "type": row["type"],
        "code": feedback.coded(row).partition("/")[2],
        "status": row["status"],
        "priority": row["priority"],
        "sensitive": bool(row["sensitive"]),
        "partial": bool(row["partial"]),
        "text": None if row["sensitive"] else row["text"],
        "language": row["language"],
        "area": row["pcode"],
        "assignee": row["assignee_name"],
        "due": moment(row["due_at"]),
        "created": moment(row["created_at"]),
        "updated": moment(row["updated_at"]),
    }
