"""Long work: programs see how far their own is and may stop it; administrators anybody's."""

import json
import sqlite3

from flask.typing import ResponseReturnValue

from gateway import background, told
from gateway.store import jobs
from gateway.web.api import rights
from gateway.web.api.door import actor, answer, blueprint, caller, gateway, needs, problem, query
from gateway.web.api.job_shapes import JobQuery

LINES = 100


@blueprint.get("/jobs")
@needs(*rights.READ_JOBS)
def list_jobs() -> ResponseReturnValue:
    """Return jobs, newest first: one's own, for administrators and auditors everybody's."""
    asked = query(JobQuery)
    by = "" if caller().may(rights.READ_ALL_JOBS) else actor()
    rows = jobs.page(gateway().store.read, asked.cursor, by, asked.limit)
    following = rows[-1]["id"] if len(rows) == asked.limit else None
    return answer({"jobs": [_shown(row) for row in rows], "next": following})


@blueprint.get("/jobs/<int:id>")
@needs(*rights.READ_JOBS)
def show_job(id: int) -> ResponseReturnValue:
    """Return one job, how far it is, and lines it refused."""
    return answer(_whole(_want(id)))


@blueprint.post("/jobs/<int:id>/stop")
@needs(*rights.STOP_JOBS)
def stop_job(id: int) -> ResponseReturnValue:
    """End a job between two steps; what it did before is kept."""
    row = _want(id)
    if row["by"] != actor() and not caller().may(rights.STOP_ALL_JOBS):
        raise problem(403, "forbidden", "Whoever began this job may stop it, or an administrator.")
    background.stop(gateway(), actor(), id)
    return answer(_whole(_want(id)))


def _want(id: int) -> sqlite3.Row:
    """Return a job, for who began it and for who may see all."""
    row = jobs.by_id(gateway().store.read, id)
    if row is None or (row["by"] != actor() and not caller().may(rights.READ_ALL_JOBS)):
        raise problem(404, "not_found", "There is no job with this id, or it is not yours.")
    return row


def _whole(row: sqlite3.Row) -> dict[str, object]:
    lines = jobs.refusals(gateway().store.read, row["id"], limit=LINES)
    refused = [{"line": one["line"], "reason": one["reason"]} for one in lines]
    return _shown(row) | {"refused": refused}


def _shown(row: sqlite3.Row) -> dict[str, object]:
    result = json.loads(row["result"] or "{}")
    return {
        "id": row["id"],
        "kind": row["kind"],
        "state": row["state"],
        "done": row["done"],
        "total": row["total"],
        "result": {name: value for name, value in result.items() if name != "link"},
        "alert": int(row["subject"]) if row["kind"] == "alert" else None,
        "by": row["by"],
        "created": told.moment(row["created_at"]),
        "changed": told.moment(row["updated_at"]),
    }
