"""Who an alert goes to, and what became of its rows."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from gateway.domain.alerts import Audience
from gateway.store import areas

# One address a person: the first that joined and has not left. The + keeps SQLite from
# reading all who joined for every chunk: a chunk is a range of ids.
_PEOPLE = """
  FROM address JOIN contact ON contact.id = address.contact
  LEFT JOIN address AS own INDEXED BY address_contact
    ON own.contact = contact.id AND own.id < address.id AND own.consent IN ('in', 'alerts')
 WHERE +address.consent IN ('in', 'alerts') AND own.id IS NULL
"""
# The same people, counted without a look at their addresses: by an index alone.
_JOINED = """
  FROM (SELECT contact FROM address WHERE consent = 'in' {portion} GROUP BY contact
         UNION ALL
        SELECT contact FROM address AS other WHERE consent = 'alerts' {portion}
           AND NOT EXISTS (SELECT 1 FROM address AS own
                            WHERE own.consent = 'in' AND own.contact = other.contact)
         GROUP BY contact) AS joined
"""
_WITH_CONTACT = " CROSS JOIN contact ON contact.id = joined.contact WHERE true"
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
_RESUME = """
UPDATE outbox SET state = 'queued', reason = NULL, final_at = NULL
 WHERE alert = ? AND address > ? AND address <= ? AND state = 'withdrawn'
   AND reason = 'alert stopped'
"""
_LEFT = """
SELECT count(DISTINCT address) FROM consent INDEXED BY consent_left
 WHERE state = 'out' AND topic IS NULL AND at > :since AND at < :until
   AND EXISTS (SELECT 1 FROM outbox WHERE alert = :alert AND outbox.address = consent.address)
"""
# Everybody is counted in portions: sorted at once, so many would fill the memory.
PORTION = 50_000  # contacts
_PORTION = "AND contact > :after AND contact <= :until"
_WHOSE_PORTION = " AND contact.id > :after AND contact.id <= :until"


def who(
    db: sqlite3.Connection, audience: Audience, exercise: bool
) -> tuple[str, dict[str, str | int]]:
    """Return the FROM and WHERE that find the addresses of an audience, with their values."""
    sql, values = _narrowed(db, audience, exercise)
    if audience.received:
        sql, values["received"] = sql + _WHO_RECEIVED, audience.received
    return _PEOPLE + sql, values


def _narrowed(
    db: sqlite3.Connection, audience: Audience, exercise: bool
) -> tuple[str, dict[str, str | int]]:
    sql = ""
    values: dict[str, str | int] = {}
    if audience.areas:
        sql, values["areas"] = sql + _IN_AREAS, json.dumps(areas.within(db, audience.areas))
    if audience.groups:
        sql, values["groups"] = sql + _IN_GROUPS, json.dumps(audience.groups)
    if audience.languages:
        sql, values["languages"] = sql + _OF_LANGUAGES, json.dumps(audience.languages)
    return sql + (_EXERCISING if exercise else ""), values


def _counted(
    db: sqlite3.Connection, audience: Audience, exercise: bool, portion: str = ""
) -> tuple[str, dict[str, str | int]]:
    """Return the FROM and WHERE that find the contacts of an audience, with their values."""
    if audience.received:
        return who(db, audience, exercise)
    sql, values = _narrowed(db, audience, exercise)
    return _JOINED.format(portion=portion) + _WITH_CONTACT + sql, values


def _portions(
    db: sqlite3.Connection, audience: Audience, exercise: bool
) -> Iterator[dict[str, int]]:
    """Yield the portions in which an audience is counted: one, unless it is everybody."""
    if exercise or audience != Audience(languages=audience.languages):
        yield {}
        return
    last = int(db.execute("SELECT coalesce(max(id), 0) FROM contact").fetchone()[0])
    for after in range(0, max(last, 1), PORTION):
        yield {"after": after, "until": after + PORTION}


def _summed(rows: Iterable[sqlite3.Row]) -> list[Any]:
    """Add up the counts, which come last, of rows that are about the same."""
    found: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        *what, people = row
        found[tuple(what)] += people
    return [(*what, people) for what, people in found.items()]


def audience_size(db: sqlite3.Connection, audience: Audience, exercise: bool) -> int:
    """Count the people an alert is for."""
    sql, values = _counted(db, audience, exercise)
    if audience == Audience() and not exercise:
        sql = _JOINED.format(portion="")
    return int(db.execute(f"SELECT count(*) {sql}", values).fetchone()[0])


def audience_counts(
    db: sqlite3.Connection, audience: Audience, exercise: bool
) -> list[tuple[str | None, int | None, int]]:
    """Count people by (language, area)."""
    rows: list[sqlite3.Row] = []
    for portion in _portions(db, audience, exercise):
        sql, values = _counted(db, audience, exercise, _PORTION if portion else "")
        asked = f"SELECT contact.language, contact.area, count(*) {sql} GROUP BY 1, 2"
        rows += db.execute(asked, values | portion)
    return _summed(rows)


def audience_channels(
    db: sqlite3.Connection, audience: Audience, exercise: bool
) -> list[tuple[int | None, int]]:
    """Count people by the channel they last wrote on; None: they never wrote."""
    rows: list[sqlite3.Row] = []
    for portion in _portions(db, audience, exercise):
        sql, values = who(db, audience, exercise)
        asked = f"SELECT address.channel, count(*) {sql}{_WHOSE_PORTION if portion else ''}"
        rows += db.execute(f"{asked} GROUP BY 1", values | portion)
    return _summed(rows)


def last_address(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(id), 0) FROM address").fetchone()[0])


def requeue(db: sqlite3.Connection, alert: int, after: int, until: int) -> int:
    """Put back what a stop took away, for an alert that was approved again."""
    return db.execute(_RESUME, (alert, after, until)).rowcount


def first_open(db: sqlite3.Connection, alert: int, after: int = 0) -> int | None:
    """Return the first address above one whose row of an alert waits or is on its way."""
    sql = """SELECT address FROM outbox INDEXED BY outbox_whose
              WHERE alert = ? AND address > ? AND state IN ('queued', 'claimed')
              ORDER BY address LIMIT 1"""
    row = db.execute(sql, (alert, after)).fetchone()
    return int(row["address"]) if row else None


def look_from(db: sqlite3.Connection, alert: int, address: int) -> None:
    """Note that no row of an alert waits up to that address."""
    db.execute("UPDATE alert SET open_from = ? WHERE id = ?", (address, alert))


def left_after(db: sqlite3.Connection, alert: int, since: float, until: float) -> int:
    """Return how many of those an alert was for left between two times."""
    row = {"alert": alert, "since": since, "until": until}
    return int(db.execute(_LEFT, row).fetchone()[0])
