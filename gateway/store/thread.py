"""What one number and the gateway told each other on one channel."""

import sqlite3

_THREAD = """
SELECT * FROM (
  SELECT 'in' AS direction, inbound.id, received_at AS at, inbound.text, 'received' AS state,
         NULL AS parts, NULL AS reference, NULL AS language, NULL AS network_at
    FROM address JOIN inbound ON inbound.address = address.id
   WHERE address.value = :number AND inbound.channel = :channel
   ORDER BY inbound.id DESC LIMIT :limit)
UNION ALL
SELECT * FROM (
  SELECT 'out', outbox.id, outbox.created_at, coalesce(outbox.text, alert_text.text), outbox.state,
         outbox.parts, outbox.reference, outbox.language, outbox.network_at
    FROM address JOIN outbox ON outbox.address = address.id
    LEFT JOIN alert_text ON alert_text.id = outbox.alert_text
   WHERE address.value = :number AND outbox.channel = :channel
   ORDER BY outbox.id DESC LIMIT :limit)
 ORDER BY at, direction, id
"""
_GOING_OUT = """
SELECT EXISTS (SELECT 1 FROM address JOIN outbox ON outbox.address = address.id
                WHERE address.value = ? AND outbox.channel = ?
                  AND outbox.state IN ('queued', 'claimed') AND outbox.due_at <= ?)
"""


def newest(db: sqlite3.Connection, channel: int, number: str, limit: int) -> list[sqlite3.Row]:
    """Return the newest messages of both directions, oldest first."""
    row = {"channel": channel, "number": number, "limit": limit}
    return db.execute(_THREAD, row).fetchall()[-limit:]


def going_out(db: sqlite3.Connection, channel: int, number: str, now: float) -> bool:
    """Whether a message that is due has not gone out yet."""
    return bool(db.execute(_GOING_OUT, (number, channel, now)).fetchone()[0])
