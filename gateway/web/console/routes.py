"""Who goes by which channel: the rules of staff, the most exact first."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from gateway import routes
from gateway.domain.alerts import Refused
from gateway.domain.messages import Class
from gateway.routes import Said
from gateway.store import channels
from gateway.web.console.alert_words import why
from gateway.web.pages import render
from gateway.web.staff import allowed, gateway, person
from gateway.web.words import N_, _, badge

blueprint = Blueprint("routes", __name__)

ROWS = 60
NOT_A_RANK = N_("A rank is a whole number.")


@blueprint.get("/routes")
@allowed()
def every() -> ResponseReturnValue:
    return _page(Said(""))


def _page(wanted: Said, wrong: str = "", field: str | None = None) -> ResponseReturnValue:
    db = gateway().store.read
    rules = routes.said(db)
    classes = [("", _("Any")), *((c.word, _(badge(c.word).label)) for c in Class)]
    return render(
        "routes.html", 400 if wrong else 200, rules=rules[:ROWS], more=len(rules) > ROWS,
        wanted=wanted, wrong=wrong, field=field, classes=classes,
        names=[(row["name"], row["name"]) for row in channels.every(db)],
        works=person().role == "administrator",
    )  # fmt: skip


def _asked() -> Said:
    """Read a rule; a prefix, a P-code and a class may stay empty."""
    form = {name: value.strip() for name, value in request.form.items()}
    rank = form.get("rank") or "1"
    if not (rank.isascii() and rank.isdecimal()):
        raise Refused(NOT_A_RANK, "rank")
    place = (form.get("channel", ""), form.get("prefix", ""), form.get("area", ""))
    return Said(*place, form.get("urgency", ""), int(rank[:9]))


@blueprint.post("/routes")
@allowed("administrator")
def say() -> ResponseReturnValue:
    try:
        routes.say(gateway(), person().by, _asked())
    except Refused as error:
        form = [request.form.get(key, "") for key in ("channel", "prefix", "area", "urgency")]
        wanted = Said(form[0], form[1], form[2], form[3])
        return _page(wanted, why(error), error.field)
    return _done()


@blueprint.post("/routes/forget")
@allowed("administrator")
def forget() -> ResponseReturnValue:
    try:
        routes.forget(gateway(), person().by, _asked())
    except Refused as error:
        return _page(Said(""), why(error), error.field)
    return _done()


def _done() -> ResponseReturnValue:
    flash(_("Saved."))
    return redirect("/routes", 303)
