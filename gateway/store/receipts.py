"""What providers say became of our messages, in whatever order they say it."""

import sqlite3

from gateway.domain.messages import Receipt, State, Status
from gateway.domain.receipts import FINAL, advance

_ADD = """
INSERT INTO receipt (channel, reference, outbox, status, error, at, received_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (channel, reference, status) DO NOTHING
"""
_ROW = "SELECT id, state FROM outbox WHERE channel = ? AND reference = ?"
# An emergency that may have gone by one channel and waits on another: proof from the first
# that the person has it counts, and spares them the second.
_OWN = """
SELECT id, state FROM outbox
 WHERE id = :own AND reference IS NULL AND recipient = coalesce(:to, recipient)
   AND (channel = :channel OR (moved_from = :channel AND maybes > 0 AND :proof))
"""
_MOVE = """
UPDATE outbox SET state = ?, reason = coalesce(?, reason), reference = coalesce(reference, ?),
       sent_at = coalesce(sent_at, ?), final_at = CASE WHEN ? THEN ? ELSE final_at END
 WHERE id = ?
"""
_WAITING = """
SELECT receipt.id, receipt.status, receipt.error, outbox.id AS row, outbox.state
  FROM outbox JOIN receipt ON receipt.channel = outbox.channel
                          AND receipt.reference = outbox.reference
 WHERE receipt.outbox IS NULL AND outbox.id IN (SELECT value FROM json_each(?))
 ORDER BY receipt.id
"""

PATIENCE = 3600.0


def apply(db: sqlite3.Connection, channel: int, receipt: Receipt, now: float) -> int | None:
    """Keep a receipt; return the id of the row it moved, None if it moved none (yet)."""
    row = _row(db, channel, receipt)
    at = receipt.at.timestamp() if receipt.at else None
    told = (channel, receipt.reference, row["id"] if row else None, receipt.status, receipt.error)
    db.execute(_ADD, (*told, at, now))
    if row is None:
        return None
    return int(row["id"]) if _move(db, row["id"], row["state"], receipt, now) else None


def told_before(db: sqlite3.Connection, channel: int, receipt: Receipt) -> bool:
    """Whether this very receipt is kept already."""
    sql = "SELECT 1 FROM receipt WHERE channel = ? AND reference = ? AND status = ?"
    key = (channel, receipt.reference, receipt.status)
    return db.execute(sql, key).fetchone() is not None


def _row(db: sqlite3.Connection, channel: int, receipt: Receipt) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(_ROW, (channel, receipt.reference)).fetchone()
    if row is None and receipt.own and receipt.own.isdecimal() and len(receipt.own) < 19:
        # After a restore a row may have the id of another message: the number must fit too.
        told = {"own": int(receipt.own), "to": receipt.to, "channel": channel}
        proof = receipt.status in (Status.DELIVERED, Status.READ)
        row = db.execute(_OWN, told | {"proof": proof}).fetchone()
    return row


def _move(db: sqlite3.Connection, id: int, state: str, receipt: Receipt, now: float) -> bool:
    """Move a row on; False if the receipt tells nothing new."""
    new = advance(State(state), receipt.status)
    if new == state:
        return False
    final = new in FINAL
    db.execute(_MOVE, (new, receipt.error, receipt.reference, now, final, now, id))
    return True


def overtaken(db: sqlite3.Connection, rows: list[int], now: float) -> None:
    """Apply receipts that came before the send's own answer, now that their rows are known."""
    for row in db.execute(_WAITING, (str(rows),)).fetchall():
        db.execute("UPDATE receipt SET outbox = ? WHERE id = ?", (row["row"], row["id"]))
        state = db.execute("SELECT state FROM outbox WHERE id = ?", (row["row"],)).fetchone()[0]
        new = advance(State(state), Status(row["status"]))
        if new != state:
            told = (new, row["error"], None, now, new in FINAL, now, row["row"])
            db.execute(_MOVE, told)


def forget_strangers(db: sqlite3.Connection, now: float) -> int:
    """Drop receipts whose message never showed up."""
    sql = "DELETE FROM receipt WHERE outbox IS NULL AND received_at < ?"
    return db.execute(sql, (now - PATIENCE,)).rowcount


def has_strangers(db: sqlite3.Connection, now: float) -> bool:
    sql = "SELECT 1 FROM receipt WHERE outbox IS NULL AND received_at < ? LIMIT 1"
    return db.execute(sql, (now - PATIENCE,)).fetchone() is not None


def of(db: sqlite3.Connection, outbox: int) -> list[sqlite3.Row]:
    return db.execute("SELECT * FROM receipt WHERE outbox = ? ORDER BY id", (outbox,)).fetchall()
