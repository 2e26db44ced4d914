"""While you were away: what became of messages in a time when nothing could be handed over."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from gateway.domain.messages import Class
from gateway.store import away
from gateway.web.pages import given, render
from gateway.web.staff import act, allowed, gateway

blueprint = Blueprint("away", __name__)


@blueprint.get("/away")
@allowed()
def show() -> ResponseReturnValue:
    found = away.summary(gateway().store.read)
    waiting = (
        [(Class(n).word, count) for n, count in sorted(found.waiting.items())] if found else []
    )
    words = {class_.value: class_.word for class_ in Class}
    return render("away.html", found=found, waiting=waiting, words=words)


@blueprint.post("/away")
@allowed("administrator", "operator", "approver")
def close() -> ResponseReturnValue:
    """Take note of what is on the page; what comes later stays."""
    last, now = given("last", form=True), gateway().clock()
    act("away.close", f"away:{last}", lambda db: away.close(db, last, now))
    return redirect("/", 303)
