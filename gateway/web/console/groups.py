"""Groups: made, filled and emptied; exercises go to those marked for it, and to no other."""

import sqlite3
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from gateway import people
from gateway.domain.alerts import Refused
from gateway.domain.phone import mask
from gateway.store import contacts, groups
from gateway.web.console.alert_words import called, why
from gateway.web.console.contacts import READERS, WORKERS
from gateway.web.pages import BIGGEST, given, render
from gateway.web.staff import act, allowed, gateway, person
from gateway.web.words import N_, _

blueprint = Blueprint("groups", __name__)

ROWS = 25
TAKEN = N_("There is a group of this name already.")
UNKNOWN = N_("Nobody with this number is among the contacts. Bring them in first.")


@blueprint.get("/groups")
@allowed(*READERS)
def index() -> ResponseReturnValue:
    return _list()


def _list(status: int = 200, wrong: str = "", name: str = "") -> ResponseReturnValue:
    rows = groups.page(gateway().store.read, request.args.get("after", ""), ROWS + 1)
    further = urlencode({"after": rows[ROWS - 1]["name"]}) if len(rows) > ROWS else ""
    return render(
        "groups.html", status, rows=rows[:ROWS], wrong=wrong, name=name,
        further=f"/groups?{further}" if further else "", works=person().role in WORKERS,
    )  # fmt: skip


@blueprint.post("/groups")
@allowed(*WORKERS)
def make() -> ResponseReturnValue:
    name = " ".join(request.form.get("name", "").split())
    if not people.fit_for_a_group(name):
        return _list(409, _(people.NOT_A_GROUP), name)
    exercise = bool(request.form.get("exercise"))
    try:
        id = act("group.make", "groups", lambda db: groups.make(db, name, exercise))
    except sqlite3.IntegrityError:
        return _list(409, _(TAKEN), name)
    return redirect(f"/groups/{id}", 303)


def _group(id: int) -> sqlite3.Row:
    return groups.by_id(gateway().store.read, id) or abort(404)


@blueprint.get("/groups/<int:id>")
@allowed(*READERS)
def show(id: int) -> ResponseReturnValue:
    return _page(_group(id))


def _page(group: sqlite3.Row, status: int = 200, wrong: str = "") -> ResponseReturnValue:
    rows = groups.members(gateway().store.read, group["id"], given("before", BIGGEST), ROWS + 1)
    path = f"/groups/{group['id']}"
    older = f"{path}?before={rows[ROWS - 1]['id']}" if len(rows) > ROWS else ""
    return render(
        "group.html", status, group=group, rows=rows[:ROWS], older=older, wrong=wrong, mask=mask,
        called=called, works=person().role in WORKERS,
    )  # fmt: skip


@blueprint.post("/groups/<int:id>/add")
@allowed(*WORKERS)
def add(id: int) -> ResponseReturnValue:
    """Put somebody we know into the group, by number."""
    group, gw = _group(id), gateway()
    try:
        value = people.address_of(gw, request.form.get("number", "").strip())
    except Refused as error:
        return _page(group, 409, why(error))
    found = contacts.by_value(gw.store.read, value)
    if found is None:
        return _page(group, 409, _(UNKNOWN))
    contact = found.contact
    act("group.add", f"group:{id}", lambda db: groups.join(db, id, contact), {"contact": contact})
    flash(_("Added."))
    return redirect(f"/groups/{id}", 303)


@blueprint.post("/groups/<int:id>/remove")
@allowed(*WORKERS)
def remove(id: int) -> ResponseReturnValue:
    _group(id)
    contact = given("contact", form=True)
    detail = {"contact": contact}
    act("group.remove", f"group:{id}", lambda db: groups.leave(db, id, contact), detail)
    flash(_("Taken out of the group."))
    return redirect(f"/groups/{id}", 303)


@blueprint.post("/groups/<int:id>/exercise")
@allowed(*WORKERS)
def exercise(id: int) -> ResponseReturnValue:
    """Say whether exercises go to this group."""
    on = not _group(id)["exercise"]
    act("group.exercise", f"group:{id}", lambda db: groups.rehearse(db, id, on), {"on": on})
    return redirect(f"/groups/{id}", 303)
