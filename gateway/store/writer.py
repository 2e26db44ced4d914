"""One thread writes: concurrent units of work share one commit, each its own savepoint."""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from gateway.domain.histogram import COMMITS, Histogram

T = TypeVar("T")
Item = TypeVar("Item")
Work = Callable[[sqlite3.Connection], T]
Many = Callable[[sqlite3.Connection, list[Item]], Sequence[T]]
Tell = Callable[[], object]

MOST_UNITS = 500
# Read with every call, changed by people now and then: worth remembering.
SELDOM = ("channel", "token", "user")
REST = 1 / 20


class StoreClosed(Exception):
    """The gateway is stopping; nothing was written."""


class _Unit:
    """One piece of work; `many` does it, for this item, together with others of its kind."""

    __slots__ = ("error", "item", "many", "result", "tell", "trusted")

    def __init__(
        self, many: Many[Any, Any], item: Any, tell: Tell | None = None, trusted: bool = False
    ) -> None:
        self.many, self.item, self.trusted = many, item, trusted
        self.result: Any = None
        self.error: BaseException | None = None
        self.tell = tell  # called when this is done, and what was handed over with it

    def outcome(self) -> Any:
        return self.result if self.error is None else self.error


def alone(db: sqlite3.Connection, works: list[Work[Any]]) -> list[Any]:
    return [work(db) for work in works]


class Writer:
    """Runs units of work in the order they came; a caller waits until its unit is on disk.

    A commit takes what has gathered during the one before. After one that several shared, the
    writer rests for a twentieth of its time: those it answered are then in the next one too,
    and not in every other.
    Background units (long work in chunks) have a commit each, in turn with the others': who
    waits, waits for one of them at most.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.generation = 0  # grows with each commit that changed a table of SELDOM
        self._changed = False
        self._watch_seldom()
        self._units: deque[_Unit] = deque()
        self._background: deque[_Unit] = deque()
        self._ready = threading.Condition(threading.Lock())
        self._owed = False  # the next commit is the background's
        self._closed = False
        self._trusting = False
        self.commits = Histogram(COMMITS)
        self.units_done = 0
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def write(self, work: Work[T], background: bool = False, trusted: bool = False) -> T:
        """Run work in a transaction; return its result once it is on disk.

        Background work may be `trusted`: what its new rows refer to is not looked up once more.
        """
        unit = _Unit(alone, work, trusted=trusted and background)
        self._wait([unit], self._background if background else self._units)
        if unit.error is not None:
            raise unit.error
        result: T = unit.result
        return result

    def write_together(self, many: Many[Item, T], items: Iterable[Item]) -> list[T | BaseException]:
        """Run `many` for these items and for those that others hand over meanwhile.

        It gets a list of items and returns a result for each. If it fails, each item is tried
        alone, so that one that cannot be written spoils no other: its place holds the error.
        """
        units = [_Unit(many, item) for item in items]
        if units:
            self._wait(units, self._units)
        return [unit.outcome() for unit in units]

    def hand(
        self, many: Many[Item, T], items: Iterable[Item], told: Callable[[list[Any]], object]
    ) -> None:
        """As `write_together`, without waiting: `told` gets the results, in the writer's thread."""
        units = [_Unit(many, item) for item in items]
        if units:
            units[-1].tell = lambda: told([unit.outcome() for unit in units])
            self._add(units, self._units)

    def _wait(self, units: list[_Unit], queue: deque[_Unit]) -> None:
        # Units are done in the order they were handed over: the last one tells of all.
        done = threading.Lock()
        done.acquire()
        units[-1].tell = done.release
        self._add(units, queue)
        done.acquire()

    def _add(self, units: list[_Unit], queue: deque[_Unit]) -> None:
        with self._ready:
            if self._closed:
                raise StoreClosed
            queue.extend(units)
            self._ready.notify()

    def waiting(self) -> int:
        """Units handed over and not yet begun."""
        return len(self._units) + len(self._background)

    def alive(self) -> bool:
        return self._thread.is_alive() and not self._closed

    def close(self) -> None:
        """Finish what was handed over, then stop."""
        with self._ready:
            self._closed = True
            self._ready.notify()
        self._thread.join()
        self._db.close()

    def _watch_seldom(self) -> None:
        """Have SQLite tell of every change to what readers may remember."""
        self._db.create_function("changed", 0, self._note_change)
        there = {row[0] for row in self._db.execute("SELECT name FROM sqlite_master")}
        for table in SELDOM:
            for act in ("INSERT", "UPDATE", "DELETE") if table in there else ():
                self._db.execute(
                    f"CREATE TEMP TRIGGER {table}_{act} AFTER {act} ON main.{table}"
                    " BEGIN SELECT changed(); END"
                )

    def _note_change(self) -> None:
        self._changed = True

    def _run(self) -> None:
        while units := self._gather():
            began = time.monotonic()
            try:
                self._trust(units[0].trusted)
                self._commit(units)
            except BaseException as error:
                _fail(units, error)
            for unit in units:
                if unit.tell:
                    unit.tell()
            if len(units) > 1:
                time.sleep((time.monotonic() - began) * REST)

    def _trust(self, trusted: bool) -> None:
        """Look up references or not; between two transactions, for within one that has no effect.

        To say it costs every statement its plan, so it is said only when it changes.
        """
        if trusted != self._trusting:
            self._db.execute(f"PRAGMA foreign_keys = {'OFF' if trusted else 'ON'}")
            self._trusting = trusted

    def _gather(self) -> list[_Unit]:
        with self._ready:
            while not (self._units or self._background or self._closed):
                self._ready.wait()
            if self._units and not self._owed:
                self._owed = bool(self._background)
                return [self._units.popleft() for _ in range(min(len(self._units), MOST_UNITS))]
            self._owed = False
            return [self._background.popleft()] if self._background else []

    def _commit(self, units: list[_Unit]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for alike in _alike(units):
                self._attempt(alike)
            began = time.monotonic()
            self._db.execute("COMMIT")
            self.commits.add([time.monotonic() - began])
            self.units_done += len(units)
            self.generation += self._changed
            self._changed = False
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _attempt(self, units: list[_Unit]) -> None:
        """Run units in a savepoint, and those that fail together one by one.

        A full disk may undo the whole transaction under us, savepoints and all: then the
        error goes up, and every unit of this commit is told that nothing was written.
        """
        self._db.execute("SAVEPOINT unit")
        error = self._run_all(units)
        if error is not None:
            self._db.execute("ROLLBACK TO unit")
        self._db.execute("RELEASE unit")
        if error is None:
            return
        if len(units) == 1:
            units[0].error = error
            return
        for unit in units:
            self._attempt([unit])

    def _run_all(self, units: list[_Unit]) -> BaseException | None:
        try:
            results = units[0].many(self._db, [unit.item for unit in units])
        except BaseException as error:
            if not self._db.in_transaction:
                raise
            return error
        for unit, result in zip(units, results, strict=True):
            unit.result = result
        return None


def _alike(units: list[_Unit]) -> Iterable[list[_Unit]]:
    """Return units of one kind together, in the place of the first; others stand alone."""
    found: dict[Any, list[_Unit]] = {}
    for place, unit in enumerate(units):
        found.setdefault(place if unit.many is alone else unit.many, []).append(unit)
    return found.values()


def _fail(units: list[_Unit], error: BaseException) -> None:
    for unit in units:
        unit.error = unit.error or error
