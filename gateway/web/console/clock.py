"""The clock: what it shows, whether it is trusted, and a person's word for it."""

from datetime import datetime

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.clock import keeping
from gateway.domain.clock import RELEASED, WORDS
from gateway.web.pages import render
from gateway.web.staff import allowed, gateway, person
from gateway.web.words import N_, gettext, zone

blueprint = Blueprint("clock", __name__)

SETS = ("administrator", "operator")
NOT_A_TIME = N_("Write the day and the hour, as 2026-11-21T18:00.")
TOO_EARLY = N_("That is before this program was made. Look at the year.")
TOO_LATE = N_("That is years after the last message here. Look at the year.")
SHOWN = 10


@blueprint.get("/clock")
@allowed()
def show() -> ResponseReturnValue:
    return _page()


def _page(status: int = 200, wrong: str = "", at: str = "") -> ResponseReturnValue:
    time = gateway().time
    doubts = [(since, None if until == float("inf") else until) for since, until in time.doubts]
    return render(
        "clock.html",
        status,
        trusted=time.trusted,
        why=WORDS[time.why],
        counted=time.now(),
        shown=time.shows(),
        may=person().role in SETS,
        doubts=doubts[:SHOWN],
        wrong=wrong,
        at=at,
    )


@blueprint.post("/clock")
@allowed(*SETS)
def confirm() -> ResponseReturnValue:
    """Take a person's word: what the machine shows is right, or it is another time."""
    gw, typed = gateway(), request.form.get("at", "").strip()
    try:
        at = _moment(typed) if typed else gw.time.shows()
    except ValueError:
        return _page(422, gettext(NOT_A_TIME), typed)
    if at < RELEASED:
        return _page(422, gettext(TOO_EARLY), typed)
    if gw.time.is_slip(at):
        return _page(422, gettext(TOO_LATE), typed)
    keeping.confirm(gw.store, gw.time, person().by, at)
    gw.rouse()
    return redirect("/clock", 303)


def _moment(typed: str) -> float:
    """Return a local time as it was typed; ValueError if it is none, or a day alone."""
    if ":" not in typed:
        raise ValueError(typed)
    at = datetime.fromisoformat(typed)
    return (at if at.tzinfo else at.replace(tzinfo=zone())).timestamp()
