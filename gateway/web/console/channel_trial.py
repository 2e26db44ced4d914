"""Trying a channel from its page: what its provider says, in words."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from gateway import trial
from gateway.domain.alerts import Refused
from gateway.domain.messages import Outcome
from gateway.web import staff
from gateway.web.console import channels
from gateway.web.staff import allowed, gateway
from gateway.web.words import _

blueprint = Blueprint("channel_trial", __name__)


@blueprint.post("/channels/<name>/try")
@allowed("administrator", "operator")
def attempt(name: str) -> ResponseReturnValue:
    """Sign in, or text the number that was given; say what came of it on the channel's page."""
    channel, to = channels.known(name), request.form.get("to", "").strip()
    try:
        told = trial.running(gateway(), channel, to)
    except Refused as error:
        return channels.page(channel, wrong={"to": _(error.sentence)}, to=to)
    what = {"outcome": told.outcome.value, "texted": bool(to)}
    staff.act("channel.try", f"channel:{name}", lambda db: None, what)
    tone = "message" if told.outcome is Outcome.ACCEPTED else "bad"
    flash(f"{_(told.words)} {told.code}".rstrip(), tone)
    return redirect(f"/channels/{name}", 303)
