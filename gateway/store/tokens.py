"""Tokens: what programs show to come in. Each is shown once; only its hash is kept."""

import secrets
import sqlite3

from gateway.store.sign_ins import of

PREFIX = "gw_"

_ADD = "INSERT INTO token (name, role, user, hash, created_at) VALUES (?, ?, ?, ?, ?)"
_EVERY = """
SELECT token.id, token.name, token.role, token.created_at, token.revoked_at, user.name AS user
  FROM token LEFT JOIN user ON user.id = token.user ORDER BY token.id
"""
_BY_HASH = """
SELECT token.id, token.name, token.role, token.user FROM token
  LEFT JOIN user ON user.id = token.user
 WHERE token.hash = ? AND token.revoked_at IS NULL AND (token.user IS NULL OR user.enabled = 1)
"""


def add_token(db: sqlite3.Connection, name: str, role: str, user: int | None, now: float) -> str:
    """Add a token for a program; sqlite3.IntegrityError if the name was ever taken."""
    token = PREFIX + secrets.token_urlsafe(32)
    db.execute(_ADD, (name, role, user, of(token), now))
    return token


def list_tokens(db: sqlite3.Connection) -> list[sqlite3.Row]:
    return db.execute(_EVERY).fetchall()


def revoke_token(db: sqlite3.Connection, name: str, now: float) -> bool:
    """Stop a token for good; False if there is none of that name still in use."""
    sql = "UPDATE token SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL"
    return db.execute(sql, (now, name)).rowcount == 1


def by_token(db: sqlite3.Connection, token: str) -> sqlite3.Row | None:
    """Return id, name, role and user of a token in use, or None."""
    if not token.startswith(PREFIX):
        return None
    row: sqlite3.Row | None = db.execute(_BY_HASH, (of(token),)).fetchone()
    return row
