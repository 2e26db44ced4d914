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
    with closing(connect(file)) as db:
        _whole(db, file)
    left = _leavers(store)
    aside = store.with_suffix(".before-restore")
    for suffix in ("", "-wal", "-shm"):
        old = store.with_name(store.name + suffix)
        if old.exists():
            old.replace(aside.with_name(aside.name + suffix))
    with closing(connect(file)) as source, closing(sqlite3.connect(store)) as copy:
        source.backup(copy)
    with closing(connect(store)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migrate(db)
        return _settle(db, left, now)


def _whole(db: sqlite3.Connection, file: Path) -> None:
    try:
        check(db)
    except StoreError as error:
        if "older version" not in str(error):
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
