"""A job: how far long work is, and which lines it refused."""

import json
import sqlite3

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from gateway.store import jobs
from gateway.web.pages import given, render
from gateway.web.staff import allowed, gateway, person
from gateway.web.words import N_

blueprint = Blueprint("jobs", __name__)

ROWS = 25
READS_ALL = ("administrator", "auditor")

STATES = {
    "waiting": N_("It waits for its turn. This page looks again every few seconds."),
    "running": N_("It is being done. You may leave this page; the work goes on."),
    "done": N_("It is done."),
    "stopped": N_("It was stopped. What was done before is kept."),
    "failed": N_("It broke off. What was done before is kept. Try again, or ask an administrator."),
}

# What the numbers and notes of a result are called; others are shown as they are.
RESULTS = {
    "new": N_("New ones"),
    "changed": N_("Changed"),
    "same": N_("As they were"),
    "left": N_("Left before, so they stay out"),
    "refused": N_("Refused"),
    "encoding": N_("Read as (look at the accents)"),
}
KINDS = {
    "import_contacts": N_("Bring in contacts"),
    "import_areas": N_("Bring in areas"),
}


@blueprint.get("/jobs/<int:id>")
@allowed()
def show(id: int) -> ResponseReturnValue:
    db = gateway().store.read
    job = _mine(jobs.by_id(db, id))
    found = jobs.refusals(db, id, given("after"), ROWS + 1)
    return render(
        "job.html",
        job=job,
        sentence=STATES[job["state"]],
        percent=percent(job["done"], job["total"]),
        result=json.loads(job["result"] or "{}"),
        names=RESULTS,
        kinds=KINDS,
        refusals=found[:ROWS],
        refused=jobs.refused(db, id),
        more=f"/jobs/{id}?after={found[ROWS - 1]['line']}" if len(found) > ROWS else "",
    )


def _mine(job: sqlite3.Row | None) -> sqlite3.Row:
    """Return the job, for who began it and for who may see everything."""
    if job is None or (job["by"] != person().by and person().role not in READS_ALL):
        abort(404)
    return job


def percent(done: int, total: int | None) -> int | None:
    """Return how much is done, None where nobody knows how much there is.

    >>> percent(1, 3), percent(0, None), percent(5, 4)
    (33, None, 100)
    """
    return min(100, 100 * done // total) if total else None
