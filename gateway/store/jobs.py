"""Jobs: long work in the background, how far it is, and the lines it refused."""

import sqlite3

_REFUSALS = """
SELECT line, reason FROM job_refusal WHERE job = :job AND line > :after ORDER BY line LIMIT :limit
"""


def by_id(db: sqlite3.Connection, id: int) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(
        "SELECT id, kind, state, subject, done, total, result, by, created_at, updated_at"
        " FROM job WHERE id = ?",
        (id,),
    ).fetchone()
    return row


def refusals(
    db: sqlite3.Connection, job: int, after: int = 0, limit: int = 25
) -> list[sqlite3.Row]:
    """Return the refused lines of a job after a line, in order."""
    return db.execute(_REFUSALS, {"job": job, "after": after, "limit": limit}).fetchall()


def refused(db: sqlite3.Connection, job: int) -> int:
    """Return how many lines a job refused."""
    sql = "SELECT count(*) FROM job_refusal WHERE job = ?"
    return int(db.execute(sql, (job,)).fetchone()[0])
