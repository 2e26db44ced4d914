"""One thread writes: concurrent units of work share one commit; one that fails is undone alone."""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from gateway import processor
from gateway.domain.histogram import COMMITS, Histogram
from gateway.store.units import Item, Many, T, Unit, Work, alike, alone, fail, tell_all, tell_rest

MOST_UNITS = 500
# Read with every call, changed by people now and then: worth remembering.
SELDOM = ("channel", "token", "user")
REST = 1 / 20

Connect = Callable[[], sqlite3.Connection]


class StoreClosed(Exception):
    """The gateway is stopping; nothing was written."""


class Writer:
    """Runs units of work in the order they came; a caller waits until its unit is on disk.

    A commit takes what has gathered during the one before. After one that several shared, the
    writer rests for a twentieth of its time: those it answered are then in the next one too,
    and not in every other.
    Background units (long work in chunks) have a commit each, in turn with the others': who
    waits, waits for one of them at most. While they wait, nobody rests.
    """

    def __init__(self, db: sqlite3.Connection, more: Connect | None = None) -> None:
        """Write with `db`; with `more` a second connection is made for work that is trusted."""
        self._db = self._checking = db
        self._trusting: sqlite3.Connection | None = None
        self._more = more
        self.generation = 0  # grows with each commit that changed a table of SELDOM
        self._changed = False
        self._watch_seldom()
        self._units: deque[Unit] = deque()
        self._background: deque[Unit] = deque()
        self._ready = threading.Condition(threading.Lock())
        self._owed = False  # the next commit is the background's
        self._closed = self._asked = False
        self._under_way: list[Unit] = []
        self.commits = Histogram(COMMITS)
        self.units_done = 0
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def write(self, work: Work[T], background: bool = False, trusted: bool = False) -> T:
        """Run work in a transaction; return its result once it is on disk.

        Background work may be `trusted`: what its new rows hold and refer to is not checked once
        more, nor is what it does to the tables of SELDOM noticed.
        """
        unit = Unit(alone, work, trusted=trusted and background)
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
        units = [Unit(many, item) for item in items]
        if units:
            self._wait(units, self._units)
        return [unit.outcome() for unit in units]

    def hand(
        self, many: Many[Item, T], items: Iterable[Item], told: Callable[[list[Any]], object]
    ) -> None:
        """As `write_together`, without waiting: `told` gets the results, in the writer's thread."""
        units = [Unit(many, item) for item in items]
        if units:
            units[-1].tell = lambda: told([unit.outcome() for unit in units])
            self._add(units, self._units)

    def _wait(self, units: list[Unit], queue: deque[Unit]) -> None:
        # Units are done in the order they were handed over: the last one tells of all.
        done = threading.Lock()
        done.acquire()
        units[-1].tell = done.release
        self._add(units, queue)
        done.acquire()

    def _add(self, units: list[Unit], queue: deque[Unit]) -> None:
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
            self._closed = self._asked = True
            self._ready.notify()
        self._thread.join()
        self._checking.close()
        if self._trusting:
            self._trusting.close()

    def ended(self) -> bool:
        """Wait until the thread has ended; return whether it was asked to."""
        self._thread.join()
        return self._asked

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
        try:
            while units := self._gather():
                began = time.monotonic()
                self._under_way = units
                try:
                    self._turn_to(units[0].trusted)
                    self._commit(units)
                except BaseException as error:
                    fail(units, error)
                tell_all(units)
                if len(units) > 1 and not self._background:
                    time.sleep((time.monotonic() - began) * REST)
        finally:
            self._end()

    def _end(self) -> None:
        """Nobody waits for a thread that is gone: who does is told, and others are refused."""
        with self._ready:
            self._closed = True
            left = [*self._units, *self._background]
        fail(left, StoreClosed())
        tell_rest([*self._under_way, *left])

    def _turn_to(self, trusted: bool) -> None:
        """Write with the connection that checks what a row holds, or with the one that does not.

        One connection told now this, now that would forget its plan of every statement each time.
        """
        if trusted and self._more and not self._trusting:
            self._trusting = self._more()
            self._trusting.execute("PRAGMA foreign_keys = OFF")
            self._trusting.execute("PRAGMA ignore_check_constraints = ON")
        before = self._db
        self._db = self._trusting if trusted and self._trusting else self._checking
        if self._db is not before:  # trusted work is long statements, and meets nobody's turn
            (processor.stay if self._db is self._checking else processor.leave)()

    def _gather(self) -> list[Unit]:
        with self._ready:
            while not (self._units or self._background or self._closed):
                self._ready.wait()
            if self._units and not self._owed:
                self._owed = bool(self._background)
                return [self._units.popleft() for _ in range(min(len(self._units), MOST_UNITS))]
            self._owed = False
            return [self._background.popleft()] if self._background else []

    def _commit(self, units: list[Unit]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            first, *others = alike(units)
            self._attempt_first(first)
            for kind in others:
                self._attempt(kind)
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

    def _attempt_first(self, units: list[Unit]) -> None:
        """Run the first units of a transaction: what they did is undone by beginning anew."""
        if (error := self._run_all(units)) is not None:
            self._db.execute("ROLLBACK")
            self._db.execute("BEGIN IMMEDIATE")
            self._blame(units, error)

    def _attempt(self, units: list[Unit]) -> None:
        """Run units in a savepoint, and those that fail together one by one.

        A full disk may undo the whole transaction under us, savepoints and all: then the
        error goes up, and every unit of this commit is told that nothing was written.
        """
        self._db.execute("SAVEPOINT unit")
        error = self._run_all(units)
        if error is not None:
            self._db.execute("ROLLBACK TO unit")
        self._db.execute("RELEASE unit")
        if error is not None:
            self._blame(units, error)

    def _blame(self, units: list[Unit], error: BaseException) -> None:
        if len(units) == 1:
            units[0].error = error
            return
        for unit in units:
            self._attempt([unit])

    def _run_all(self, units: list[Unit]) -> BaseException | None:
        try:
            results = units[0].many(self._db, [unit.item for unit in units])
        except BaseException as error:
            if not self._db.in_transaction:
                raise
            return error
        for unit, result in zip(units, results, strict=True):
            unit.result = result
        return None
