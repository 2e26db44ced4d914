"""Who is here: sign-ins and roles. A page says who may open it with `allowed`."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway.store import audit, users
from gateway.web.tries import Tries
from gateway.web.words import gateway

__all__ = ["Person", "act", "allowed", "fresh", "gateway", "person", "proven"]

COOKIE = "gateway"
SEEN_EVERY = 60.0
GUESSES = 5

P = ParamSpec("P")
T = TypeVar("T")
View = Callable[P, ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in; `by` is how the audit names them, `fresh_at` their last password."""

    id: int
    name: str
    role: str
    language: str | None
    fresh_at: float

    @property
    def by(self) -> str:
        return f"user:{self.name}"


def allowed(*roles: str) -> Callable[[View[P]], View[P]]:
    """Let only people of these roles open a page; with none named, all who are signed in."""

    def only(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if g.get("person") is None:
                return to_sign_in()
            if roles and person().role not in roles:
                g.wanted = roles
                abort(403)
            return view(*args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return only


def to_sign_in() -> ResponseReturnValue:
    """Send to the sign-in page, and from there back to the page that was asked for."""
    wanted = here()
    return redirect(url_for("sign_in.show", next=wanted if wanted != "/" else None))


def here() -> str:
    """Return the address of this page; of what was sent, that of the page it was sent from."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    path, pages = request.path, current_app.create_url_adapter(request)
    while pages and path and "GET" not in pages.allowed_methods(path):
        path = path.rpartition("/")[0]
    return path or "/"


def person() -> Person:
    """Return who is signed in; only for pages that are `allowed`."""
    found: Person | None = g.get("person")
    if found is None:
        abort(403)
    return found


def token() -> str:
    """Return the sign-in token the browser brought, or an empty text."""
    return request.cookies.get(COOKIE, "")


def meet() -> None:
    """Find out who is here, before every request of a page; the idle are forgotten."""
    g.person, mark = None, token()
    if not mark:
        return
    gw = gateway()
    row = users.by_sign_in(gw.store.read, mark)
    now = gw.clock()
    idle = abs(now - row["seen_at"]) if row else 0.0  # a clock that jumps ends the sign-in
    if row is None or idle > int(gw.settings["SIGN_IN_MINUTES"]) * 60:
        return
    g.person = Person(row["id"], row["name"], row["role"], row["language"], row["fresh_at"])
    if idle > SEEN_EVERY:
        gw.store.write(lambda db: users.touch(db, mark, now))


def act(
    word: str,
    subject: str,
    work: Callable[[sqlite3.Connection], T],
    detail: Mapping[str, object] | None = None,
) -> T:
    """Do work in the store and note in the audit that the person here did it: both or neither.

    The work runs in the writer's thread, where there is no request: give it what it needs.
    """
    gw, by = gateway(), person().by

    def noted(db: sqlite3.Connection) -> T:
        result = work(db)
        audit.write(db, gw.clock(), by, word, subject, detail)
        return result

    return gw.store.write(noted)


def tries() -> Tries:
    found: Tries = current_app.extensions["tries"]
    return found


def proven(name: str, password: str) -> int | None:
    """Return the id of the user whose name and password these are; wrong ones wait longer."""
    gw, place = gateway(), request.remote_addr or ""
    if not tries().may(place, gw.clock()):
        return None
    before = _failures(name)
    row = users.check_password(gw, name, password)
    if row is None:
        tries().failed(place, gw.clock())
        _note_guessing(name, before)
        return None
    return int(row["id"])


def _failures(name: str) -> int:
    row = users.by_name(gateway().store.read, name)
    return int(row["failures"]) if row else 0


def _note_guessing(name: str, before: int) -> None:
    """Note each failure that makes a user wait; a name that nobody has is not kept.

    People type their password into the name field.
    """
    gw, failures = gateway(), _failures(name)
    if not before < failures or not users.wait_after(failures):
        return
    row = users.by_name(gw.store.read, name)
    subject = f"user:{row['name']}" if row else "user"
    detail = {"failures": failures}
    gw.store.write(
        lambda db: audit.write(db, gw.clock(), "system", "sign_in_refused", subject, detail)
    )


def fresh(password: str) -> bool:
    """Whether the person here proves again, just now, that it is them.

    Strangers who guess at their name make only the door wait: else anybody could keep an
    approver from approving. Who guesses here, at a machine left open, is signed out.
    """
    gw, mark = gateway(), token()
    now, guesser = gw.clock(), f"sign-in:{mark}"
    if not tries().take(guesser, now, GUESSES) or not users.is_theirs(gw, person().id, password):
        _end_guessing(guesser, mark, now)
        return False
    tries().forget(guesser)
    gw.store.write(lambda db: users.freshen(db, mark, now))
    g.person = replace(person(), fresh_at=now)
    return True


def _end_guessing(guesser: str, mark: str, now: float) -> None:
    """End a sign-in that was wrong as often as it may be, and note it."""
    if tries().left(guesser, now, GUESSES):
        return
    subject = person().by

    def end(db: sqlite3.Connection) -> None:
        if users.by_sign_in(db, mark):
            users.end_sign_in(db, mark)
            audit.write(db, now, "system", "sign_in_ended", subject, {"failures": GUESSES})

    gateway().store.write(end)


def sign_in(id: int, answer: ResponseReturnValue) -> ResponseReturnValue:
    """Begin a sign-in, ending the one this browser had; the answer carries its cookie."""
    gw, old = gateway(), token()

    def begin(db: sqlite3.Connection) -> str:
        users.end_sign_in(db, old)
        return users.start_sign_in(db, id, gw.clock())

    response = current_app.make_response(answer)
    response.set_cookie(COOKIE, gw.store.write(begin), **cookie_rules())
    return response


def cookie_rules() -> dict[str, Any]:
    """Return how every cookie of ours is set."""
    secure = gateway().settings.public_url.startswith("https://")
    return {"httponly": True, "samesite": "Lax", "secure": secure, "path": "/"}


def sign_out(answer: ResponseReturnValue) -> ResponseReturnValue:
    """End the sign-in on the server, not only in the browser."""
    gw, mark = gateway(), token()
    gw.store.write(lambda db: users.end_sign_in(db, mark))
    response = current_app.make_response(answer)
    response.delete_cookie(COOKIE, path="/")
    return response
