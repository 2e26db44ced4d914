"""Signing in and out, and choosing the language of the pages."""

from urllib.parse import urlsplit

from flask import Blueprint, g, make_response, redirect, request
from flask.typing import ResponseReturnValue

from gateway.store import audit, users
from gateway.web import staff
from gateway.web.pages import render
from gateway.web.staff import allowed, gateway, person
from gateway.web.words import LANGUAGE_COOKIE, _

blueprint = Blueprint("sign_in", __name__)

A_YEAR = 365 * 86400


def home(path: str) -> str:
    """Return a path of ours to go on to, or / for anything that leads elsewhere.

    >>> home("/feedback?page=2"), home("//evil.example"), home("https://evil.example/")
    ('/feedback?page=2', '/', '/')
    >>> home("/\\\\evil.example"), home("")
    ('/', '/')
    """
    parts = urlsplit(path)
    ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    plain = path.isprintable() and "\\" not in path
    return path if ours and plain and not parts.scheme and not parts.netloc else "/"


@blueprint.get("/sign-in")
def show() -> ResponseReturnValue:
    if g.person:
        return redirect(home(request.args.get("next", "")))
    return render("sign_in.html", next=request.args.get("next", ""))


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    name, password = request.form.get("name", ""), request.form.get("password", "")
    onward = request.form.get("next", "")
    id = staff.proven(name, password)
    if id is None:
        wrong = _(
            "This name and password do not fit together. Try again; "
            "after several failures, wait a few minutes."
        )
        return render("sign_in.html", 401, next=onward, name=name, wrong=wrong)
    note(id, "sign_in")
    return staff.sign_in(id, redirect(home(onward), 303))


def note(id: int, act: str) -> None:
    """Write in the audit what a user did to their own sign-in or password."""
    gw = gateway()
    user = users.by_id(gw.store.read, id)
    by = f"user:{user['name']}" if user else "system"
    gw.store.write(lambda db: audit.write(db, gw.clock(), by, act, by))


@blueprint.post("/sign-out")
@allowed()
def leave() -> ResponseReturnValue:
    note(person().id, "sign_out")
    return staff.sign_out(redirect("/sign-in", 303))


@blueprint.post("/language")
def speak() -> ResponseReturnValue:
    gw, tag = gateway(), request.form.get("language", "")
    answer = make_response(redirect(home(request.form.get("next", "")), 303))
    if tag not in gw.languages.console():
        return answer
    if g.person:
        id = person().id
        gw.store.write(lambda db: users.set_language(db, id, tag))
    answer.set_cookie(LANGUAGE_COOKIE, tag, max_age=A_YEAR, **staff.cookie_rules())
    return answer
