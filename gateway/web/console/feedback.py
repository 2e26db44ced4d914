"""Feedback: what people say, sorted and answered. Sensitive items are for administrators."""

import sqlite3
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import respond
from gateway.domain.feedback import MOVES, NotAllowed, Status
from gateway.domain.phone import mask
from gateway.store import codes, feedback, users
from gateway.web.ages import lasted
from gateway.web.console import feedback_words as said
from gateway.web.console.feedback_acts import ACTS, short
from gateway.web.console.jobs import take_out
from gateway.web.pages import given, newest, render
from gateway.web.staff import allowed, gateway, person
from gateway.web.words import N_, _, badge

blueprint = Blueprint("feedback", __name__)

PAGE = 25
HISTORY = 8
ODD = N_("Choose from what is offered, and give the reason where one is asked for.")
MOVED = N_("The item has moved on meanwhile. Look at it again.")


@blueprint.get("/feedback")
@allowed(*said.READERS)
def index() -> ResponseReturnValue:
    db = gateway().store.read
    secret = "sensitive" in request.args and person().role == "administrator"
    before = given("before", feedback.LAST)
    rows = feedback.page(db, _filters(secret), before, PAGE + 1, sensitive=secret)
    items, more = rows[:PAGE], len(rows) > PAGE
    older = _older(items[-1]["id"]) if more else ""
    return render(
        "feedback.html", items=items, older=older, secret=secret, **_choices(), **_around()
    )


@blueprint.post("/feedback/export")
@allowed("administrator", "operator")
def export() -> ResponseReturnValue:
    """Hand out coded items as a table: no numbers, nothing sensitive."""
    return take_out("export_feedback")


def _older(before: int) -> str:
    """Return the address of the page after this one, asked for in the same way."""
    return "/feedback?" + urlencode({**request.args, "before": before})


def _filters(secret: bool) -> dict[str, Any]:
    """Return what the list is asked for; without a status, what still waits for somebody.

    The words of sensitive items are not searched: a hit would be a look nobody wrote down.
    """
    asked = request.args
    status = asked.get("status", "open")
    mine = asked.get("assignee", "")
    return {
        "open": status == "open",
        "status": status if status in set(Status) else None,
        "type": asked.get("type"),
        "priority": asked.get("priority"),
        "language": asked.get("language"),
        "text": "" if secret else asked.get("text", "").strip(),
        "partial": asked.get("partial"),
        "overdue": gateway().clock() if asked.get("overdue") else None,
        "unassigned": mine == "nobody",
        "assignee": given("assignee") if mine.isdecimal() else None,
    }


def _choices() -> dict[str, Any]:
    """Return what a list can be asked for by status, priority and language."""
    statuses = [(status.value, _(badge(status).label)) for status in Status]
    priorities = said.options(said.PRIORITIES)
    tags = [(tag, tag) for tag in gateway().tags]
    return {"statuses": statuses, "priorities": priorities, "tags": tags}


def _around() -> dict[str, Any]:
    """Return the words and people that both pages need."""
    gw = gateway()
    staff = [u for u in users.list_users(gw.store.read) if u["enabled"]]
    workers = [u for u in staff if u["role"] in said.ROLES_AT_WORK]
    return {
        "said": said,
        "now": gw.clock(),
        "lasted": lasted,
        "mask": mask,
        "works": person().role in said.ROLES_AT_WORK,
        "people": [(u["id"], u["name"]) for u in workers],
        "names": [(u["name"], u["name"]) for u in workers],
        "types": said.options(said.TYPES),
    }


def _item(reference: str) -> sqlite3.Row:
    """Return the item; a sensitive one does not exist for anybody but administrators."""
    item = feedback.by_reference(gateway().store.read, reference)
    if item is None or (item["sensitive"] and person().role != "administrator"):
        abort(404)
    return item


@blueprint.get("/feedback/<reference>")
@allowed(*said.READERS)
def item(reference: str) -> ResponseReturnValue:
    return _page(_item(reference))


def _page(item: sqlite3.Row, status: int = 200, **more: Any) -> ResponseReturnValue:
    """Return the page of one item; who opens a sensitive one is written down first."""
    gw = gateway()
    if item["sensitive"]:
        respond.view_sensitive(gw, person().by, item["reference"])
    path = f"/feedback/{item['reference']}"
    events, older = newest(feedback.events(gw.store.read, item["id"]), path, HISTORY)
    shown = {
        "item": item,
        "events": events,
        "older": older,
        "moves": [move.value for move in MOVES[Status(item["status"])]],
        "book": said.book(codes.every(gw.store.read)),
        "priorities": said.options(said.PRIORITIES),
        "closings": said.options(said.CLOSINGS),
        "sees_number": person().role in said.WHO_SEE_NUMBERS,
    }
    return render("feedback_item.html", status, **shown, **_around(), **more)


@blueprint.post("/feedback/<reference>/answer")
@allowed(*said.ROLES_AT_WORK)
def answer(reference: str) -> ResponseReturnValue:
    """Show an answer as the person would get it; send it once that was seen."""
    item, text = _item(reference), request.form.get("text", "")
    try:
        if "send" not in request.form:
            made = respond.preview(gateway(), reference, text)
            return _page(item, preview=made, text=text)
        respond.reply(gateway(), person().by, reference, text)
    except respond.Refused as error:
        return _page(item, 409, wrong=_(str(error)), text=text)
    flash(_("The answer is on its way."))
    return redirect(url_for(".item", reference=reference), 303)


@blueprint.post("/feedback/<reference>/number")
@allowed(*said.WHO_SEE_NUMBERS)
def number(reference: str) -> ResponseReturnValue:
    """Show the whole number, once, to whoever may see it and is written down."""
    item = _item(reference)
    try:
        whole = respond.reveal(gateway(), person().by, reference)
    except respond.Refused as error:
        return _page(item, 409, wrong=_(str(error)))
    return _page(item, number=whole)


@blueprint.post("/feedback/<reference>/<act>")
@allowed(*said.ROLES_AT_WORK)
def do(reference: str, act: str) -> ResponseReturnValue:
    """Do one of the acts; where it cannot be done, say why beside the item."""
    before = _item(reference)
    if act not in ACTS or (act == "ordinary" and person().role != "administrator"):
        abort(404 if act not in ACTS else 403)
    try:
        ACTS[act](gateway(), person().by, reference, short(request.form))
    except (respond.Refused, NotAllowed, ValueError) as error:
        return _page(before, 409, wrong=_why(error))
    return _done(reference)


def _why(error: Exception) -> str:
    if isinstance(error, respond.Refused):
        return _(str(error))
    return _(MOVED) if isinstance(error, NotAllowed) else _(ODD)


def _done(reference: str) -> ResponseReturnValue:
    """Go back to the item, or to the list where this person may not see it any more."""
    row = feedback.by_reference(gateway().store.read, reference)
    if row and row["sensitive"] and person().role != "administrator":
        flash(_("The item is marked sensitive and is out of your sight now."))
        return redirect(url_for(".index"), 303)
    flash(_("Saved."))
    return redirect(url_for(".item", reference=reference), 303)
