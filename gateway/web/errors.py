"""The pages for what went wrong: plain words, no text and no number of anybody."""

import logging
import traceback

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from gateway.store import StoreClosed
from gateway.web import problems, words
from gateway.web.words import N_

log = logging.getLogger("gateway.web")

ERRORS = {
    400: N_("This was not understood. Go back, load the page again and try once more."),
    403: N_("Your role may not do this."),
    404: N_("There is no such page, or it is no longer here."),
    405: N_("This page cannot be asked for in this way. Go back and use its buttons."),
    413: N_("That is too large. Send a smaller file, or fewer lines at a time."),
    429: N_("That was too often. Wait a few minutes and try again."),
    500: N_("Something went wrong here. It was noted, and what you saved before is kept."),
    503: N_("The gateway is stopping or starting. Wait a minute and try again."),
}


def install(app: Flask) -> None:
    """Give every error of an app its page."""
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(StoreClosed, _closed)
    app.register_error_handler(Exception, _broken)


def _refused(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    return error_page(error.code or 500)


def _closed(error: StoreClosed) -> ResponseReturnValue:
    return error_page(503)


def _broken(error: Exception) -> ResponseReturnValue:
    """Note where it broke; never the exception's own words, which may hold a number."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s at %s\n%s", type(error).__name__, request.endpoint, where)
    return error_page(500)


def error_page(code: int) -> ResponseReturnValue:
    """Return the page for a status; programs and providers get it without the layout."""
    sentence = ERRORS.get(code, ERRORS[400 if code < 500 else 500])
    if request.path.startswith("/api/"):
        return problems.told(code, sentence)
    if request.path.startswith("/hooks/"):
        return sentence, code, {"Content-Type": "text/plain; charset=utf-8"}
    wanted = [words.ROLES[role] for role in g.get("wanted", ())]
    return render_template("error.html", code=code, sentence=sentence, wanted=wanted), code
