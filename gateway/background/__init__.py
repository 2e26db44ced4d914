"""Long work in the background: a job a piece, in chunks that nobody feels.

A chunk is one short transaction that also notes how far the job is, so that a job goes on where
a cut left it. A person may stop a job between two chunks; what was done before is kept.
"""

import sqlite3
from collections.abc import Callable, Mapping

from gateway import imports
from gateway.background import exports, retention
from gateway.context import Gateway
from gateway.domain.alerts import Refused
from gateway.imports.work import nobody_asks
from gateway.store import audit, jobs

__all__ = ["KINDS", "MOST_AT_ONCE", "exports", "nobody_asks", "retention", "run", "stop"]

Progress = Callable[[int, int], None]
Run = Callable[[Gateway, int, Progress], None]

KINDS: Mapping[str, Run] = {
    **dict.fromkeys(imports.KINDS, imports.run),
    **dict.fromkeys(exports.KINDS, exports.run),
    retention.KIND: retention.run,
}
MOST_AT_ONCE = exports.MOST_AT_ONCE

N_ = str  # marks a sentence for translators

NO_JOB = N_("There is no job %(id)s.")
OVER = N_("This job is over: there is nothing to stop.")
AN_ALERT = N_("An alert is being sent. Stop the alert itself.")


def run(gw: Gateway, job: int, progress: Progress = nobody_asks) -> None:
    """Do a job to its end, from wherever it stands; `progress` may raise to break off."""
    row = jobs.still(gw.store.read, job)
    if row is not None and row["kind"] in KINDS:
        KINDS[row["kind"]](gw, job, progress)


def stop(gw: Gateway, by: str, job: int) -> None:
    """End a job between two chunks; Refused if there is nothing to stop."""

    def work(db: sqlite3.Connection) -> None:
        row = jobs.by_id(db, job)
        if row is None:
            raise Refused(NO_JOB, "id", id=job)
        if jobs.still(db, job) is None:
            raise Refused(OVER, "state")
        if row["kind"] == "alert":
            raise Refused(AN_ALERT, "kind")
        jobs.finish(db, job, gw.clock(), "stopped")
        audit.write(db, gw.clock(), by, "job.stop", f"job:{job}", {"done": row["done"]})

    gw.store.write(work)
    exports.forget(gw, job)
