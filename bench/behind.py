"""What lives depend on goes first, however many bulk messages wait: a claim, and an emergency."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench import served
from bench.calls import person
from bench.figures import Line, Spread, Target
from bench.size import Size
from gateway.context import Gateway, open_gateway
from gateway.domain.messages import Class
from gateway.store import connect, outbox
from gateway.store.claims import claim

BULK = """
WITH RECURSIVE rows (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM rows WHERE n < :rows)
INSERT INTO outbox (recipient, channel, class, due_at, text, source, parts, alphabet, created_at)
SELECT printf('+999%09d', n), 1, 3, :now, 'Seeds are handed out on Monday.', 'api', 1, 'gsm7', :now
  FROM rows
"""
SENT = "SELECT count(*) FROM outbox WHERE class = 3 AND state <> 'queued' AND id <= 50"
STOP = "SELECT sent_at - created_at FROM outbox WHERE id = ?"
CLAIMED = 1000  # rows
PATIENCE = 60.0
LOOK = 0.02


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Queue bulk messages, claim some, then send an emergency while the rest is being sent."""
    bulk = size.million or size.people
    place = folder / "behind"
    settings = served.prepare(place, more=lambda gw, db: queue(db, bulk, gw.clock()))
    took = claims(place / "gateway.db", size.rounds)
    with served.gateway(place):
        gw = open_gateway(settings)
        with closing(gw.store):
            _wait(gw, SENT, ())
            urgent = [_emergency(gw, number) for number in range(size.rounds)]
    name = f"a claim of {CLAIMED:,} rows, {bulk:,} queued"
    yield Line(name, "ms", Spread.of(took), None, Target(20, at_least=False))
    name = f"an emergency behind {bulk:,} bulk messages, until handed over"
    yield Line(name, "seconds", Spread.of(urgent), None, Target(1, at_least=False))


def queue(db: sqlite3.Connection, rows: int, now: float) -> None:
    """Queue so many bulk messages on the first channel."""
    db.execute(BULK, {"rows": rows, "now": now})


def claims(file: Path, rounds: int) -> list[float]:
    """Claim rows and put them back; return milliseconds until a claim was on disk."""
    with closing(connect(file)) as db:
        return [_claim(db, f"bench{number}") for number in range(rounds)]


def _claim(db: sqlite3.Connection, batch: str) -> float:
    began = time.monotonic()
    db.execute("BEGIN IMMEDIATE")
    chosen = claim(db, 1, batch, 1e12, CLAIMED, float(CLAIMED))
    db.execute("COMMIT")
    took = time.monotonic() - began
    outbox.hold_all(db, [(id, 0.0, "bench") for id in chosen.ids])
    return took * 1000


def _emergency(gw: Gateway, number: int) -> float:
    """Queue an emergency as another program would; return seconds until it was handed over."""
    now = gw.clock()
    words = f"Dam breach {number}. Go to high ground now."
    id = gw.store.write(
        lambda db: outbox.add(
            db, address=None, recipient=person(number), channel=1, class_=Class.EMERGENCY,
            text=words, language="en", source="api", parts=1, alphabet="gsm7", due_at=now, now=now,
        )
    )  # fmt: skip
    return _wait(gw, STOP, (id,))


def _wait(gw: Gateway, sql: str, values: tuple[int, ...]) -> float:
    """Return the first figure that a question is answered with."""
    end = time.monotonic() + PATIENCE
    while not (found := gw.store.read.execute(sql, values).fetchone()[0]):
        if time.monotonic() > end:
            raise TimeoutError("nothing was handed over")
        time.sleep(LOOK)
    return float(found)
