"""Counts that may take long: a page waits for the quick ones, the others are made beside it."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from gateway.store import Store, connect

STEP = 100_000  # instructions of SQLite, about two milliseconds
PATIENCE = 20  # such steps, for which a page waits
FRESH = 5.0  # seconds for which a count that was made beside a page is shown at least
REST = 10  # times as long as a count took, it is shown: the machine has other work
KEPT = 64  # counts that are remembered

T = TypeVar("T")

log = logging.getLogger(__name__)


class TooLong(Exception):
    """A count was broken off: it takes longer than somebody who looks at a page should wait."""


@dataclass(frozen=True, slots=True)
class Tally(Generic[T]):
    """What was counted; `at` says when, and is None if that was just now."""

    value: T
    at: float | None = None
    until: float = 0.0


class Tallies:
    """May be shared by threads. One count at a time is made beside pages, with its own reader."""

    def __init__(self, store: Store, clock: Callable[[], float], patience: int = PATIENCE) -> None:
        self.patience = patience
        self._store, self._clock = store, clock
        self._known: dict[Hashable, Tally[Any]] = {}
        self._begun: set[Hashable] = set()
        self._lock, self._turn = threading.Lock(), threading.Lock()

    def get(self, key: Hashable, count: Callable[[sqlite3.Connection], T]) -> Tally[T] | None:
        """Count now if that is quick, else tell what was counted lately.

        None while something is counted for the first time; it is there a little later.
        """
        known = self._known.get(key)
        if known is None and key not in self._begun:
            try:
                return Tally(self._quickly(count))
            except TooLong:
                self._begin(key, count)
        elif known is not None and known.until < time.monotonic():
            self._begin(key, count)
        return known

    def _quickly(self, count: Callable[[sqlite3.Connection], T]) -> T:
        with _at_most(self._store.read, self.patience) as db:
            return count(db)

    def _begin(self, key: Hashable, count: Callable[[sqlite3.Connection], object]) -> None:
        with self._lock:
            if key in self._begun:
                return
            self._begun.add(key)
        work = threading.Thread(target=self._beside, args=(key, count), name="count", daemon=True)
        work.start()

    def _beside(self, key: Hashable, count: Callable[[sqlite3.Connection], object]) -> None:
        # What fails here is asked again by whoever looks next.
        try:
            with self._turn, closing(connect(self._store.file, read_only=True)) as db:
                began = time.monotonic()
                value, now = count(db), time.monotonic()
            until = now + max(FRESH, REST * (now - began))
            with self._lock:
                self._known[key] = Tally(value, self._clock(), until)
                while len(self._known) > KEPT:
                    del self._known[next(iter(self._known))]
        except sqlite3.Error as error:
            log.warning("a count beside a page failed: %s", type(error).__name__)
        finally:
            with self._lock:
                self._begun.discard(key)


@contextmanager
def _at_most(db: sqlite3.Connection, steps: int) -> Iterator[sqlite3.Connection]:
    """Break off what takes more than so many steps, with TooLong."""
    left = iter(range(steps))
    db.set_progress_handler(lambda: next(left, None) is None, STEP)
    try:
        yield db
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname == "SQLITE_INTERRUPT":
            raise TooLong from None
        raise
    finally:
        db.set_progress_handler(None, 0)
