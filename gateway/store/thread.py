"""What one number and the gateway told each other on one channel."""

import sqlite3

from gateway.store.whose import EITHER

_OUT = " UNION ALL ".join(
    f"""
SELECT * FROM (
  SELECT 'out' AS direction, outbox.id, outbox.created_at AS at,
         coalesce(outbox.text, alert_text.text) AS text, outbox.state, outbox.parts,
         outbox.reference, outbox.language, outbox.network_at
    FROM address {rows} LEFT JOIN alert_text ON alert_text.id = outbox.alert_text
   WHERE address.value = :number AND outbox.channel = :channel
   ORDER BY outbox.id DESC LIMIT :limit)
"""
    for rows in EITHER
)
_THREAD = f"""
{_OUT}
UNION ALL
SELECT * FROM (
  SELECT 'in', inbound.id, received_at, inbound.text, 'received', NULL, NULL, NULL, NULL
    FROM address JOIN inbound ON inbound.address = address.id
   WHERE address.value = :number AND inbound.channel = :channel
   ORDER BY inbound.id DESC LIMIT :limit)
 ORDER BY at, direction, id
"""
_GOING_OUT = " OR ".join(
    f"""
EXISTS (SELECT 1 FROM address {rows}
         WHERE address.value = :number AND outbox.channel = :channel
           AND outbox.state IN ('queued', 'claimed') AND outbox.due_at <= :now)
"""
    for rows in EITHER
)


def newest(db: sqlite3.Connection, channel: int, number: str, limit: int) -> list[sqlite3.Row]:
    """Return the newest messages of both directions, oldest first."""
    row = {"channel": channel, "number": number, "limit": limit}
    return db.execute(_THREAD, row).fetchall()[-limit:]


def going_out(db: sqlite3.Connection, channel: int, number: str, now: float) -> bool:
    """Whether a message that is due has not gone out yet."""
    row = {"number": number, "channel": channel, "now": now}
    return bool(db.execute(f"SELECT {_GOING_OUT}", row).fetchone()[0])
