"""Users: who may come in, with which role, and the password they prove it with."""

import sqlite3
import unicodedata
from collections.abc import Callable
from typing import Protocol

from gateway.store import Store, passwords, tries
from gateway.store.links import first_link, open_link, password_link_for, use_link
from gateway.store.sign_ins import (
    by_sign_in,
    end_sign_in,
    end_sign_ins,
    freshen,
    start_sign_in,
    touch,
)
from gateway.store.tokens import add_token, by_token, list_tokens, revoke_token
from gateway.store.tries import locked, wait_after

__all__ = [
    "ROLES",
    "UserError",
    "add_token",
    "add_user",
    "by_id",
    "by_name",
    "by_sign_in",
    "by_token",
    "check_password",
    "disable_user",
    "enable_user",
    "end_sign_in",
    "end_sign_ins",
    "first_link",
    "freshen",
    "hashed",
    "is_theirs",
    "list_tokens",
    "list_users",
    "locked",
    "open_link",
    "password_link",
    "revoke_token",
    "set_language",
    "set_password",
    "set_role",
    "start_sign_in",
    "tidy",
    "touch",
    "use_link",
    "wait_after",
]

ROLES = ("administrator", "operator", "approver", "field_staff", "auditor")

N_ = str  # marks a sentence for translators

REASONS = {
    "name": N_("A name has 2 to 32 letters or digits, without spaces; . _ - are fine too."),
    "taken": N_("Somebody has this name already. Choose another one."),
    "role": N_("There is no such role."),
    "password": N_("Choose a password of at least 10 characters that is not the name."),
    "last": N_("This is the last administrator. Make somebody else administrator first."),
    "unknown": N_("There is no such user."),
}

_EVERY = """
SELECT user.*, (SELECT max(seen_at) FROM sign_in WHERE sign_in.user = user.id) AS seen_at
  FROM user ORDER BY enabled DESC, name
"""
_OTHERS = """
SELECT count(*) FROM user
 WHERE role = 'administrator' AND enabled = 1 AND password IS NOT NULL AND id <> ?
"""


class UserError(ValueError):
    """What was asked for a user cannot be done; `reason` is a word, the text says it."""

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason


class Holder(Protocol):
    """Whoever holds a store and a clock, as the gateway does."""

    @property
    def store(self) -> Store: ...
    @property
    def clock(self) -> Callable[[], float]: ...


def tidy(name: str) -> str:
    """Return a name as it is kept; UserError if it cannot be one.

    >>> tidy(" Sita "), tidy("مريم")
    ('Sita', 'مريم')
    """
    name = unicodedata.normalize("NFC", name).strip()
    shaped = all(unicodedata.category(c)[0] in "LMN" or c in "._-" for c in name)
    if not shaped or not 2 <= len(name) <= 32:
        raise UserError("name")
    return name


def add_user(
    db: sqlite3.Connection, name: str, role: str, password: str | None, now: float
) -> tuple[int, str | None]:
    """Add a user; return the id and, where no password was given, a one-time link's token."""
    if role not in ROLES:
        raise UserError("role")
    name = tidy(name)
    kept = hashed(password, name) if password is not None else None
    try:
        cursor = db.execute(
            "INSERT INTO user (name, role, password, created_at) VALUES (?, ?, ?, ?)",
            (name, role, kept, now),
        )
    except sqlite3.IntegrityError:
        raise UserError("taken") from None
    id = int(cursor.lastrowid or 0)
    return id, password_link_for(db, id, now) if kept is None else None


def hashed(password: str, name: str) -> str:
    """Return the hash of a good password; UserError if it is too weak. Slow: not for the writer."""
    if not passwords.good(password, name):
        raise UserError("password")
    return passwords.hashed(password)


def by_name(db: sqlite3.Connection, name: str) -> sqlite3.Row | None:
    name = unicodedata.normalize("NFC", name).strip()
    row: sqlite3.Row | None = db.execute("SELECT * FROM user WHERE name = ?", (name,)).fetchone()
    return row


def by_id(db: sqlite3.Connection, id: int) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute("SELECT * FROM user WHERE id = ?", (id,)).fetchone()
    return row


def list_users(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return every user, with when they were last seen."""
    return db.execute(_EVERY).fetchall()


def password_link(db: sqlite3.Connection, name: str, now: float) -> str:
    """Return the token of a one-time link to a new password; older ones stop working."""
    row = by_name(db, name)
    if row is None or not row["enabled"]:
        raise UserError("unknown")
    return password_link_for(db, row["id"], now)


def set_password(db: sqlite3.Connection, id: int, kept: str) -> None:
    """Keep the hash of a new password; every sign-in made with the old one ends."""
    db.execute(
        "UPDATE user SET password = ?, failures = 0, locked_until = NULL WHERE id = ?", (kept, id)
    )
    end_sign_ins(db, id)


def set_role(db: sqlite3.Connection, name: str, role: str) -> None:
    """Give a user another role; the last administrator keeps theirs."""
    if role not in ROLES:
        raise UserError("role")
    row = _known(db, name)
    if role != "administrator":
        _leave_an_administrator(db, row)
    db.execute("UPDATE user SET role = ? WHERE id = ?", (role, row["id"]))


def set_language(db: sqlite3.Connection, id: int, language: str) -> None:
    db.execute("UPDATE user SET language = ? WHERE id = ?", (language, id))


def disable_user(db: sqlite3.Connection, name: str) -> None:
    """Shut a user out at once: sign-ins, links and tokens stop working."""
    row = _known(db, name)
    _leave_an_administrator(db, row)
    db.execute("UPDATE user SET enabled = 0 WHERE id = ?", (row["id"],))
    db.execute("DELETE FROM link WHERE user = ?", (row["id"],))
    end_sign_ins(db, row["id"])


def enable_user(db: sqlite3.Connection, name: str) -> None:
    """Let a user in again; failed tries are forgotten."""
    db.execute(
        "UPDATE user SET enabled = 1, failures = 0, locked_until = NULL WHERE id = ?",
        (_known(db, name)["id"],),
    )


def _known(db: sqlite3.Connection, name: str) -> sqlite3.Row:
    row = by_name(db, name)
    if row is None:
        raise UserError("unknown")
    return row


def _leave_an_administrator(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    others = db.execute(_OTHERS, (row["id"],)).fetchone()[0]
    if row["role"] == "administrator" and row["enabled"] and row["password"] and not others:
        raise UserError("last")


def check_password(gw: Holder, name: str, password: str) -> sqlite3.Row | None:
    """Return the user whose name and password these are, or None.

    The try is counted before the password is looked at, so that a hundred at the same
    time are still a hundred tries.
    """
    row = gw.store.write(lambda db: _let_try(db, name, gw.clock()))
    if not passwords.fits(row["password"] if row else None, password) or row is None:
        return None
    id = row["id"]
    gw.store.write(lambda db: tries.forget(db, id))
    return row


def is_theirs(gw: Holder, id: int, password: str) -> bool:
    """Whether it is the password of this user; the caller limits how often one may ask."""
    row = by_id(gw.store.read, id)
    return row is not None and passwords.fits(row["password"], password)


def _let_try(db: sqlite3.Connection, name: str, now: float) -> sqlite3.Row | None:
    row = by_name(db, name)
    if row is None or not row["enabled"] or locked(row, now):
        return None
    tries.count(db, row, now)
    return row
