"""An alert becomes one outbox row per person, a range of addresses at a time."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from gateway.domain.alerts import Audience, Wording
from gateway.domain.cells import Cell
from gateway.store.alerts.audiences import who

_EXPAND = """
INSERT INTO outbox (address, recipient, channel, class, due_at, expires_at, alert_text, language,
                    source, parts, alphabet, alert, created_at)
SELECT address.id, address.value, coalesce(:channel, {way}), :class_, :now, :expires_at,
       alert_text.id, alert_text.language, 'alert', alert_text.parts, alert_text.alphabet, :alert,
       :now
{people} AND address.id > :after AND address.id <= :until
    ON CONFLICT DO NOTHING
"""
_CONTACT = "JOIN contact ON contact.id = address.contact"
_TEXT = " CROSS JOIN alert_text ON alert_text.id = "

Sql = tuple[str, dict[str, Any]]


def expand(
    db: sqlite3.Connection,
    row: sqlite3.Row,
    wording: Wording,
    cells: Sequence[Cell],
    until: int,
    now: float,
) -> int:
    """Queue the alert for people with addresses up to `until`; return how many.

    `wording` says who gets which text, `cells` who goes by which channel.
    """
    people, told = who(db, Audience.of(json.loads(row["audience"])), bool(row["exercise"]))
    text, texts = _text(wording)
    way, ways = _way(cells)
    values: dict[str, Any] = {**told, **texts, **ways, "until": until}
    values |= {"alert": row["id"], "channel": row["channel"], "class_": row["class"]}
    # Whole seconds take half the room, four times in a row and its indexes.
    values |= {"now": int(now), "expires_at": int(row["expires_at"])}
    values["after"] = row["expanded_to"]
    joined = people.replace(_CONTACT, _CONTACT + _TEXT + text, 1)
    made = db.execute(_EXPAND.format(people=joined, way=way), values).rowcount
    db.execute("UPDATE alert SET expanded_to = ? WHERE id = ?", (until, row["id"]))
    return made


def _text(wording: Wording) -> Sql:
    """Return what says each person's text, with its values."""
    told: dict[str, Any] = {}
    whens = []
    for n, (language, text) in enumerate(wording.by_language.items()):
        whens.append(f"WHEN contact.language = :l{n} THEN {int(text)}")
        told[f"l{n}"] = language
    for text, areas in _grouped(wording.by_area.items()).items():
        whens.append(_when_area(f"t{text}", int(text)))
        told[f"t{text}"] = json.dumps(areas)
    other = str(int(wording.other))
    return (f"CASE {' '.join(whens)} ELSE {other} END" if whens else other), told


def _when_area(name: str, then: int) -> str:
    return f"WHEN contact.area IN (SELECT value FROM json_each(:{name})) THEN {then}"


def _grouped(pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """Return the areas of each text.

    >>> _grouped([(1, 7), (2, 8), (3, 7)])
    {7: [1, 3], 8: [2]}
    """
    found: dict[int, list[int]] = {}
    for area, text in pairs:
        found.setdefault(text, []).append(area)
    return found


def _way(cells: Sequence[Cell]) -> Sql:
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
