"""What programs asked under a key, so that the same key gets the same answer."""

import sqlite3

KEPT_SECONDS = 7 * 86400

_ADD = "INSERT INTO request_key (token, key, body_hash, answer, at) VALUES (?, ?, ?, ?, ?)"
_KNOWN = "SELECT body_hash, answer FROM request_key WHERE token = ? AND key = ? AND at >= ?"
_OLD = "DELETE FROM request_key WHERE at < ?"


def known(db: sqlite3.Connection, token: int, key: str, now: float) -> sqlite3.Row | None:
    """Return the body's hash and the answer of an earlier request with this key, or None."""
    found = db.execute(_KNOWN, (token, key, now - KEPT_SECONDS))
    row: sqlite3.Row | None = found.fetchone()
    return row


def keep(
    db: sqlite3.Connection, token: int, key: str, body_hash: str, answer: str, now: float
) -> None:
    db.execute(_ADD, (token, key, body_hash, answer, now))


def forget(db: sqlite3.Connection, now: float) -> None:
    """Drop what was asked too long ago to be asked again."""
    db.execute(_OLD, (now - KEPT_SECONDS,))
