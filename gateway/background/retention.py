"""Old things are deleted once a day, at a quiet hour, as a job that tells what it deleted.

Nothing is deleted while the clock is not trusted. Work that a cut or a stop left is found again
by the same questions, so there is no place to go on from: what is gone is not asked for.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from zoneinfo import ZoneInfo

from gateway.background import exports
from gateway.context import Gateway
from gateway.domain.retention import Ages, ages, is_due
from gateway.store import audit, jobs
from gateway.store.retention import items, people, records, words

KIND = "retention"
ROWS = 100  # rows a chunk: some milliseconds in the writer, so that nobody who waits feels it
FEW = 5  # items, which have messages and a history of their own

Work = Callable[[sqlite3.Connection], int]


def begin_if_due(gw: Gateway, started: float) -> None:
    """Add the job of the day, unless one is open or the clock cannot be trusted."""
    db, now = gw.store.read, gw.clock()
    zone = ZoneInfo(gw.settings["TIMEZONE"])
    last = jobs.last_begun(db, KIND)
    if gw.clock_trusted() and is_due(now, started, last, int(gw.settings["KEEP_HOUR"]), zone):
        begin(gw, "system")


def begin(gw: Gateway, by: str) -> int:
    """Add a job that deletes what is over its age, if none is open; return its id."""

    def work(db: sqlite3.Connection) -> int:
        waiting = jobs.waiting(db, [KIND])
        return waiting[0] if waiting else jobs.add(db, KIND, by, gw.clock(), None, len(STEPS))

    return gw.store.write(work)


def run(gw: Gateway, job: int, progress: Callable[[int, int], None]) -> None:
    """Do every step; while the clock is not trusted the job waits."""
    kept = ages(gw.settings.values)
    for number, (kind, step) in enumerate(STEPS):
        for work in step(gw, kept):
            if not gw.clock_trusted() or not _chunk(gw, job, kind, number, work):
                return
            progress(number, len(STEPS))
    exports.forget_old(gw, kept.before("exports", gw.clock()))
    gw.store.truncate()
    gw.store.write(partial(_end, gw, job=job))
    progress(len(STEPS), len(STEPS))


def _chunk(gw: Gateway, job: int, kind: str, number: int, work: Work) -> bool:
    """Do some of a step and count it, in one transaction; False if the job was ended."""

    def counted(db: sqlite3.Connection) -> bool:
        row = jobs.still(db, job)
        if row is None:
            return False
        told = json.loads(row["result"] or "{}")
        told[kind] = told.get(kind, 0) + work(db)
        jobs.move_on(db, job, number, {k: n for k, n in told.items() if n}, gw.clock())
        return True

    return gw.store.write(counted, background=True)


def _end(gw: Gateway, db: sqlite3.Connection, job: int) -> None:
    row = jobs.still(db, job)
    if row is None:
        return
    told = json.loads(row["result"] or "{}")
    jobs.move_on(db, job, len(STEPS), told, gw.clock())
    jobs.finish(db, job, gw.clock())
    audit.write(db, gw.clock(), row["by"], "retention", f"job:{job}", told)


Step = Callable[[Gateway, Ages], Iterator[Work]]


def _walk(kind: str, age: str) -> Step:
    """Return a step that goes through the messages of an age, a range of ids a chunk."""

    def step(gw: Gateway, kept: Ages) -> Iterator[Work]:
        before = kept.before(age, gw.clock())
        if before is None:
            return
        after, last = words.walked(gw.store.read, kind), words.edge(gw.store.read, kind, before)
        for at in range(after, last, ROWS):
            until = min(at + ROWS, last)
            yield partial(words.walk, kind=kind, after=at, until=until)

    return step


def _items(kind: str, age: str) -> Step:
    """Return a step that empties items, a few a chunk."""

    def step(gw: Gateway, kept: Ages) -> Iterator[Work]:
        before = kept.before(age, gw.clock())
        while before is not None and (ids := items.over(gw.store.read, kind, before, FEW)):
            yield partial(items.empty, kind=kind, ids=ids, before=before, now=gw.clock())

    return step


def _people(gw: Gateway, kept: Ages) -> Iterator[Work]:
    """Erase people one by one; who wrote much takes several chunks."""
    before, after = kept.before("people", gw.clock()), 0
    while before is not None and (ids := people.idle(gw.store.read, after, before, ROWS)):
        for id in ids:
            gone: list[bool | None] = []
            while not gone or gone[-1] is False:
                yield partial(_erase, contact=id, before=before, gone=gone)
        after = ids[-1]


def _erase(db: sqlite3.Connection, contact: int, before: float, gone: list[bool | None]) -> int:
    gone.append(people.erase(db, contact, before))
    return int(gone[-1] is True)


def _records(kind: str, age: str) -> Step:
    """Return a step that deletes rows, some a chunk."""

    def step(gw: Gateway, kept: Ages) -> Iterator[Work]:
        before = kept.before(age, gw.clock())
        while before is not None and (ids := records.old(gw.store.read, kind, before, ROWS)):
            yield partial(records.drop, kind=kind, ids=ids)

    return step


def _audit(gw: Gateway, kept: Ages) -> Iterator[Work]:
    before = kept.before("audit", gw.clock())
    while before is not None and audit.is_old(gw.store.read, before, ROWS):
        yield partial(audit.cut, before=before, limit=ROWS)


STEPS: tuple[tuple[str, Step], ...] = (
    ("calls", _walk("calls", "calls")),
    ("kept_calls", _records("kept_calls", "calls")),
    ("sensitive", _items("sensitive", "sensitive")),
    ("items", _items("items", "words")),
    ("words_in", _walk("words_in", "words")),
    ("words_out", _walk("words_out", "words")),
    ("receipts", _records("receipts", "records")),
    ("sessions", _records("sessions", "records")),
    ("deliveries", _records("deliveries", "records")),
    ("jobs", _records("jobs", "records")),
    ("people", _people),
    ("audit", _audit),
)
