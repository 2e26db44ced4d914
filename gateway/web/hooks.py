"""Providers come in here: one route serves them all."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, request

from gateway import fetch, receive
from gateway.context import Channel, Gateway
from gateway.domain.messages import Event, Turn
from gateway.providers import Answer, Forged, Hook, HookError
from gateway.providers.fetching import Polled
from gateway.providers.reading import pairs

blueprint = Blueprint("hooks", __name__)

FORM = "application/x-www-form-urlencoded"


METHODS = ["GET", "POST", "PUT"]


@blueprint.route("/hooks/<name>/<any(message, receipt, ussd):kind>", methods=METHODS)
@blueprint.route("/hooks/<name>/<any(ussd):kind>/<path:_step>", methods=METHODS)
def hook(name: str, kind: str, _step: str = "") -> Response:
    """Verify, read, keep, decide; answer only once it is on disk.

    Some say the session and the step of USSD behind the address they were given.
    """
    gw: Gateway = current_app.extensions["gateway"]
    answer = answered(gw, name, kind, request.environ, request.get_data())
    if answer is None:
        abort(404)
    return Response(answer.body, answer.status, answer.headers, content_type=answer.type)


def answered(
    gw: Gateway, name: str, kind: str, environ: Mapping[str, Any], body: bytes
) -> Answer | None:
    """Take a call as a WSGI server tells it; None if there is no channel of that name."""
    channel = gw.channels.get(name)
    return taken(gw, channel, _hook(gw, kind, environ, body)) if channel else None


def taken(gw: Gateway, channel: Channel, call: Hook) -> Answer:
    """Take a call, or refuse it; return what the provider must hear.

    What could be read of a call is taken: one bad message must not hold up those that came
    with it. The whole is then kept for a person to look at.
    """
    events: list[Event] = []
    try:
        channel.provider.verify(call)
        if channel.provider.can.polled and (wants := _wants(channel, call)):
            return fetch.came(gw, channel, call, wants)
        for event in channel.provider.read(call):
            events.append(event)
    except HookError as error:
        if not events:
            return _refused(gw, channel, call, error)
        receive.keep_call(gw, channel.name, call.kind, str(error), _raw(call))
    return _decided(gw, channel, call, events)


def _wants(channel: Channel, call: Hook) -> str:
    return cast(Polled, channel.provider).wants(call)


def _hook(gw: Gateway, kind: str, environ: Mapping[str, Any], body: bytes) -> Hook:
    """Describe the call as the provider made it: their signature covers the public address."""
    query = environ.get("QUERY_STRING", "")
    headers = {
        name[5:].replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    type = environ.get("CONTENT_TYPE", "")
    if type:
        headers["Content-Type"] = type
    is_form = type.partition(";")[0].strip().lower() in ("", FORM)
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    return Hook(
        kind=kind,
        method=environ["REQUEST_METHOD"],
        url=gw.settings.public_url + path + (f"?{query}" if query else ""),
        headers=headers,
        query=pairs(query),
        form=pairs(body) if is_form and body else (),
        body=body,
    )


def _decided(gw: Gateway, channel: Channel, call: Hook, events: Sequence[Event]) -> Answer:
    if not events:
        receive.keep_call(gw, channel.name, call.kind, "not understood", _raw(call))
    for event in events:
        # An ending without a sender tells us nothing: a session unused is closed in time.
        if not isinstance(event, Turn) or not event.sender:
            continue
        if screen := receive.turn(gw, channel, event):
            return channel.provider.screen(call, screen)
    others = [event for event in events if not isinstance(event, Turn)]
    texts = receive.take(gw, channel, others, _raw(call)) if others else []
    return channel.provider.answer(call, texts)


def _raw(call: Hook) -> bytes:
    """What is kept of a call: its body, or its query, never the key that opens the door."""
    query = tuple((name, value) for name, value in call.query if name != "key")
    return call.body or urlencode(query).encode()


def _refused(gw: Gateway, channel: Channel, call: Hook, error: HookError) -> Answer:
    """Keep a garbled call for a person to look at; a forged one leaves no trace in the store."""
    if not isinstance(error, Forged):
        receive.keep_call(gw, channel.name, call.kind, str(error), _raw(call))
    return channel.provider.refuse(call, error)
