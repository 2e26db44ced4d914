"""Jobs: long work in the background, how far it is, and the lines it refused."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

_ADD = """
INSERT INTO job (kind, subject, total, input, result, by, created_at, updated_at)
VALUES (:kind, :subject, :total, :input, :result, :by, :now, :now)
RETURNING id
"""
_ROW = """
SELECT id, kind, state, subject, done, total, result, by, created_at, updated_at FROM job
"""
_PAGE = f"{_ROW} WHERE id < :before AND (:by = '' OR by = :by) ORDER BY id DESC LIMIT :limit"
_OPEN = f"{_ROW} WHERE state IN ('waiting', 'running') ORDER BY id"
_LAST = "SELECT created_at FROM job WHERE kind = ? ORDER BY id DESC LIMIT 1"
_FOLLOW = """
UPDATE job SET state = :state, done = :done, total = :total, updated_at = :now
 WHERE kind = :kind AND subject = :subject AND state IN ('waiting', 'running')
"""
_REFUSALS = """
SELECT line, reason FROM job_refusal WHERE job = :job AND line > :after ORDER BY line LIMIT :limit
"""


def by_id(db: sqlite3.Connection, id: int) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(f"{_ROW} WHERE id = ?", (id,)).fetchone()
    return row


def still(db: sqlite3.Connection, id: int) -> sqlite3.Row | None:
    """Return a job that is neither over nor stopped, or None."""
    row = by_id(db, id)
    return row if row and row["state"] in ("waiting", "running") else None


def page(
    db: sqlite3.Connection, before: int = 1 << 62, by: str = "", limit: int = 25
) -> list[sqlite3.Row]:
    """Return jobs, of everybody or of one, newest first, from below the id `before`."""
    return db.execute(_PAGE, {"before": before, "by": by, "limit": limit}).fetchall()


def unfinished(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return every job that waits or runs, oldest first."""
    return db.execute(_OPEN).fetchall()


def last_begun(db: sqlite3.Connection, kind: str) -> float | None:
    """Return when the newest job of a kind was begun, None if there is none."""
    row = db.execute(_LAST, (kind,)).fetchone()
    return None if row is None else float(row["created_at"])


def refusals(
    db: sqlite3.Connection, job: int, after: int = 0, limit: int = 25
) -> list[sqlite3.Row]:
    """Return the refused lines of a job after a line, in order."""
    return db.execute(_REFUSALS, {"job": job, "after": after, "limit": limit}).fetchall()


def refused(db: sqlite3.Connection, job: int) -> int:
    """Return how many lines a job refused."""
    sql = "SELECT count(*) FROM job_refusal WHERE job = ?"
    return int(db.execute(sql, (job,)).fetchone()[0])


def add(
    db: sqlite3.Connection,
    kind: str,
    by: str,
    now: float,
    input: bytes | None,
    total: int | None,
    subject: str | None = None,
    result: Mapping[str, object] | None = None,
) -> int:
    """Keep work to be done with what it works on; return its id."""
    row = {"kind": kind, "by": by, "now": now, "input": input, "total": total}
    told = {"subject": subject, "result": json.dumps(dict(result or {}))}
    return int(db.execute(_ADD, row | told).fetchone()["id"])


def waiting(db: sqlite3.Connection, kinds: Sequence[str]) -> list[int]:
    """Return the jobs of these kinds that are not at their end, oldest first."""
    sql = """SELECT id FROM job WHERE state IN ('waiting', 'running')
                AND kind IN (SELECT value FROM json_each(?)) ORDER BY id"""
    return [row["id"] for row in db.execute(sql, (json.dumps(list(kinds)),))]


def input_of(db: sqlite3.Connection, job: int) -> bytes:
    """Return what a job works on, empty once it is done."""
    row = db.execute("SELECT input FROM job WHERE id = ?", (job,)).fetchone()
    return bytes(row["input"] or b"") if row else b""


def refuse(db: sqlite3.Connection, job: int, lines: Iterable[tuple[int, str]]) -> None:
    """Note why lines were refused."""
    sql = "INSERT INTO job_refusal (job, line, reason) VALUES (?, ?, ?)"
    db.executemany(sql, [(job, line, reason) for line, reason in lines])


def move_on(
    db: sqlite3.Connection, job: int, done: int, result: Mapping[str, object], now: float
) -> None:
    """Note how far a job is."""
    sql = "UPDATE job SET state = 'running', done = ?, result = ?, updated_at = ? WHERE id = ?"
    db.execute(sql, (done, json.dumps(dict(result)), now, job))


def note_input(db: sqlite3.Connection, job: int, input: bytes) -> None:
    """Keep where a job is to go on from."""
    db.execute("UPDATE job SET input = ? WHERE id = ?", (input, job))


def follow(
    db: sqlite3.Connection, kind: str, subject: str, now: float, done: int, total: int, state: str
) -> None:
    """Let the job of a thing that is worked on elsewhere tell how far that is."""
    row = {"kind": kind, "subject": subject, "now": now, "done": done, "total": total}
    db.execute(_FOLLOW, row | {"state": state})


def finish(db: sqlite3.Connection, job: int, now: float, state: str = "done") -> None:
    """Close a job and forget what it worked on."""
    sql = "UPDATE job SET state = ?, input = NULL, updated_at = ? WHERE id = ?"
    db.execute(sql, (state, now, job))
