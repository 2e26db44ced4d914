"""Providers come in here: one route serves them all."""

from collections.abc import Sequence
from functools import partial
from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, request

from gateway import fetch, receive
from gateway.context import Channel, Gateway
from gateway.domain.messages import Event, Screen, Turn
from gateway.providers import Answer, Forged, Hook, HookError
from gateway.providers.fetching import Polled
from gateway.providers.reading import pairs
from gateway.receive import calls
from gateway.store.units import alone
from gateway.web.called import Called, Pending, joined

blueprint = Blueprint("hooks", __name__)

FORM = "application/x-www-form-urlencoded"


METHODS = ["GET", "POST", "PUT"]


@blueprint.route("/hooks/<name>/<any(message, receipt, ussd):kind>", methods=METHODS)
@blueprint.route("/hooks/<name>/<any(ussd):kind>/<path:_step>", methods=METHODS)
def hook(name: str, kind: str, _step: str = "") -> Response:
    """Verify, read, keep, decide; answer only once it is on disk.

    Some say the session and the step of USSD behind the address they were given.
    """
    if request.method not in METHODS:
        abort(405)  # HEAD comes with GET
    gw: Gateway = current_app.extensions["gateway"]
    channel = gw.channels.get(name)
    if channel is None:
        abort(404)
    query = request.query_string.decode("latin-1")
    called = Called(request.method, request.path, query, joined(request.headers))
    answer = taken(gw, channel, _hook(gw, kind, called, request.get_data()))
    return Response(answer.body, answer.status, answer.headers, content_type=answer.type)


def pending(gw: Gateway, name: str, kind: str, called: Called, body: bytes) -> Pending | None:
    """Return what a call brings to be kept; None, or an error, if it is none of the usual ones."""
    channel = gw.channels.get(name)
    if channel is None or _takes_long(channel, kind):
        return None
    call = _hook(gw, kind, called, body)
    channel.provider.verify(call)
    events = list(channel.provider.read(call))
    if [event for event in events if isinstance(event, Turn)]:
        return _step(gw, channel, call, events[0]) if len(events) == 1 else None
    if not events:
        return None
    item = receive.call(gw, channel, events, _raw(call))
    return Pending(calls.take, item, partial(channel.provider.answer, call), (channel.id,))


def _takes_long(channel: Channel, kind: str) -> bool:
    """Whether to answer takes more than the store: nobody else may wait for that."""
    can = channel.provider.can
    return can.polled or (can.pushes and kind == "ussd")


def _step(gw: Gateway, channel: Channel, call: Hook, turn: Event) -> Pending | None:
    """Return one step of USSD to be taken; None for an ending that nobody is named in."""
    provider = channel.provider
    if not isinstance(turn, Turn) or not turn.sender:
        return None

    def answer(screen: Screen | None) -> Answer:
        return provider.screen(call, screen) if screen else provider.answer(call)

    return Pending(alone, receive.stepping(gw, channel, turn), answer, (channel.id,))


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


def _hook(gw: Gateway, kind: str, called: Called, body: bytes) -> Hook:
    """Describe the call as the provider made it: their signature covers the public address."""
    query = called.query
    type = called.headers.get("Content-Type", "")
    is_form = type.partition(";")[0].strip().lower() in ("", FORM)
    return Hook(
        kind=kind,
        method=called.method,
        url=gw.settings.public_url + called.path + (f"?{query}" if query else ""),
        headers=called.headers,
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
