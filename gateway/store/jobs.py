"""Jobs: long work in the background, how far it is, and the lines it refused."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

_ADD = """
INSERT INTO job (kind, subject, total, input, result, by, created_at, updated_at)
VALUES (:kind, :subject, :total, :input, :result, :by, :now, :now)
RETURNING id
"""
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


def add(
    db: sqlite3.Connection,
    kind: str,
    by: str,
    now: float,
    input: bytes,
    total: int,
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


def finish(db: sqlite3.Connection, job: int, now: float, state: str = "done") -> None:
    """Close a job and forget what it worked on."""
    sql = "UPDATE job SET state = ?, input = NULL, updated_at = ? WHERE id = ?"
    db.execute(sql, (state, now, job))
