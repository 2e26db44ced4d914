"""Users: who may come in, added and shut out by an administrator."""

import sqlite3
from collections.abc import Callable

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from gateway.store import users
from gateway.web import staff
from gateway.web.pages import render
from gateway.web.staff import allowed, gateway, person
from gateway.web.words import N_, ROLES, _

blueprint = Blueprint("users", __name__)

MYSELF = N_("You cannot do this to yourself. Ask another administrator.")


@blueprint.get("/users")
@allowed("administrator")
def show() -> ResponseReturnValue:
    return _page()


def _page(
    status: int = 200, wrong: str = "", name: str = "", role: str = ""
) -> ResponseReturnValue:
    gw = gateway()
    rows = [(row, state(row, gw.clock())) for row in users.list_users(gw.store.read)]
    roles = [(word, _(label)) for word, label in ROLES.items()]
    return render(
        "users.html", status, users=rows, roles=roles, wrong=wrong, name=name,
        role=role or "operator",
    )  # fmt: skip


def state(row: sqlite3.Row, now: float) -> str:
    """Return the word for how a user stands."""
    if not row["enabled"]:
        return "disabled"
    if not row["password"]:
        return "invited"
    return "locked" if users.locked(row, now) else "enabled"


@blueprint.post("/users")
@allowed("administrator")
def add() -> ResponseReturnValue:
    name, role = request.form.get("name", ""), request.form.get("role", "")
    now = gateway().clock()
    try:
        subject = f"user:{users.tidy(name)}"
        link = staff.act(
            "user.add",
            subject,
            lambda db: users.add_user(db, name, role, None, now)[1],
            {"role": role},
        )
    except users.UserError as error:
        return _page(400, _(str(error)), name, role)
    return _handed(name, link or "")


def _handed(name: str, link: str) -> ResponseReturnValue:
    """Show a one-time link, this once, to be handed over."""
    address = f"{gateway().settings.public_url}/password/{link}"
    return render("user_link.html", name=name, address=address)


@blueprint.post("/users/<name>/link")
@allowed("administrator")
def link(name: str) -> ResponseReturnValue:
    now, name = gateway().clock(), _kept(name)
    try:
        token = staff.act(
            "user.reset", f"user:{name}", lambda db: users.password_link(db, name, now)
        )
    except users.UserError as error:
        return _page(400, _(str(error)))
    return _handed(name, token)


@blueprint.post("/users/<name>/role")
@allowed("administrator")
def role(name: str) -> ResponseReturnValue:
    wanted = request.form.get("role", "")
    if _myself(name):
        return _page(400, _(MYSELF))
    return _act(name, "user.role", lambda db: users.set_role(db, name, wanted), role=wanted)


@blueprint.post("/users/<name>/disable")
@allowed("administrator")
def disable(name: str) -> ResponseReturnValue:
    if _myself(name):
        return _page(400, _(MYSELF))
    return _act(name, "user.disable", lambda db: users.disable_user(db, name))


@blueprint.post("/users/<name>/enable")
@allowed("administrator")
def enable(name: str) -> ResponseReturnValue:
    return _act(name, "user.enable", lambda db: users.enable_user(db, name))


def _kept(name: str) -> str:
    """Return a name of an address as it is kept: in other letters it is the same user."""
    row = users.by_name(gateway().store.read, name)
    return str(row["name"]) if row else name


def _myself(name: str) -> bool:
    return _kept(name) == person().name


def _act(
    name: str, act: str, work: Callable[[sqlite3.Connection], None], **detail: str
) -> ResponseReturnValue:
    name = _kept(name)
    try:
        staff.act(act, f"user:{name}", work, detail)
    except users.UserError as error:
        return _page(400, _(str(error)))
    flash(_("Done: %(name)s", name=name))
    return redirect("/users", 303)
