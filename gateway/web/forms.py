"""Proof that a form is ours: every POST of a page carries a token bound to the sign-in."""

import hmac
import secrets

from flask import Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue

from gateway.web import staff
from gateway.web.words import gateway

VISIT_COOKIE = "visit"
FIELD = "csrf"


def _bound_to() -> str:
    """Return what the token is bound to: the sign-in or, before that, this visit."""
    return staff.token() or visit()


def visit() -> str:
    """Return the mark of a browser nobody has signed in with yet."""
    if "visit" not in g:
        g.visit = request.cookies.get(VISIT_COOKIE) or secrets.token_urlsafe(16)
    found: str = g.visit
    return found


def _sign(salt: str) -> str:
    key = gateway().settings.key_for("csrf")
    return hmac.digest(key, f"{salt}.{_bound_to()}".encode(), "sha256").hex()[:32]


def csrf_token() -> str:
    """Return the token for the forms of this page.

    Its salt is fresh for each page: pages are compressed, and the length of a compressed
    page would otherwise betray a token that stays the same (BREACH).
    """
    if "csrf" not in g:
        salt = secrets.token_urlsafe(9)
        g.csrf = f"{salt}.{_sign(salt)}"
    found: str = g.csrf
    return found


def ours(token: str) -> bool:
    """Whether a form with this token was made here, for this browser."""
    salt, _, signed = token.partition(".")
    return hmac.compare_digest(signed.encode(), _sign(salt).encode())


def check() -> ResponseReturnValue | None:
    """Refuse a POST that is not from a form of ours; before every request of a page."""
    if request.method != "POST" or request.url_rule is None:
        return None  # what is not there needs no form of ours to say so
    if ours(request.form.get(FIELD, "")):
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    if hasattr(view, "roles") and g.get("person") is None:
        return staff.to_sign_in()
    return abort(400)


def keep_visit(response: Response) -> Response:
    """Give the browser its mark when a form was made for a visitor."""
    if g.get("visit") and request.cookies.get(VISIT_COOKIE) != g.visit:
        response.set_cookie(VISIT_COOKIE, g.visit, **staff.cookie_rules())
    return response
