"""Jobs: how far long work is, which lines it refused, the file it wrote, and a way to stop it."""

import json
import sqlite3
from collections.abc import Iterator

from flask import Blueprint, Response, abort, flash, redirect, send_file
from flask.typing import ResponseReturnValue

from gateway import background
from gateway.background import exports
from gateway.domain.alerts import Refused
from gateway.store import audit, jobs
from gateway.web.console.alert_words import why
from gateway.web.pages import BIGGEST, given, render
from gateway.web.staff import act, allowed, gateway, person
from gateway.web.words import N_, _

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
    "calls": N_("Calls as they came, deleted"),
    "kept_calls": N_("Refused calls deleted"),
    "sensitive": N_("Sensitive items emptied"),
    "items": N_("Feedback items emptied"),
    "words_in": N_("Messages to us emptied"),
    "words_out": N_("Messages from us emptied"),
    "receipts": N_("Receipts deleted"),
    "sessions": N_("Dialogues deleted"),
    "deliveries": N_("Deliveries to programs deleted"),
    "jobs": N_("Jobs deleted"),
    "people": N_("People erased"),
    "audit": N_("Entries of the audit deleted"),
}
KINDS = {
    "import_contacts": N_("Bring in contacts"),
    "import_areas": N_("Bring in areas"),
    "export_contacts": N_("Take out contacts"),
    "export_feedback": N_("Take out feedback"),
    "alert": N_("Send an alert"),
    "retention": N_("Delete what is old"),
}


@blueprint.get("/jobs")
@allowed()
def index() -> ResponseReturnValue:
    """List jobs, newest first: everybody's, or for most people their own."""
    by = "" if person().role in READS_ALL else person().by
    before = given("before", BIGGEST)
    found = jobs.page(gateway().store.read, before, by, ROWS + 1)
    rows = found[:ROWS]
    return render(
        "jobs.html",
        rows=[(row, percent(row["done"], row["total"])) for row in rows],
        kinds=KINDS,
        works=any(row["state"] in ("waiting", "running") for row in rows),
        older=f"/jobs?before={rows[-1]['id']}" if len(found) > ROWS else "",
        newest="/jobs" if before != BIGGEST else "",
    )


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
        stops=_may_stop(job),
        gone=job["kind"] in exports.KINDS and not exports.file_of(gateway(), id).exists(),
    )


def _may_stop(job: sqlite3.Row) -> bool:
    is_open = job["state"] in ("waiting", "running") and job["kind"] in background.KINDS
    return is_open and (job["by"] == person().by or person().role == "administrator")


@blueprint.post("/jobs/<int:id>/stop")
@allowed()
def stop(id: int) -> ResponseReturnValue:
    """End a job between two chunks; what it did stays."""
    job = _mine(jobs.by_id(gateway().store.read, id))
    if job["by"] != person().by and person().role != "administrator":
        abort(403)
    try:
        background.stop(gateway(), person().by, id)
        sentence = STATES["stopped"]
        flash(_(sentence))
    except Refused as refused:
        flash(why(refused))
    return redirect(f"/jobs/{id}", 303)


@blueprint.get("/jobs/<int:id>/file")
@allowed()
def fetch(id: int) -> ResponseReturnValue:
    """Hand out the list a job wrote, to who may have such a list; it is written down."""
    gw = gateway()
    job = _mine(jobs.by_id(gw.store.read, id))
    kind, file = exports.KINDS.get(job["kind"]), exports.file_of(gw, id).resolve()
    if kind is None or job["state"] != "done" or not file.exists():
        abort(404)
    if person().role not in kind.roles:
        abort(403)
    act(f"{kind.act}.fetch", f"job:{id}", lambda db: None)
    name = f"{job['kind'].removeprefix('export_')}.csv"
    return send_file(file, "text/csv", as_attachment=True, download_name=name, max_age=0)


def take_out(kind: str) -> ResponseReturnValue:
    """Hand out a list, at once if it is small, else as a job that writes it; it is written down."""
    gw, by = gateway(), person().by
    place = exports.Place()
    if exports.count(gw.store.read, kind, place) > exports.MOST_AT_ONCE:
        return redirect(f"/jobs/{exports.start(gw, by, kind)}", 303)
    word = exports.KINDS[kind].act
    gw.store.write(lambda db: audit.write(db, gw.clock(), by, word, kind))
    name = f"{kind.removeprefix('export_')}.csv"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(_marked(exports.lines(gw, kind)), mimetype="text/csv", headers=headers)


def _marked(lines: Iterator[str]) -> Iterator[str]:
    """Yield lines as they are read, with the mark by which spreadsheets know how to read them."""
    yield exports.MARK
    yield from lines


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
