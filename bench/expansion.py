"""An alert for many people becomes a row each, while others write in and dial."""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from bench import served
from bench.figures import Line, Spread, Target
from bench.loading import loading
from bench.plan import Plan
from bench.size import Size
from bench.ussd import LONGEST, RATE, waits
from gateway import broadcast
from gateway.broadcast.running import MOST
from gateway.context import Gateway, open_gateway
from gateway.domain.alerts import Audience, Draft
from gateway.domain.messages import Class
from gateway.store import alerts, connect

TEXTS = {
    "en": "Flood warning: the river rises. Go to high ground now. Take water, light, papers.",
    "fr": "Alerte crue : le fleuve monte. Gagnez les hauteurs. Prenez eau, lampe, papiers.",
}
# +999 is no country's: these people reach nobody.
CONTACTS = """
WITH RECURSIVE people (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM people WHERE n < ?)
INSERT INTO contact (language, created_at) SELECT iif(n % 2, 'en', 'fr'), 0.0 FROM people
"""
ADDRESSES = """
INSERT INTO address (contact, kind, value, channel, consent, consent_at)
SELECT id, 'phone', printf('+999%09d', id), 1, 'in', 0.0 FROM contact ORDER BY id
"""
BARE = """
INSERT INTO outbox (address, recipient, channel, class, due_at, expires_at, alert_text, language,
                    source, parts, alphabet, alert, created_at)
SELECT id, value, 1, 0, 0.0, 1e12, ?, 'en', 'alert', 1, 'gsm7', ?, 0.0 FROM address
 WHERE id > ? AND id <= ?
"""
SLOW = 0.1  # parts a second: what is queued stays queued
LEAD = 0.5  # seconds of load before the alert is approved
PATIENCE = 120.0
LOOK = 0.005
ALONE, WRITING, DIALLING = "", "simulator", "ussd"


@dataclass(slots=True)
class Expanded:
    """Seconds from an alert's approval to its last row, and those of calls that came meanwhile."""

    seconds: float
    calls: list[float] = field(default_factory=list)


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Expand for many people, and where there is time for very many."""
    yield from _measured(folder / "alert", size.people, size.rounds, 3)
    if size.million:
        yield from _measured(folder / "million", size.million, max(1, size.rounds // 2), 4)


def _measured(folder: Path, people: int, times: int, limit: float) -> Iterator[Line]:
    """Expand alone, while people write, and while people dial; then the same rows bare."""
    place = folder / "ours"
    settings = served.prepare(place, rate=SLOW, more=lambda _, db: add_people(db, people))
    shutil.copytree(place, folder / "copy")
    found: dict[str, list[Expanded]] = {ALONE: [], WRITING: [], DIALLING: []}
    with served.gateway(place) as gateway:
        gw = open_gateway(settings)
        with closing(gw.store):
            for number in range(times):
                for kind, rounds in found.items():
                    rounds.append(_beside(gw, gateway.port, kind, number) if kind else expand(gw))
    ceiling = Spread.of(bare(folder / "copy" / "gateway.db", people, times))
    shutil.rmtree(folder)
    yield from _lines(found, ceiling, people, limit)


def _lines(
    found: dict[str, list[Expanded]], ceiling: Spread, people: int, limit: float
) -> Iterator[Line]:
    names = {
        ALONE: f"an alert for {people:,} people until the last row",
        WRITING: f"the same while {RATE:.0f} messages a second come in",
        DIALLING: f"the same at {RATE:.0f} USSD turns a second",
    }
    for kind, rounds in found.items():
        ours = Spread.of([one.seconds for one in rounds])
        yield Line(names[kind], "seconds", ours, ceiling, Target(limit, at_least=False))
    for kind, name in ((WRITING, "a message"), (DIALLING, "a USSD turn")):
        calls = [one.calls for one in found[kind]]
        yield waits(f"{name} meanwhile, p99", calls, [], 0.99, LONGEST)


def add_people(db: sqlite3.Connection, people: int) -> None:
    db.execute(CONTACTS, (people,))
    db.execute(ADDRESSES)


def expand(gw: Gateway) -> Expanded:
    """Let an alert go out and wait for its last row."""
    began, ended = _expand(gw)
    return Expanded(ended - began)


def _expand(gw: Gateway) -> tuple[float, float]:
    """Return when the alert was approved, and when its last row was there."""
    words = {language: f"{text} {uuid4().hex}" for language, text in TEXTS.items()}
    draft = Draft(words, Audience(), Class.EMERGENCY, gw.clock() + 86400)
    alert = broadcast.create(gw, "user:writer", draft)
    broadcast.submit(gw, "user:writer", alert)
    people = broadcast.preview(gw, alert).people
    began = time.monotonic()
    broadcast.approve(gw, "user:reader", alert, people)
    while not _whole(alerts.get(gw.store.read, alert)):
        if time.monotonic() > began + PATIENCE:
            raise TimeoutError("the alert was not expanded")
        time.sleep(LOOK)
    return began, time.monotonic()


def _whole(row: sqlite3.Row | None) -> bool:
    return (
        row is not None and row["state"] == "running" and row["expanded_to"] >= row["expand_until"]
    )


def _beside(gw: Gateway, port: int, kind: str, number: int) -> Expanded:
    """Expand while calls of a kind come in; the load outlasts the alert, then ends."""
    plan = Plan(port, kind, int(RATE * 30), int(RATE * 30) * number, RATE)
    with loading(plan) as load:
        time.sleep(LEAD)
        began, ended = _expand(gw)
        load.enough()
        return Expanded(ended - began, load.seen.between(began, ended))


def bare(file: Path, people: int, rounds: int) -> list[float]:
    """Insert the same rows in the largest chunks with nothing else around; return seconds."""
    with closing(connect(file)) as db:
        return [_bare(db, number, people) for number in range(rounds)]


def _bare(db: sqlite3.Connection, number: int, people: int) -> float:
    text, alert = _alert(db, number)
    began = time.monotonic()
    for after in range(0, people, MOST):
        db.execute(BARE, (text, alert, after, min(after + MOST, people)))
    return time.monotonic() - began


def _alert(db: sqlite3.Connection, number: int) -> tuple[int, int]:
    draft = Draft(TEXTS, Audience(), Class.EMERGENCY, 1e12)
    alert = alerts.add(db, draft, "user:writer", 0.0)
    return alerts.texts(db, alert)[0]["id"], alert
