"""A list as a job: its bytes are kept with it, and `done` says from which line to go on."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from gateway.context import Gateway
from gateway.domain.alerts import Refused
from gateway.imports.reading import Table
from gateway.imports.rows import AREA, CONTACT, RULES, Rule
from gateway.store import audit, jobs

CHUNK = 50  # lines: some 5 ms in the writer, so that nobody who waits feels it
COLUMNS = {"contacts": (CONTACT, "address"), "areas": (AREA, "pcode")}
KINDS = tuple(f"import_{kind}" for kind in COLUMNS)

Progress = Callable[[int, int], None]


class _Done(NamedTuple):
    """What a chunk came to: how many lines of each kind, and why some were refused."""

    counts: Counter[str]
    refusals: list[tuple[int, str]]


def start(gw: Gateway, by: str, kind: str, data: bytes, subject: str | None = None) -> int:
    """Keep a list of `contacts` or `areas` as a job; return its id. Refused if it is no table."""
    table = Table.of(data, *COLUMNS[kind])
    total, now = len(table), gw.clock()
    first = {"encoding": "latin-1"} if table.encoding == "latin-1" else {}

    def work(db: sqlite3.Connection) -> int:
        job = jobs.add(db, f"import_{kind}", by, now, data, total, subject, first)
        audit.write(db, now, by, f"{kind}.import", f"job:{job}", {"lines": total})
        return job

    job = gw.store.write(work)
    gw.rouse()
    return job


def nobody_asks(done: int, total: int) -> None:
    """Tell nobody how far it is; the job's own row does."""


def run(gw: Gateway, job: int, progress: Progress = nobody_asks) -> None:
    """Do a job to its end, from wherever it stands; two who run it do each line once."""
    while (row := jobs.still(gw.store.read, job)) is not None:
        data = jobs.input_of(gw.store.read, job)
        if not data:
            continue  # somebody else has just ended it
        table = Table.of(data, *COLUMNS[row["kind"].removeprefix("import_")])
        lines = table.lines(row["done"])
        at = row["done"]
        while at is not None and at < row["total"]:
            at = _chunk(gw, row, table, list(islice(lines, CHUNK)), at)
            if at is not None:
                progress(at, row["total"])
        if at is not None:
            gw.store.write(lambda db: _end(gw, db, job))


def _chunk(
    gw: Gateway, row: sqlite3.Row, table: Table, lines: Sequence[str], at: int
) -> int | None:
    """Do some lines and move on, in one transaction; None if somebody else did them."""
    rule, after = RULES[row["kind"].removeprefix("import_")], at + len(lines)

    def work(db: sqlite3.Connection) -> int | None:
        fresh = jobs.still(db, row["id"])
        if fresh is None or fresh["done"] != at:
            return None
        came = _lines(gw, db, row["by"], table, rule, lines, at)
        told = json.loads(fresh["result"] or "{}")
        told |= {word: told.get(word, 0) + n for word, n in came.counts.items()}
        jobs.refuse(db, row["id"], came.refusals)
        jobs.move_on(db, row["id"], after, told, gw.clock())
        return after

    return gw.store.write(work, background=True)


def _lines(
    gw: Gateway,
    db: sqlite3.Connection,
    by: str,
    table: Table,
    rule: Rule,
    lines: Sequence[str],
    at: int,
) -> _Done:
    counts: Counter[str] = Counter()
    refusals = []
    for number, line in enumerate(lines, at + 2):  # the first line of a file is 1: the names
        try:
            row = table.row(line)
            if row:
                counts[rule(gw, db, by, row)] += 1
        except Refused as error:
            counts["refused"] += 1
            refusals.append((number, str(error)))
    return _Done(counts, refusals)


def _end(gw: Gateway, db: sqlite3.Connection, job: int) -> None:
    """Close the job and forget the list itself: what it held of people is in its place now."""
    row = jobs.still(db, job)
    if row is None:
        return
    jobs.finish(db, job, gw.clock())
    told = json.loads(row["result"] or "{}")
    audit.write(db, gw.clock(), row["by"], f"{row['kind']}.done", f"job:{job}", told)
