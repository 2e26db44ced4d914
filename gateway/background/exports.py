"""Lists go out: a small one at once, a large one as a job that writes a file to fetch.

The file grows by a chunk in the transaction that notes how long it is. After a power cut the
disk may hold less than was noted: a checksum tells, and the list is begun anew.
"""

import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from gateway.context import Gateway
from gateway.domain.csv_cells import line
from gateway.store import audit, feedback, jobs, people_lists

MOST_AT_ONCE = 5000  # rows handed out without a job
ROWS = 500
MARK = "\ufeff"  # by which spreadsheets know UTF-8


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go on: the last row's id, and how much of the file holds, with its checksum."""

    id: int | None = None
    size: int = 0
    crc: int = 0
    since: float = 0.0
    until: float = float(feedback.LAST)


Rows = tuple[list[tuple[str, ...]], int | None]


def _people(db: sqlite3.Connection, place: Place) -> Rows:
    found = people_lists.rows(db, place.id or 0, ROWS)
    cells = [tuple(row[name] for name in people_lists.COLUMNS) for row in found]
    return cells, found[-1]["id"] if found else None


def _items(db: sqlite3.Connection, place: Place) -> Rows:
    return feedback.exported(db, place.since, place.until, place.id or feedback.LAST, ROWS)


@dataclass(frozen=True, slots=True)
class Kind:
    """A list that can go out: its columns, its rows from a place on, and who may fetch it."""

    act: str
    columns: tuple[str, ...]
    rows: Callable[[sqlite3.Connection, Place], Rows]
    roles: tuple[str, ...]


KINDS: Mapping[str, Kind] = {
    "export_contacts": Kind("contacts.export", people_lists.COLUMNS, _people, ("administrator",)),
    "export_feedback": Kind(
        "feedback.export", feedback.COLUMNS, _items, ("administrator", "operator")
    ),
}


def count(db: sqlite3.Connection, kind: str, place: Place) -> int:
    """Return how many rows the list will have."""
    if kind == "export_contacts":
        return people_lists.count(db)
    return feedback.count(db, place.since, place.until)


def start(gw: Gateway, by: str, kind: str, place: Place | None = None) -> int:
    """Keep a list to be written as a job; return its id."""
    place = place or Place()
    total, now = count(gw.store.read, kind, place), gw.clock()

    def work(db: sqlite3.Connection) -> int:
        job = jobs.add(db, kind, by, now, _kept(place), total)
        audit.write(db, now, by, KINDS[kind].act, f"job:{job}", {"rows": total})
        return job

    job = gw.store.write(work)
    gw.rouse()
    return job


def _kept(place: Place) -> bytes:
    return json.dumps(asdict(place)).encode()


def file_of(gw: Gateway, job: int) -> Path:
    """Return where the list of a job is, once it is done."""
    return gw.settings.data / "exports" / f"{job}.csv"


def _growing(gw: Gateway, job: int) -> Path:
    return file_of(gw, job).with_suffix(".part")


def lines(gw: Gateway, kind: str, place: Place | None = None) -> Iterator[str]:
    """Yield a small list line by line."""
    place, db = place or Place(), gw.store.read
    yield line(KINDS[kind].columns)
    while True:
        rows, last = KINDS[kind].rows(db, place)
        yield from map(line, rows)
        if last is None:
            return
        place = replace(place, id=last)


def run(gw: Gateway, job: int, progress: Callable[[int, int], None]) -> None:
    """Write a list to its end, from wherever it stands; two who run it write each row once."""
    while (row := jobs.still(gw.store.read, job)) is not None:
        place = _found(gw, job)
        _open(gw, job)
        while place is not None:
            place = _chunk(gw, row, place, progress)


def _found(gw: Gateway, job: int) -> Place | None:
    """Return the place that was noted, or the beginning if the file does not hold so much."""
    kept = jobs.input_of(gw.store.read, job)
    if not kept:
        return None  # somebody else has just ended it
    place = Place(**json.loads(kept))
    part = _growing(gw, job)
    written = part.read_bytes()[: place.size] if part.exists() else b""
    if len(written) == place.size and zlib.crc32(written) == place.crc:
        return place
    fresh = replace(place, id=None, size=0, crc=0)
    gw.store.write(partial(_rewind, job=job, place=fresh, now=gw.clock()))
    return fresh


def _rewind(db: sqlite3.Connection, job: int, place: Place, now: float) -> None:
    if jobs.still(db, job) is not None:
        jobs.note_input(db, job, _kept(place))
        jobs.move_on(db, job, 0, {}, now)


def _open(gw: Gateway, job: int) -> None:
    part = _growing(gw, job)
    part.parent.mkdir(mode=0o700, exist_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600))


def _chunk(
    gw: Gateway, job: sqlite3.Row, place: Place, progress: Callable[[int, int], None]
) -> Place | None:
    """Write some rows and move on; None at the end, or if the job was ended or done by others."""
    kind = KINDS[job["kind"]]
    rows, last = kind.rows(gw.store.read, place)
    first = MARK + line(kind.columns) if place.size == 0 else ""
    told = (first + "".join(map(line, rows))).encode()
    after = replace(
        place, id=last or place.id, size=place.size + len(told), crc=zlib.crc32(told, place.crc)
    )

    def work(db: sqlite3.Connection) -> int | None:
        fresh = jobs.still(db, job["id"])
        if fresh is None or jobs.input_of(db, job["id"]) != _kept(place):
            return None
        _write(_growing(gw, job["id"]), place.size, told)
        jobs.note_input(db, job["id"], _kept(after))
        jobs.move_on(db, job["id"], fresh["done"] + len(rows), {}, gw.clock())
        return int(fresh["done"]) + len(rows)

    done = gw.store.write(work, background=True)
    if done is None:
        return None
    progress(done, job["total"])
    if last is not None:
        return after
    _end(gw, job)
    return None


def _write(part: Path, at: int, told: bytes) -> None:
    with part.open("r+b") as file:
        file.truncate(at)
        file.seek(at)
        file.write(told)


def _end(gw: Gateway, job: sqlite3.Row) -> None:
    """Make sure that the file is on the disk, give it its name, and close the job."""
    part = _growing(gw, job["id"])
    with part.open("r+b") as file:
        os.fsync(file.fileno())
    part.replace(file_of(gw, job["id"]))

    def work(db: sqlite3.Connection) -> None:
        fresh = jobs.still(db, job["id"])
        if fresh is not None:
            file = f"/jobs/{job['id']}/file"
            jobs.move_on(db, job["id"], fresh["done"], {"link": file}, gw.clock())
            jobs.finish(db, job["id"], gw.clock())

    gw.store.write(work)


def forget(gw: Gateway, job: int) -> None:
    """Delete what a job has written."""
    for file in (_growing(gw, job), file_of(gw, job)):
        file.unlink(missing_ok=True)


def forget_old(gw: Gateway, before: float | None) -> None:
    """Delete files that were written before then."""
    folder = gw.settings.data / "exports"
    for file in folder.iterdir() if before is not None and folder.is_dir() else ():
        if before is not None and file.stat().st_mtime < before:
            file.unlink(missing_ok=True)
