"""Backup and restore: a copy made while the gateway runs, and put back when it does not."""

import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.store import StoreError, check, connect, consent, migrate, outbox

LOST = "restored from a backup"


def backup(store: Path, file: Path) -> None:
    """Copy the store whole; an existing file is not overwritten."""
    if file.exists():
        raise StoreError(f"{file} is there already: choose another name.")
    with closing(connect(store, read_only=True)) as source, closing(sqlite3.connect(file)) as copy:
        source.backup(copy, pages=1000)


def restore(file: Path, store: Path, now: float) -> int:
    """Put a backup in place of the store; return how many leavers of today it would have lost.

    The store in place is kept beside it until the next restore. Rows that waited in the backup
    may have been sent since: nothing that was waiting then is sent now.
    """
    _whole(file)
    fresh = store.with_suffix(".restoring")
    _remove(fresh)
    with closing(connect(file)) as source, closing(sqlite3.connect(fresh)) as copy:
        source.backup(copy)
    with closing(connect(fresh)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migrate(db)
        kept = _settle(db, _leavers(store), now)
    _swap(store, fresh)
    return kept


def _files(store: Path) -> list[Path]:
    return [store.with_name(store.name + suffix) for suffix in ("", "-wal", "-shm")]


def _remove(store: Path) -> None:
    for file in _files(store):
        file.unlink(missing_ok=True)


def _swap(store: Path, fresh: Path) -> None:
    """Put the finished copy in place: whatever stops us before, the store was not touched."""
    aside = store.with_suffix(".before-restore")
    _remove(aside)
    for old, kept in zip(_files(store), _files(aside), strict=True):
        if old.exists():
            old.replace(kept)
    fresh.replace(store)


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


def _settle(db: sqlite3.Connection, left: list[sqlite3.Row], now: float) -> int:
    db.execute("BEGIN IMMEDIATE")
    kept = sum(consent.keep_out(db, leaver, now) for leaver in left)
    outbox.withdraw_all(db, LOST, now)
    db.execute("COMMIT")
    return kept
