"""Backup and restore: a copy made while the gateway runs, and put back when it does not."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.files import settle
from gateway.store import StoreError, audit, check, connect, consent, migrate, outbox

LOST = "restored from a backup"


def backup(store: Path, file: Path) -> None:
    """Copy the store whole; StoreError where it cannot, and where the file is there already.

    It gets its name when it is whole and on the disk: whatever stops us before leaves a `.part`.
    """
    if file.exists():
        raise StoreError(f"{file} is there already: choose another name.")
    part = file.with_name(f"{file.name}.part")
    _remove(part)
    try:
        with (
            closing(connect(store, read_only=True)) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            source.backup(copy, pages=1000)
        part.rename(file)
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"No backup was made: {error}. Is {file.parent} a folder that may be written to, "
            "with room?"
        ) from None
    finally:
        _remove(part)
    settle(file.parent)


def restore(file: Path, store: Path, now: float, by: str = "system") -> int:
    """Put a backup in place of the store; return how many leavers of today it would have lost.

    The store in place is kept beside it until the next restore. Rows that waited in the backup
    may have been sent since: nothing that was waiting then is sent now. A power cut leaves the
    one store or the other, whole.
    """
    _whole(file)
    fresh = store.with_suffix(".restoring")
    _remove(fresh)
    with closing(connect(file)) as source, closing(sqlite3.connect(fresh)) as copy:
        source.backup(copy)
    with closing(connect(fresh)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migrate(db)
        kept = _adopt(db, _leavers(store), now, by)
    _swap(store, fresh)
    return kept


def _files(store: Path) -> list[Path]:
    ends = ("", "-wal", "-shm", "-journal")
    return [store.with_name(store.name + suffix) for suffix in ends]


def _remove(store: Path) -> None:
    for file in _files(store):
        file.unlink(missing_ok=True)


def _swap(store: Path, fresh: Path) -> None:
    """Put the finished copy in place: whatever stops us before, the store was not touched."""
    aside = store.with_suffix(".before-restore")
    _remove(aside)
    if store.exists():
        _gather(store)
    # A log of the old store beside the new one would be read into it: it must be gone from the
    # disk, and not only from sight, before the name changes hands.
    for old, kept in zip(_files(store)[1:], _files(aside)[1:], strict=True):
        if old.exists():
            old.replace(kept)
    settle(store.parent)
    if store.exists():
        _keep(store, aside)
    fresh.replace(store)
    settle(store.parent)


def _gather(store: Path) -> None:
    """Bring all of a store into its one file; one that cannot be read stays as it is."""
    try:
        with closing(connect(store)) as db:
            busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.DatabaseError:
        return
    if busy:
        raise StoreError("Another program has the store open. End it, and restore again.")


def _keep(store: Path, aside: Path) -> None:
    """Give the store a second name, or copy it where a disk has one name for a file."""
    try:
        os.link(store, aside)
    except OSError:
        shutil.copyfile(store, aside)


def _whole(file: Path) -> None:
    """Raise StoreError unless the file is a whole backup, of this version or an older one."""
    if not file.is_file():
        raise StoreError(f"There is no file {file}.")
    try:
        with closing(connect(file)) as db:
            check(db, older=True)
    except (StoreError, sqlite3.DatabaseError) as error:
        raise StoreError(f"{file} is not a backup that can be restored: {error}") from None


def _leavers(store: Path) -> list[sqlite3.Row]:
    if not store.exists():
        return []
    try:
        with closing(connect(store, read_only=True)) as db:
            return consent.leavers(db)
    except sqlite3.DatabaseError:
        return []  # the store in place cannot be read: that is why it is being replaced


def _adopt(db: sqlite3.Connection, left: list[sqlite3.Row], now: float, by: str) -> int:
    db.execute("BEGIN IMMEDIATE")
    kept = sum(consent.keep_out(db, leaver, now) for leaver in left)
    outbox.withdraw_all(db, LOST, now)
    audit.write(db, now, by, "restore", "store", {"kept_out": kept})
    db.execute("COMMIT")
    return kept
