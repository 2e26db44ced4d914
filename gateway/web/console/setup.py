"""Passwords: by a one-time link, the first administrator's too, and by oneself."""

import sqlite3

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.store import audit, users
from gateway.web import staff
from gateway.web.pages import render
from gateway.web.staff import allowed, gateway, person
from gateway.web.words import N_, _

blueprint = Blueprint("setup", __name__)

OLD = N_("This is not your password. After several failures, wait a few minutes.")
UNLIKE = N_("The two passwords are not the same. Type them again.")


@blueprint.get("/setup/<token>")
def first(token: str) -> ResponseReturnValue:
    return _form(token, "setup")


@blueprint.get("/password/<token>")
def new(token: str) -> ResponseReturnValue:
    return _form(token, "password")


def _form(token: str, purpose: str, wrong: str = "", status: int = 200) -> ResponseReturnValue:
    gw = gateway()
    link = users.open_link(gw.store.read, token, purpose, gw.clock())
    if link is None:
        return render("link_gone.html", 404, purpose=purpose)
    name = link["name"] or request.form.get("name", "")
    return render("password.html", status, purpose=purpose, name=name, wrong=wrong)


@blueprint.post("/setup/<token>")
def begin(token: str) -> ResponseReturnValue:
    return _take(token, "setup", request.form.get("name", ""))


@blueprint.post("/password/<token>")
def change(token: str) -> ResponseReturnValue:
    gw = gateway()
    link = users.open_link(gw.store.read, token, "password", gw.clock())
    return _take(token, "password", link["name"] if link else "")


def _take(token: str, purpose: str, name: str) -> ResponseReturnValue:
    """Use the link: keep the new password and sign in; hashed before the writer sees it."""
    gw, password = gateway(), request.form.get("password", "")
    if users.open_link(gw.store.read, token, purpose, gw.clock()) is None:
        return _form(token, purpose)
    if password != request.form.get("again", ""):
        return _form(token, purpose, _(UNLIKE), 400)
    try:
        kept = users.hashed(password, name)
        id = gw.store.write(lambda db: _keep(db, token, purpose, name, kept, gw.clock()))
    except users.UserError as error:
        return _form(token, purpose, _(str(error)), 400)
    if id is None:
        return _form(token, purpose)
    return staff.sign_in(id, redirect("/", 303))


def _keep(
    db: sqlite3.Connection, token: str, purpose: str, name: str, kept: str, now: float
) -> int | None:
    """Return the id of the user who may now sign in; None if the link was just used."""
    link = users.open_link(db, token, purpose, now)
    if link is None:
        return None
    if link["user"] is None:
        id = users.add_user(db, name, "administrator", None, now)[0]
    else:
        id = int(link["user"])
    users.set_password(db, id, kept)
    users.use_link(db, token, now)
    by = f"user:{users.tidy(name)}"
    audit.write(db, now, by, "user.setup" if purpose == "setup" else "password_new", by)
    return id


@blueprint.get("/password")
@allowed()
def own() -> ResponseReturnValue:
    return _own()


def _own(wrong: str = "", status: int = 200) -> ResponseReturnValue:
    return render("password.html", status, purpose="own", name=person().name, wrong=wrong)


@blueprint.post("/password")
@allowed()
def change_own() -> ResponseReturnValue:
    """Change one's password; every other sign-in made with the old one ends."""
    password, me = request.form.get("password", ""), person()
    if password != request.form.get("again", ""):
        return _own(_(UNLIKE), 400)
    if not staff.fresh(request.form.get("old", "")):
        return _own(_(OLD), 400)
    try:
        kept = users.hashed(password, me.name)
    except users.UserError as error:
        return _own(_(str(error)), 400)
    staff.act("password_new", me.by, lambda db: users.set_password(db, me.id, kept))
    return staff.sign_in(me.id, redirect("/", 303))
