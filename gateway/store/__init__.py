"""The SQLite file: SQL and nothing else, one module per noun, `db` first.

All writes go through one thread (`Store.write`); readers have connections of their own.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from gateway.store.schema import StoreError, applied, known, migrate, refuse_newer
from gateway.store.units import Item, Many, T
from gateway.store.writer import StoreClosed, Writer

__all__ = ["Store", "StoreClosed", "StoreError", "connect", "migrate"]

# Bytes of a file that is read whole at each start. A larger one would keep an emergency waiting.
LARGE = 128 << 20
WAITING = 4 << 20  # bytes of changes that wait beside the file until they are written into it
STATEMENTS = 512  # kept prepared, each connection


def connect(file: Path, read_only: bool = False) -> sqlite3.Connection:
    """Open the file as every part of the gateway needs it; rows are `sqlite3.Row`."""
    db = sqlite3.connect(file, 10, 0, None, False, cached_statements=STATEMENTS)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA temp_store = MEMORY")
    if read_only:
        db.execute("PRAGMA query_only = ON")
        db.execute("PRAGMA cache_size = -1000")
    return db


def _unusable(error: sqlite3.Error) -> StoreError:
    """Return what to tell: a full disk or a lock is no damage, and a backup is older."""
    if not isinstance(error, sqlite3.OperationalError):
        return StoreError(f"The store cannot be read ({error}). Restore a backup.")
    return StoreError(
        f"The store cannot be opened now ({error}). Nothing was changed: look whether its disk is "
        "full or fails, and start again."
    )


def check(db: sqlite3.Connection, older: bool = False, whole: bool = True) -> None:
    """Raise StoreError unless the file is ours, and of this version, or an older one.

    Every page is read to see that it is `whole`, a minute or more for some gigabytes.
    """
    try:
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0] if whole else "ok"
        there = applied(db)
    except sqlite3.DatabaseError as error:
        raise _unusable(error) from None
    if found != "ok":
        raise StoreError("The store is damaged. Keep a copy of the file and restore a backup.")
    refuse_newer(there)
    if not there:
        raise StoreError("This is no store of Gateway: nothing is in it.")
    if known() - there and not older:
        raise StoreError("The store is of an older version. Run 'gateway migrate' first.")


def is_small(file: Path) -> bool:
    """Say whether a store is read whole at each start."""
    return file.stat().st_size <= LARGE


def check_whole(file: Path) -> None:
    """Raise StoreError unless a store is whole, however large; nothing is changed."""
    with closing(connect(file, read_only=True)) as db:
        check(db)


def _checked(file: Path, integrity: bool) -> sqlite3.Connection:
    """Open the file for writing; StoreError, and nothing changed, if it should not be used."""
    try:
        db = connect(file)
    except sqlite3.DatabaseError as error:
        raise _unusable(error) from None
    try:
        if integrity:
            check(db, whole=is_small(file))
        _to_write(db)
    except sqlite3.Error as error:
        db.close()
        raise _unusable(error) from None
    except StoreError:
        db.close()
        raise
    return db


def _to_write(db: sqlite3.Connection) -> sqlite3.Connection:
    db.execute("PRAGMA journal_mode = WAL")
    page = db.execute("PRAGMA page_size").fetchone()[0]
    db.execute(f"PRAGMA wal_autocheckpoint = {WAITING // page}")
    return db


class Store:
    """One open store: `write` hands work to the writer, `read` is this thread's connection."""

    def __init__(self, file: Path, integrity: bool = True) -> None:
        if not file.is_file():
            raise StoreError(f"There is no store at {file}. Run 'gateway init' first.")
        self.file = file
        self._local = threading.local()
        self._writer = Writer(_checked(file, integrity), lambda: _to_write(connect(file)))

    def write(
        self,
        work: Callable[[sqlite3.Connection], T],
        background: bool = False,
        trusted: bool = False,
    ) -> T:
        """Run work in a transaction of its own; return once it is on disk; see Writer."""
        return self._writer.write(work, background, trusted)

    def write_together(self, many: Many[Item, T], items: Iterable[Item]) -> list[T | BaseException]:
        """Run `many` for these items, and for others' in the same commit; see Writer."""
        return self._writer.write_together(many, items)

    def hand(
        self, many: Many[Item, T], items: Iterable[Item], told: Callable[[list[Any]], object]
    ) -> None:
        """As `write_together`, without waiting: `told` gets the results, in the writer's thread."""
        self._writer.hand(many, items, told)

    @property
    def read(self) -> sqlite3.Connection:
        """This thread's connection for reading; it sees only what was committed."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = self._local.db = connect(self.file, read_only=True)
        return db

    def version(self) -> int:
        """A number that changes with every commit of anybody, as this thread sees it."""
        return int(self.read.execute("PRAGMA data_version").fetchone()[0])

    @property
    def generation(self) -> int:
        """Grows when channels, tokens or users may have changed: what was read of them is old."""
        return self._writer.generation

    def forget(self) -> None:
        """Another process wrote: what is remembered may be old."""
        self._writer.generation += 1

    def truncate(self) -> bool:
        """Empty the write-ahead log, where deleted words may still lie; False if somebody reads."""
        with closing(connect(self.file)) as db:
            busy: int = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    @property
    def writer(self) -> Writer:
        """Who writes, for its counts."""
        return self._writer

    def size(self) -> int:
        """Return the bytes of the file, and of the one beside it in which changes wait."""
        beside = self.file.with_name(self.file.name + "-wal")
        return sum(file.stat().st_size for file in (self.file, beside) if file.exists())

    def alive(self) -> bool:
        return self._writer.alive()

    def ended(self) -> bool:
        """Wait until nobody writes any more; return whether the store was closed."""
        return self._writer.ended()

    def close(self) -> None:
        """Close the writer, and this thread's reader: an open one holds locks on the file."""
        self._writer.close()
        db: sqlite3.Connection | None = self._local.__dict__.pop("db", None)
        if db is not None:
            db.close()


def create(file: Path, page: int = 2048) -> list[str]:
    """Make the store, or bring an older one up to date; return the migrations that ran.

    A change writes whole pages, so small ones (1024) wear a card less; large ones are faster.
    SQLite's own 4096 write two thirds more on a busy day, for 3 % less time of a large alert.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(connect(file)) as db:
            db.execute(f"PRAGMA page_size = {page}")
            db.execute("PRAGMA journal_mode = WAL")
            return migrate(db)
    except sqlite3.DatabaseError as error:
        raise StoreError(f"The store cannot be made or read: {error}") from None
