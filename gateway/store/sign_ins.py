"""Sign-ins: one row for each browser that is in; only the hash of its token is kept."""

import hashlib
import secrets
import sqlite3

_BY_HASH = """
SELECT user.id, user.name, user.role, user.language,
       sign_in.hash, sign_in.created_at AS started_at, sign_in.seen_at, sign_in.fresh_at
  FROM sign_in JOIN user ON user.id = sign_in.user
 WHERE sign_in.hash = ? AND user.enabled = 1
"""
_START = "INSERT INTO sign_in (hash, user, created_at, seen_at, fresh_at) VALUES (?, ?, ?, ?, ?)"
FORGOTTEN_AFTER = 7 * 86400.0


def of(token: str) -> str:
    """Return the hash of a token of ours; they are random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def start_sign_in(db: sqlite3.Connection, user: int, now: float) -> str:
    """Begin a sign-in; return the token for the browser's cookie."""
    token = secrets.token_urlsafe(32)
    db.execute("DELETE FROM sign_in WHERE seen_at < ?", (now - FORGOTTEN_AFTER,))
    db.execute(_START, (of(token), user, now, now, now))
    return token


def by_sign_in(db: sqlite3.Connection, token: str) -> sqlite3.Row | None:
    """Return the user of a sign-in and its times, unless ended or the user is disabled."""
    row: sqlite3.Row | None = db.execute(_BY_HASH, (of(token),)).fetchone()
    return row


def touch(db: sqlite3.Connection, token: str, now: float) -> None:
    db.execute("UPDATE sign_in SET seen_at = ? WHERE hash = ?", (now, of(token)))


def freshen(db: sqlite3.Connection, token: str, now: float) -> None:
    """Note that the person has just given their password again."""
    db.execute("UPDATE sign_in SET fresh_at = ?, seen_at = ? WHERE hash = ?", (now, now, of(token)))


def end_sign_in(db: sqlite3.Connection, token: str) -> None:
    db.execute("DELETE FROM sign_in WHERE hash = ?", (of(token),))


def end_sign_ins(db: sqlite3.Connection, user: int) -> None:
    """End every sign-in of a user, in whatever browser."""
    db.execute("DELETE FROM sign_in WHERE user = ?", (user,))
