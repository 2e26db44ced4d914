"""Only one gateway at a time may run on a store."""

import sqlite3
import time
from pathlib import Path

from gateway.store import StoreError

PATIENCE = 5.0


def only_one(folder: Path) -> sqlite3.Connection:
    """Hold the folder's lock until this process ends, however it ends.

    An SQLite lock is let go by the system at a crash, on every system alike. StoreError if
    another process holds it, or the folder cannot be written to.
    """
    db = sqlite3.connect(
        folder / "running", isolation_level=None, timeout=PATIENCE, check_same_thread=False
    )
    try:
        db.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        db.close()
        if _is_held(error):
            raise StoreError(f"Another gateway is running on {folder}. Stop it first.") from None
        raise _unusable(folder, error) from None
    return db


def is_running(folder: Path) -> bool:
    """Whether a gateway runs on this folder now; StoreError where that cannot be tried."""
    if not (folder / "running").exists():
        return False
    db = sqlite3.connect(folder / "running", isolation_level=None, timeout=0.0)
    try:
        db.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if _is_held(error):
            return True
        raise _unusable(folder, error) from None
    finally:
        db.close()
    return False


def _is_held(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _unusable(folder: Path, error: sqlite3.OperationalError) -> StoreError:
    return StoreError(
        f"{folder} cannot be written to ({error}). Is its disk full, or is it another user's?"
    )


def wait_until_stopped(folder: Path, seconds: float = PATIENCE) -> bool:
    """Wait for a gateway that is stopping; False if it still runs."""
    until = time.monotonic() + seconds
    while is_running(folder):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
