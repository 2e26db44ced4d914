"""The audit: who did what, newest first, for administrators and auditors."""

import json
import sqlite3
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from gateway.store import audit
from gateway.web.pages import BIGGEST, given, render
from gateway.web.staff import allowed, gateway

blueprint = Blueprint("audit", __name__)

ROWS = 25


class Line(NamedTuple):
    at: float
    by: str
    act: str
    subject: str
    detail: str


@blueprint.get("/audit")
@allowed("administrator", "auditor")
def show() -> ResponseReturnValue:
    by = request.args.get("by", "").strip()
    act = request.args.get("act", "").strip()
    before = given("before", BIGGEST)
    found = audit.page(gateway().store.read, before, by, act, ROWS + 1)
    asked = {name: value for name, value in (("by", by), ("act", act)) if value}
    older = asked | {"before": found[ROWS - 1]["id"]} if len(found) > ROWS else {}
    return render(
        "audit.html",
        lines=[line(row) for row in found[:ROWS]],
        by=by,
        act=act,
        newest="/audit?" + urlencode(asked) if before != BIGGEST else "",
        older="/audit?" + urlencode(older) if older else "",
    )


def line(row: sqlite3.Row) -> Line:
    """Return an entry with its detail in plain words: `role: operator, …`."""
    detail = json.loads(row["detail"])
    told = ", ".join(f"{name}: {_plain(value)}" for name, value in detail.items())
    return Line(row["at"], row["by"], row["act"], row["subject"], told)


def _plain(value: object) -> str:
    """Return a value as a person writes it.

    >>> _plain(["a", "b"]), _plain(3)
    ('a b', '3')
    """
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
