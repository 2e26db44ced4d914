"""Traces of what was done: receipts, dialogues, deliveries, jobs, refused calls."""

import json
import sqlite3

_FIRST = "SELECT id, received_at AS at FROM receipt ORDER BY id LIMIT ?"
_SESSIONS = "SELECT id FROM session WHERE ended_at IS NOT NULL AND ended_at < ? LIMIT ?"
_DELIVERIES = "SELECT id FROM delivery WHERE state = 'given_up' AND created_at < ? LIMIT ?"
_JOBS = """
SELECT id FROM job WHERE state NOT IN ('waiting', 'running') AND updated_at < ? LIMIT ?
"""
_CALLS = "SELECT id FROM kept_call WHERE at < ? LIMIT ?"
_FIND = {"sessions": _SESSIONS, "deliveries": _DELIVERIES, "jobs": _JOBS, "kept_calls": _CALLS}
_DROP = {
    "receipts": ("DELETE FROM receipt WHERE id IN (SELECT value FROM json_each(?))",),
    "sessions": (
        "UPDATE feedback SET session = NULL WHERE session IN (SELECT value FROM json_each(?))",
        "DELETE FROM session WHERE id IN (SELECT value FROM json_each(?))",
    ),
    "deliveries": ("DELETE FROM delivery WHERE id IN (SELECT value FROM json_each(?))",),
    "jobs": ("DELETE FROM job WHERE id IN (SELECT value FROM json_each(?))",),
    "kept_calls": ("DELETE FROM kept_call WHERE id IN (SELECT value FROM json_each(?))",),
}


def old(db: sqlite3.Connection, kind: str, before: float, limit: int) -> list[int]:
    """Return rows of a kind that are over their age."""
    if kind == "receipts":
        # They lie in the order they came, and none is changed: the first young one ends it.
        rows = db.execute(_FIRST, (limit,)).fetchall()
        return [row["id"] for row in rows if row["at"] < before]
    return [row["id"] for row in db.execute(_FIND[kind], (before, limit))]


def drop(db: sqlite3.Connection, kind: str, ids: list[int]) -> int:
    """Delete rows; return how many."""
    gone = 0
    for sql in _DROP[kind]:
        gone = db.execute(sql, (json.dumps(ids),)).rowcount
    return int(gone)
