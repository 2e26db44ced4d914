"""Alerts: written by one, approved by another, watched and stopped by both."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from gateway import broadcast
from gateway.domain.alerts import Audience, Draft, Refused
from gateway.domain.messages import Class
from gateway.store import alerts, areas
from gateway.web import staff
from gateway.web.console import alert_words as said
from gateway.web.console.alert_counts import Counts
from gateway.web.console.alert_form import Filled, boxes, choices
from gateway.web.console.jobs import percent
from gateway.web.pages import BIGGEST, given, newest, render
from gateway.web.staff import allowed, gateway, person
from gateway.web.words import N_, _

blueprint = Blueprint("alerts", __name__)

ROWS = 25
HISTORY = 10
REASON = 500
WRONG_PASSWORD = N_("This is not your password. Nothing was sent.")
NOT_A_NUMBER = N_("Type the number of people in figures.")


@blueprint.get("/alerts")
@allowed()
def index() -> ResponseReturnValue:
    db, before = gateway().store.read, given("before", BIGGEST)
    rows = alerts.over(db, before, ROWS + 1)
    older = f"/alerts?before={rows[ROWS - 1]['id']}" if len(rows) > ROWS else ""
    live = alerts.live(db) if before == BIGGEST else []
    return render(
        "alerts.html", lists=[("live", live), ("over", rows[:ROWS])], older=older, said=said,
        word=lambda row: Class(row["class"]).word,
    )  # fmt: skip


@blueprint.get("/alerts/new")
@allowed(*said.WRITERS)
def new() -> ResponseReturnValue:
    return _compose(Filled(), "/alerts/new", exercise=False)


@blueprint.post("/alerts/new")
@allowed(*said.WRITERS)
def write() -> ResponseReturnValue:
    return _write("/alerts/new", exercise=False)


@blueprint.get("/alerts/exercise")
@allowed(*said.WRITERS)
def new_exercise() -> ResponseReturnValue:
    return _compose(Filled(class_="normal"), "/alerts/exercise", exercise=True)


@blueprint.post("/alerts/exercise")
@allowed(*said.WRITERS)
def write_exercise() -> ResponseReturnValue:
    return _write("/alerts/exercise", exercise=True)


@blueprint.get("/alerts/<int:id>/edit")
@allowed(*said.WRITERS)
def edit(id: int) -> ResponseReturnValue:
    row = _alert(id)
    before = alerts.draft_of(gateway().store.read, row)
    filled = Filled.again(gateway().store.read, before)
    return _compose(
        filled, f"/alerts/{id}/edit", bool(row["exercise"]), audience=before.audience, alert=row
    )


@blueprint.post("/alerts/<int:id>/edit")
@allowed(*said.WRITERS)
def rewrite(id: int) -> ResponseReturnValue:
    row = _alert(id)
    return _write(f"/alerts/{id}/edit", bool(row["exercise"]), row)


def _alert(id: int) -> sqlite3.Row:
    return alerts.get(gateway().store.read, id) or abort(404)


def _write(path: str, exercise: bool, row: sqlite3.Row | None = None) -> ResponseReturnValue:
    """Look at what was written, or keep it as a draft."""
    gw, filled = gateway(), Filled.of(request.form)
    before = alerts.draft_of(gw.store.read, row) if row else None
    try:
        draft = broadcast.checked(gw, filled.draft(gw, before, exercise))
        if "check" in request.form:
            return _compose(
                filled, path, exercise, audience=draft.audience, texts=draft.texts,
                until=draft.expires_at, alert=row,
            )  # fmt: skip
        id = _keep(row, draft)
    except Refused as error:
        audience = before.audience if before else Audience()
        return _compose(filled, path, exercise, 409, audience=audience, alert=row, error=error)
    flash(_("The draft is kept. Nobody gets it before another person has approved it."))
    return redirect(f"/alerts/{id}", 303)


def _keep(row: sqlite3.Row | None, draft: Draft) -> int:
    gw, by = gateway(), person().by
    if row is None:
        return broadcast.create(gw, by, draft)
    broadcast.edit(gw, by, row["id"], draft)
    return int(row["id"])


def _compose(
    filled: Filled,
    path: str,
    exercise: bool,
    status: int = 200,
    audience: Audience | None = None,
    error: Refused | None = None,
    **more: Any,
) -> ResponseReturnValue:
    """Return the form; with an audience, it tells what each text would cost."""
    gw = gateway()
    texts = more.pop("texts", None)
    found = boxes(gw, filled.texts, audience)
    if texts:  # what goes out has the mark of an exercise; what is typed has not
        counted = {box.tag: box.told for box in boxes(gw, texts, audience)}
        found = [box._replace(told=counted[box.tag]) for box in found]
    people = None
    if audience is not None and error is None:
        people = alerts.audience_size(gw.store.read, audience, exercise)
    return render(
        "alert_form.html", status, filled=filled, path=path, exercise=exercise, boxes=found,
        said=said, people=people, received=audience.received if audience else None,
        wrong=said.why(error) if error else "", field=error.field if error else None,
        **choices(gw), **more,
    )  # fmt: skip


@blueprint.get("/alerts/<int:id>")
@allowed(*said.READERS)
def show(id: int) -> ResponseReturnValue:
    return _page(_alert(id))


def _page(row: sqlite3.Row, status: int = 200, wrong: str = "") -> ResponseReturnValue:
    """Return the page of one alert: who gets which words, what was decided, how far it is."""
    gw = gateway()
    db, id = gw.store.read, row["id"]
    audience = Audience.of(json.loads(row["audience"]))
    made = Counts(row)
    counts = made.states()
    gone = counts.total() - counts["queued"]
    texts = {text["language"]: text["text"] for text in alerts.texts(db, id)}
    decisions, older = newest(alerts.decisions(db, id), f"/alerts/{id}", HISTORY)
    return render(
        "alert.html", status, alert=row, said=said, wrong=wrong, counts=counts,
        word=Class(row["class"]).word, audience=audience, gone=gone,
        places=[areas.by_pcode(db, pcode) for pcode in audience.areas],
        boxes=[box for box in boxes(gw, texts, audience) if box.text],
        preview=broadcast.preview(gw, id, made.people.value) if made.people else None,
        made=made,
        percent=percent(gone, row["people"]), decisions=decisions, older=older,
        mine=person().by in alerts.involved(db, row), currency=gw.settings["CURRENCY"],
        minutes=gw.settings["APPROVAL_MINUTES"], left=made.left(),
    )  # fmt: skip


Act = Callable[[Any, str, int], object]


def _do(id: int, act: Act, told: str) -> ResponseReturnValue:
    """Do one thing to an alert; where it cannot be done, say why beside it."""
    row = _alert(id)
    try:
        act(gateway(), person().by, id)
    except Refused as error:
        return _page(row, 409, said.why(error))
    flash(_(told))
    return redirect(f"/alerts/{id}", 303)


@blueprint.post("/alerts/<int:id>/submit")
@allowed(*said.WRITERS)
def submit(id: int) -> ResponseReturnValue:
    return _do(id, broadcast.submit, N_("Submitted. Ask somebody else to approve it now."))


@blueprint.post("/alerts/<int:id>/resume")
@allowed(*said.WRITERS)
def resume(id: int) -> ResponseReturnValue:
    return _do(id, broadcast.resume, N_("Submitted. Ask somebody else to approve it now."))


@blueprint.post("/alerts/<int:id>/stop")
@allowed(*said.STOPPERS)
def stop(id: int) -> ResponseReturnValue:
    return _do(id, broadcast.stop, N_("Stopped. What was not handed over yet stays here."))


@blueprint.post("/alerts/<int:id>/reject")
@allowed(*said.APPROVERS)
def reject(id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")[:REASON]
    return _do(
        id, lambda gw, by, id: broadcast.reject(gw, by, id, reason), N_("Sent back to its author.")
    )


@blueprint.post("/alerts/<int:id>/approve")
@allowed(*said.APPROVERS)
def approve(id: int) -> ResponseReturnValue:
    """Approve what was seen: another person, who proves just now that it is them."""
    row = _alert(id)
    typed = request.form.get("people", "").strip()
    if not staff.fresh(request.form.get("password", "")):
        return _page(row, 403, _(WRONG_PASSWORD))
    if not typed.isdecimal() or len(typed) > 12:
        return _page(row, 409, _(NOT_A_NUMBER))
    people, seen = int(typed), request.form.get("seen", "")
    told = N_("The exercise begins.") if row["exercise"] else N_("Approved. It is going out.")
    return _do(id, lambda gw, by, id: broadcast.approve(gw, by, id, people, seen), told)


@blueprint.post("/alerts/<int:id>/<any(correction, allclear):kind>")
@allowed(*said.WRITERS)
def follow_up(id: int, kind: str) -> ResponseReturnValue:
    """Begin what those who got the alert must hear now."""
    row = _alert(id)
    try:
        later = broadcast.follow_up(gateway(), person().by, id, kind)
    except Refused as error:
        return _page(row, 409, said.why(error))
    flash(_("Look at the words, then submit them for approval."))
    return redirect(f"/alerts/{later}", 303)
