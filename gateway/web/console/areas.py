"""Areas with their P-codes: looked up, and brought in as a list."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.domain.alerts import Refused
from gateway.domain.keywords import normal
from gateway.store import areas
from gateway.store.capped import SOME
from gateway.web.console.alert_words import why
from gateway.web.console.contacts import begin
from gateway.web.pages import render
from gateway.web.staff import allowed, gateway, person

blueprint = Blueprint("areas", __name__)

ROWS = 25


@blueprint.get("/areas")
@allowed()
def index() -> ResponseReturnValue:
    return _list()


def _list(status: int = 200, wrong: str = "") -> ResponseReturnValue:
    text, after = request.args.get("text", "").strip(), request.args.get("after", "")
    rows = areas.page(gateway().store.read, after, text, normal(text) or text, ROWS + 1)
    asked = {"text": text, "after": rows[ROWS - 1]["pcode"]} if len(rows) > ROWS else {}
    return render(
        "areas.html", status, rows=rows[:ROWS], text=text, wrong=wrong,
        further=f"/areas?{urlencode(asked)}" if asked else "",
        works=person().role == "administrator", some=SOME,
    )  # fmt: skip


@blueprint.post("/areas")
@allowed("administrator")
def brought() -> ResponseReturnValue:
    """Begin to bring in a list of areas."""
    try:
        return redirect(f"/jobs/{begin('areas')}", 303)
    except Refused as error:
        return _list(409, why(error))
