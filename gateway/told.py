"""What programs read of a message, an item or an alert: the API and the webhooks say the same."""

import sqlite3
from datetime import UTC, datetime
from typing import Any


def moment(at: float | None) -> str | None:
    """Return a time as programs read it: ISO 8601 with its offset.

    >>> moment(0.0), moment(None)
    ('1970-01-01T00:00:00+00:00', None)
    """
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def message(row: sqlite3.Row) -> dict[str, Any]:
    """Return a message of `store.messages`; its id says the direction, as out-12 or in-7."""
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
        "created": moment(row["created"]),
        "sent": moment(row["sent"]),
        "delivered": moment(row["delivered"]),
    }
