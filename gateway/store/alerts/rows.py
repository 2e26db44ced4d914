"""Alerts and their texts."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from gateway.domain.alerts import Audience, Draft, Refused, content_hash
from gateway.domain.messages import Class
from gateway.domain.sms import measure

_ADD = """
INSERT INTO alert (class, expires_at, exercise, audience, channel, supersedes, author, hash,
                   created_at)
VALUES (:class_, :expires_at, :exercise, :audience, :channel, :supersedes, :author, :hash, :now)
RETURNING id
"""
_EDIT = """
UPDATE alert SET state = 'draft', class = :class_, expires_at = :expires_at, exercise = :exercise,
       audience = :audience, channel = :channel, supersedes = :supersedes, hash = :hash
 WHERE id = :id
"""
# Live, or ended a moment ago, to the same people, with the very same texts.
_SUCCESSOR = """
SELECT id FROM alert AS later WHERE later.supersedes = ?
   AND (later.state IN ('approved', 'running', 'done') OR later.expanded_to > 0)
 ORDER BY id DESC LIMIT 1
"""
_TWIN = """
SELECT other.id FROM alert AS mine JOIN alert AS other
    ON other.id <> mine.id AND other.audience = mine.audience AND other.exercise = mine.exercise
 WHERE mine.id = :id
   AND (other.state IN ('submitted', 'approved', 'running')
        OR (other.state = 'done' AND other.ended_at > :since))
   AND NOT EXISTS (SELECT language, text FROM alert_text WHERE alert = mine.id
                   EXCEPT SELECT language, text FROM alert_text WHERE alert = other.id)
   AND NOT EXISTS (SELECT language, text FROM alert_text WHERE alert = other.id
                   EXCEPT SELECT language, text FROM alert_text WHERE alert = mine.id)
 ORDER BY other.id DESC LIMIT 1
"""
_LISTED = """
SELECT alert.*, (SELECT text FROM alert_text WHERE alert = alert.id ORDER BY id LIMIT 1) AS text
  FROM alert
"""
_LIVE = "state IN ('submitted', 'approved', 'running')"

N_ = str  # marks a sentence for translators

NONE = N_("There is no alert %(id)s.")


def add(db: sqlite3.Connection, draft: Draft, author: str, now: float) -> int:
    row = _columns(draft) | {"author": author, "now": now}
    alert = int(db.execute(_ADD, row).fetchone()["id"])
    _write_texts(db, alert, draft.texts)
    return alert


def edit(db: sqlite3.Connection, alert: int, draft: Draft) -> None:
    db.execute(_EDIT, _columns(draft) | {"id": alert})
    db.execute("DELETE FROM alert_text WHERE alert = ?", (alert,))
    _write_texts(db, alert, draft.texts)


def _columns(draft: Draft) -> dict[str, Any]:
    return {
        "class_": int(draft.class_),
        "expires_at": draft.expires_at,
        "exercise": int(draft.exercise),
        "audience": draft.audience.to_json(),
        "channel": draft.channel,
        "supersedes": draft.supersedes,
        "hash": content_hash(draft),
    }


def _write_texts(db: sqlite3.Connection, alert: int, texts: Mapping[str, str]) -> None:
    for language, text in texts.items():
        size = measure(text)
        db.execute(
            "INSERT INTO alert_text (alert, language, text, parts, alphabet)"
            " VALUES (?, ?, ?, ?, ?)",
            (alert, language, text, size.parts, size.alphabet),
        )


def get(db: sqlite3.Connection, alert: int) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute("SELECT * FROM alert WHERE id = ?", (alert,)).fetchone()
    return row


def want(db: sqlite3.Connection, alert: int) -> sqlite3.Row:
    """Return an alert; Refused if there is none."""
    row = get(db, alert)
    if row is None:
        raise Refused(NONE, "id", id=alert)
    return row


def twin(db: sqlite3.Connection, alert: int, since: float) -> int | None:
    """Return another alert with the same words for the same people, live or ended since then."""
    row = db.execute(_TWIN, {"id": alert, "since": since}).fetchone()
    return row["id"] if row else None


def successor(db: sqlite3.Connection, alert: int) -> int | None:
    """Return the newest alert that took the place of this one; claims ask the same."""
    row = db.execute(_SUCCESSOR, (alert,)).fetchone()
    return row["id"] if row else None


def texts(db: sqlite3.Connection, alert: int) -> list[sqlite3.Row]:
    sql = "SELECT * FROM alert_text WHERE alert = ? ORDER BY id"
    return db.execute(sql, (alert,)).fetchall()


def draft_of(db: sqlite3.Connection, row: sqlite3.Row) -> Draft:
    """Return an alert as it was written, for its hash and for editing."""
    return Draft(
        texts={text["language"]: text["text"] for text in texts(db, row["id"])},
        audience=Audience.of(json.loads(row["audience"])),
        class_=Class(row["class"]),
        expires_at=row["expires_at"],
        exercise=bool(row["exercise"]),
        channel=row["channel"],
        supersedes=row["supersedes"],
    )


def page(db: sqlite3.Connection, before: int = 1 << 62, limit: int = 25) -> list[sqlite3.Row]:
    """Return alerts with their first text, newest first, from below the id `before`."""
    sql = f"{_LISTED} WHERE id < ? ORDER BY id DESC LIMIT ?"
    return db.execute(sql, (before, limit)).fetchall()


def live(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return the alerts that wait or run, with their first text, newest first."""
    return db.execute(f"{_LISTED} WHERE {_LIVE} ORDER BY id DESC").fetchall()


def over(db: sqlite3.Connection, before: int = 1 << 62, limit: int = 25) -> list[sqlite3.Row]:
    """Return the other alerts, newest first, from below the id `before`."""
    sql = f"{_LISTED} WHERE id < ? AND NOT {_LIVE} ORDER BY id DESC LIMIT ?"
    return db.execute(sql, (before, limit)).fetchall()


def in_state(db: sqlite3.Connection, *states: str) -> list[sqlite3.Row]:
    marks = ", ".join("?" * len(states))
    return db.execute(
        f"SELECT * FROM alert WHERE state IN ({marks}) ORDER BY id", states
    ).fetchall()


def set_state(db: sqlite3.Connection, alert: int, state: str, **columns: float | None) -> None:
    """Move an alert; `columns` are times or counts to set with it."""
    sets = "".join(f", {name} = :{name}" for name in columns)
    row = columns | {"id": alert, "state": state}
    db.execute(f"UPDATE alert SET state = :state{sets} WHERE id = :id", row)
