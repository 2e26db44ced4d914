"""Who decided what about an alert."""

import sqlite3


def decide(
    db: sqlite3.Connection,
    alert: int,
    decision: str,
    by: str,
    now: float,
    people: int | None = None,
    reason: str | None = None,
) -> None:
    """Write down a decision with the hash of what it was about."""
    db.execute(
        "INSERT INTO approval (alert, decision, hash, by, people, reason, at)"
        " SELECT id, ?, hash, ?, ?, ?, ? FROM alert WHERE id = ?",
        (decision, by, people, reason, now, alert),
    )


def decisions(db: sqlite3.Connection, alert: int) -> list[sqlite3.Row]:
    return db.execute("SELECT * FROM approval WHERE alert = ? ORDER BY id", (alert,)).fetchall()


def involved(db: sqlite3.Connection, row: sqlite3.Row) -> set[str]:
    """Return who had a hand in an alert as it stands: its author, who changed or submitted it."""
    hands = ("submitted", "resumed", "void")
    return {row["author"]} | {d["by"] for d in decisions(db, row["id"]) if d["decision"] in hands}
