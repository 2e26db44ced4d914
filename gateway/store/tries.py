"""Failed tries of a user: from the fifth on, each makes the wait longer."""

import sqlite3

FREE = 5
FIRST_WAIT = 30.0
LONGEST_WAIT = 900.0


def wait_after(failures: int) -> float:
    """Return for how many seconds nobody may try again.

    >>> [wait_after(n) for n in (4, 5, 6, 7, 40)]
    [0.0, 30.0, 60.0, 120.0, 900.0]
    """
    if failures < FREE:
        return 0.0
    return float(min(FIRST_WAIT * 2 ** min(failures - FREE, 20), LONGEST_WAIT))


def locked(row: sqlite3.Row, now: float) -> bool:
    """Whether a user has to wait; a clock that was set back must not lock them out for years."""
    return bool(row["locked_until"] and now < row["locked_until"] <= now + LONGEST_WAIT)


def count(db: sqlite3.Connection, row: sqlite3.Row, now: float) -> None:
    """Count a try as failed, before anybody knows whether it is."""
    failures = row["failures"] + 1
    wait = wait_after(failures)
    db.execute(
        "UPDATE user SET failures = ?, locked_until = ? WHERE id = ?",
        (failures, now + wait if wait else None, row["id"]),
    )


def forget(db: sqlite3.Connection, user: int) -> None:
    db.execute("UPDATE user SET failures = 0, locked_until = NULL WHERE id = ?", (user,))
