"""One-time links: for the first administrator, and for a new password."""

import secrets
import sqlite3

from gateway.store.sign_ins import of

VALID_FOR = 86400.0

_ADD = "INSERT INTO link (hash, user, purpose, expires_at) VALUES (?, ?, ?, ?)"
_ADMINISTRATORS = """
SELECT count(*) FROM user
 WHERE role = 'administrator' AND enabled = 1 AND password IS NOT NULL
"""
_OPEN = """
SELECT link.hash, link.user, user.name FROM link LEFT JOIN user ON user.id = link.user
 WHERE link.hash = :hash AND link.purpose = :purpose AND link.used_at IS NULL
   AND link.expires_at > :now AND link.expires_at <= :now + :valid_for
   AND (link.user IS NULL OR user.enabled = 1)
"""


def has_administrator(db: sqlite3.Connection) -> bool:
    """Whether somebody with a password may administer this gateway."""
    return bool(db.execute(_ADMINISTRATORS).fetchone()[0])


def first_link(db: sqlite3.Connection, now: float) -> str | None:
    """Return the token of a new setup link, valid for a day; None if there is an administrator.

    The link of the start before stops working.
    """
    db.execute("DELETE FROM link WHERE purpose = 'setup'")
    if has_administrator(db):
        return None
    return _add(db, None, "setup", now)


def password_link_for(db: sqlite3.Connection, user: int, now: float) -> str:
    """Return the token of a new password link, valid for a day; older ones stop working."""
    db.execute("DELETE FROM link WHERE user = ?", (user,))
    return _add(db, user, "password", now)


def _add(db: sqlite3.Connection, user: int | None, purpose: str, now: float) -> str:
    token = secrets.token_urlsafe(24)
    db.execute(_ADD, (of(token), user, purpose, now + VALID_FOR))
    return token


def open_link(db: sqlite3.Connection, token: str, purpose: str, now: float) -> sqlite3.Row | None:
    """Return the link with its user and name, or None if used, too old or unknown."""
    asked = {"hash": of(token), "purpose": purpose, "now": now, "valid_for": VALID_FOR}
    row: sqlite3.Row | None = db.execute(_OPEN, asked).fetchone()
    if row is not None and purpose == "setup" and has_administrator(db):
        return None
    return row


def use_link(db: sqlite3.Connection, token: str, now: float) -> None:
    """Mark a link as used; it opens nothing any more."""
    db.execute("UPDATE link SET used_at = ? WHERE hash = ?", (now, of(token)))
