"""Alerts, their texts, their approvals, and their expansion into the outbox."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from gateway.domain.alerts import Audience, Draft, content_hash
from gateway.domain.messages import Class
from gateway.domain.sms import measure
from gateway.store import areas

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
# One address a person: the first that joined and has not left.
_PEOPLE = """
  FROM address JOIN contact ON contact.id = address.contact
 WHERE address.consent IN ('in', 'alerts')
   AND address.id = (SELECT min(id) FROM address AS own WHERE own.contact = contact.id
                        AND own.consent IN ('in', 'alerts'))
"""
_IN_AREAS = " AND contact.area IN (SELECT value FROM json_each(:areas))"
_IN_GROUPS = """ AND contact.id IN (SELECT contact FROM member JOIN groups ON groups.id = groups
     WHERE groups.name IN (SELECT value FROM json_each(:groups)))"""
_EXERCISING = """ AND contact.id IN (SELECT contact FROM member JOIN groups ON groups.id = groups
     WHERE groups.exercise)"""
_OF_LANGUAGES = """ AND (contact.language IN (SELECT value FROM json_each(:languages))
     OR substr(contact.language, 1, instr(contact.language || '-', '-') - 1)
        IN (SELECT value FROM json_each(:languages)))"""
_EXPAND = """
WITH choice AS MATERIALIZED (SELECT key, value FROM json_each(:choice)),
     usable AS MATERIALIZED (SELECT value FROM json_each(:channels))
INSERT INTO outbox (address, recipient, channel, class, due_at, expires_at, alert_text, language,
                    source, parts, alphabet, alert, created_at)
SELECT address.id, address.value,
       coalesce(:channel, (SELECT value FROM usable WHERE value = address.channel), :fallback),
       :class_, :now, :expires_at, alert_text.id, alert_text.language, 'alert', alert_text.parts,
       alert_text.alphabet, :alert, :now
{people} AND address.id > :after AND address.id <= :until
"""
_RESUME = """
UPDATE outbox SET state = 'queued', reason = NULL, final_at = NULL
 WHERE alert = ? AND state = 'withdrawn' AND reason = 'alert stopped'
"""


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
    sql = """SELECT alert.*, (SELECT text FROM alert_text WHERE alert = alert.id LIMIT 1) AS text
               FROM alert WHERE id < ? ORDER BY id DESC LIMIT ?"""
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


def _who(db: sqlite3.Connection, audience: Audience, exercise: bool) -> tuple[str, dict[str, str]]:
    """Return the FROM and WHERE that find an audience, with their values."""
    sql, values = _PEOPLE, {}
    if audience.areas:
        sql, values["areas"] = sql + _IN_AREAS, json.dumps(areas.within(db, audience.areas))
    if audience.groups:
        sql, values["groups"] = sql + _IN_GROUPS, json.dumps(audience.groups)
    if audience.languages:
        sql, values["languages"] = sql + _OF_LANGUAGES, json.dumps(audience.languages)
    return sql + (_EXERCISING if exercise else ""), values


def audience_counts(
    db: sqlite3.Connection,
    audience: Audience,
    exercise: bool,
    after: int = 0,
    until: int = 1 << 62,
) -> list[tuple[str | None, int | None, int]]:
    """Count people by (language, area), among addresses above `after` and up to `until`."""
    who, values = _who(db, audience, exercise)
    who += " AND address.id > :after AND address.id <= :until"
    sql = f"SELECT contact.language, contact.area, count(*) {who} GROUP BY 1, 2"
    told: dict[str, str | int] = {**values, "after": after, "until": until}
    return [(row[0], row[1], row[2]) for row in db.execute(sql, told)]


def last_address(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(id), 0) FROM address").fetchone()[0])


def expand(
    db: sqlite3.Connection,
    row: sqlite3.Row,
    choice: str,
    channels: str,
    fallback: int,
    until: int,
    now: float,
) -> int:
    """Queue the alert for people with addresses up to `until`; return how many.

    `choice` is a JSON object from "language|area" to the id of the text; `channels` a JSON
    list of the usable ones, tried before `fallback`.
    """
    audience = Audience.of(json.loads(row["audience"]))
    who, values = _who(db, audience, bool(row["exercise"]))
    joined = who.replace(
        "JOIN contact ON contact.id = address.contact",
        "JOIN contact ON contact.id = address.contact"
        " JOIN choice ON choice.key = coalesce(contact.language, '') || '|'"
        " || coalesce(contact.area, '')"
        " JOIN alert_text ON alert_text.id = choice.value",
    )
    told = values | {"choice": choice, "channels": channels, "fallback": fallback, "now": now}
    told |= {"alert": row["id"], "channel": row["channel"], "class_": row["class"]}
    told |= {"expires_at": row["expires_at"], "after": row["expanded_to"], "until": until}
    sql = _EXPAND.format(people=joined) + " ON CONFLICT DO NOTHING"
    made = db.execute(sql, told).rowcount
    db.execute("UPDATE alert SET expanded_to = ? WHERE id = ?", (until, row["id"]))
    return made


def requeue(db: sqlite3.Connection, alert: int) -> int:
    """Put back what a stop took away, for an alert that was approved again."""
    return db.execute(_RESUME, (alert,)).rowcount


def unfinished(db: sqlite3.Connection, alert: int) -> bool:
    sql = """SELECT 1 FROM outbox INDEXED BY outbox_alert_open
              WHERE alert = ? AND alert IS NOT NULL AND state IN ('queued', 'claimed') LIMIT 1"""
    return db.execute(sql, (alert,)).fetchone() is not None
