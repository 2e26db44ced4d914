"""Who an alert goes to, and its expansion into one outbox row per person."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from gateway.domain.alerts import Audience
from gateway.domain.cells import Cell
from gateway.store import areas

# One address a person: the first that joined and has not left. The + keeps SQLite from
# reading all who joined for every chunk: a chunk is a range of ids.
_PEOPLE = """
  FROM address JOIN contact ON contact.id = address.contact
 WHERE +address.consent IN ('in', 'alerts')
   AND NOT EXISTS (SELECT 1 FROM address AS own INDEXED BY address_contact
                    WHERE own.contact = contact.id AND own.id < address.id
                      AND own.consent IN ('in', 'alerts'))
"""
_IN_AREAS = " AND contact.area IN (SELECT value FROM json_each(:areas))"
_IN_GROUPS = """ AND contact.id IN (SELECT contact FROM member JOIN groups ON groups.id = groups
     WHERE groups.name IN (SELECT value FROM json_each(:groups)))"""
_EXERCISING = """ AND contact.id IN (SELECT contact FROM member JOIN groups ON groups.id = groups
     WHERE groups.exercise)"""
# Also who may have got it: rows on their way, and those of which nobody knows.
_WHO_RECEIVED = """ AND EXISTS (SELECT 1 FROM outbox
     WHERE outbox.alert = :received AND outbox.address = address.id
       AND (outbox.state IN ('claimed', 'sent', 'delivered', 'unknown') OR outbox.maybes > 0))"""
_OF_LANGUAGES = """ AND (contact.language IN (SELECT value FROM json_each(:languages))
     OR substr(contact.language, 1, instr(contact.language || '-', '-') - 1)
        IN (SELECT value FROM json_each(:languages)))"""
_EXPAND = """
WITH choice AS MATERIALIZED (SELECT key, value FROM json_each(:choice))
INSERT INTO outbox (address, recipient, channel, class, due_at, expires_at, alert_text, language,
                    source, parts, alphabet, alert, created_at)
SELECT address.id, address.value,
       coalesce(:channel, {way}),
       :class_, :now, :expires_at, alert_text.id, alert_text.language, 'alert', alert_text.parts,
       alert_text.alphabet, :alert, :now
{people} AND address.id > :after AND address.id <= :until
"""
_RESUME = """
UPDATE outbox SET state = 'queued', reason = NULL, final_at = NULL
 WHERE alert = ? AND address > ? AND address <= ? AND state = 'withdrawn'
   AND reason = 'alert stopped'
"""
_LEFT = """
SELECT count(DISTINCT consent.address) FROM outbox JOIN consent ON consent.address = outbox.address
 WHERE outbox.alert = :alert AND consent.state = 'out' AND consent.topic IS NULL
   AND consent.at > :since AND consent.at < :until
"""


def _who(
    db: sqlite3.Connection, audience: Audience, exercise: bool
) -> tuple[str, dict[str, str | int]]:
    """Return the FROM and WHERE that find an audience, with their values."""
    sql = _PEOPLE
    values: dict[str, str | int] = {}
    if audience.areas:
        sql, values["areas"] = sql + _IN_AREAS, json.dumps(areas.within(db, audience.areas))
    if audience.groups:
        sql, values["groups"] = sql + _IN_GROUPS, json.dumps(audience.groups)
    if audience.languages:
        sql, values["languages"] = sql + _OF_LANGUAGES, json.dumps(audience.languages)
    if audience.received:
        sql, values["received"] = sql + _WHO_RECEIVED, audience.received
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
    told = {**values, "after": after, "until": until}
    return [(row[0], row[1], row[2]) for row in db.execute(sql, told)]


def audience_channels(
    db: sqlite3.Connection, audience: Audience, exercise: bool
) -> list[tuple[int | None, int]]:
    """Count people by the channel they last wrote on; None: they never wrote."""
    who, values = _who(db, audience, exercise)
    sql = f"SELECT address.channel, count(*) {who} GROUP BY 1"
    return [(row[0], row[1]) for row in db.execute(sql, values)]


def last_address(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(id), 0) FROM address").fetchone()[0])


def _way(cells: Sequence[Cell]) -> tuple[str, dict[str, str]]:
    """Return what says each person's channel, with its values."""
    *exact, others = cells
    found = [(*_where(cell, n), _through(cell)) for n, cell in enumerate(exact)]
    told = {name: value for _, values, _ in found for name, value in values.items()}
    whens = " ".join(f"WHEN {where} THEN {then}" for where, _, then in found)
    return (f"CASE {whens} ELSE {_through(others)} END" if whens else _through(others)), told


def _through(cell: Cell) -> str:
    owns = " ".join(f"WHEN {int(own)} THEN {int(to)}" for own, to in cell.owns)
    first = int(cell.first)
    return f"CASE address.channel {owns} ELSE {first} END" if owns else str(first)


def _where(cell: Cell, n: int) -> tuple[str, dict[str, str]]:
    """A number is compared as text: after all that begin with a prefix comes it and a colon."""
    where, told = [], {}
    if cell.prefix:
        where.append(f"address.value >= :p{n} AND address.value < :p{n} || ':'")
        told[f"p{n}"] = cell.prefix
    if cell.areas is not None:
        where.append(f"contact.area IN (SELECT value FROM json_each(:a{n}))")
        told[f"a{n}"] = json.dumps(sorted(cell.areas))
    return " AND ".join(where), told


def expand(
    db: sqlite3.Connection,
    row: sqlite3.Row,
    choice: str,
    cells: Sequence[Cell],
    until: int,
    now: float,
) -> int:
    """Queue the alert for people with addresses up to `until`; return how many.

    `choice` is a JSON object from "language|area" to the id of the text, with "*" for people
    whose language or area changed since; `cells` say who goes by which channel.
    """
    audience = Audience.of(json.loads(row["audience"]))
    who, values = _who(db, audience, bool(row["exercise"]))
    joined = who.replace(
        "JOIN contact ON contact.id = address.contact",
        "JOIN contact ON contact.id = address.contact"
        " LEFT JOIN choice ON choice.key = coalesce(contact.language, '') || '|'"
        " || coalesce(contact.area, '')"
        " JOIN alert_text ON alert_text.id ="
        " coalesce(choice.value, (SELECT value FROM choice WHERE key = '*'))",
    )
    way, prefixes = _way(cells)
    told: dict[str, Any] = {**prefixes, **values} | {"choice": choice, "now": now}
    told |= {"alert": row["id"], "channel": row["channel"], "class_": row["class"]}
    told |= {"expires_at": row["expires_at"], "after": row["expanded_to"], "until": until}
    sql = _EXPAND.format(people=joined, way=way) + " ON CONFLICT DO NOTHING"
    made = db.execute(sql, told).rowcount
    db.execute("UPDATE alert SET expanded_to = ? WHERE id = ?", (until, row["id"]))
    return made


def requeue(db: sqlite3.Connection, alert: int, after: int, until: int) -> int:
    """Put back what a stop took away, for an alert that was approved again."""
    return db.execute(_RESUME, (alert, after, until)).rowcount


def unfinished(db: sqlite3.Connection, alert: int) -> bool:
    sql = """SELECT 1 FROM outbox INDEXED BY outbox_alert_open
              WHERE alert = ? AND alert IS NOT NULL AND state IN ('queued', 'claimed') LIMIT 1"""
    return db.execute(sql, (alert,)).fetchone() is not None


def left_after(db: sqlite3.Connection, alert: int, since: float, until: float) -> int:
    """Return how many of those an alert was for left between two times."""
    row = {"alert": alert, "since": since, "until": until}
    return int(db.execute(_LEFT, row).fetchone()[0])
