"""The network between the phone and the gateway: it calls as the simulator's provider would."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from gateway import providers
from gateway.context import Channel, Gateway
from gateway.domain.messages import Phase, Status
from gateway.providers import Hook
from gateway.web.handset.phone import LONGEST_PATH, Phone, dialled
from gateway.web.hooks import FORM, taken

LONGEST_ANSWER = 160  # letters a phone lets one type on a USSD screen


class Refused(Exception):
    """The gateway did not take a call; the text is its reason, in a word."""


class Cut(Exception):
    """The network ended a session that grew too long."""


def channels(gw: Gateway) -> list[Channel]:
    """Return the channels that reach this network."""
    return [channel for channel in gw.channels.all() if channel.row["provider"] == "simulator"]


def text(gw: Gateway, channel: Channel, phone: Phone, words: str, reference: str) -> None:
    """Carry a text to the gateway; the same reference again is the same text."""
    fields = {"from": phone.number, "to": channel.row["address"], "text": words, "id": reference}
    _call(gw, channel, "message", fields)


def delivered(gw: Gateway, channel: Channel, number: str, references: Iterable[str]) -> None:
    """Tell the gateway which of its messages the phone has got."""
    for reference in references:
        fields = {"id": reference, "status": Status.DELIVERED, "to": number}
        _call(gw, channel, "receipt", fields)


def dial(gw: Gateway, channel: Channel, phone: Phone, code: str) -> None:
    """Begin a call; inputs dialled at once reach the gateway only where it hears paths."""
    phone.code, phone.session, phone.last = code, token_urlsafe(9), []
    service, path = dialled(code, channel.row["address"])
    phone.path = path if phone.way == "path" else ""
    _step(gw, channel, phone, service, Phase.START, code)


def answer(gw: Gateway, channel: Channel, phone: Phone, words: str) -> None:
    """Answer the screen the phone shows."""
    words = words[:LONGEST_ANSWER]
    if phone.way == "path":
        phone.path = f"{phone.path}*{words}" if phone.path else words
    if len(phone.path) > LONGEST_PATH:
        phone.hang_up()
        raise Cut
    service, _ = dialled(phone.code, channel.row["address"])
    _step(gw, channel, phone, service, Phase.INPUT, words)


def _step(
    gw: Gateway, channel: Channel, phone: Phone, service: str, phase: Phase, said: str
) -> None:
    fields = {"from": phone.number, "to": service, "session": phone.session, "phase": phase}
    fields |= {"path": phone.path} if phone.way == "path" else {}
    fields |= {"input": said} if phone.way == "last" and phase is Phase.INPUT else {}
    screen = _call(gw, _by(channel, phone.way), "ussd", fields)
    phone.show(said, screen["text"], screen["goes_on"])


def _by(channel: Channel, way: str) -> Channel:
    """Return the channel as if its network told inputs in another way."""
    settings = {**channel.settings, "ussd": way}
    provider = providers.load("simulator")(channel.row["address"], settings)
    return replace(channel, provider=provider)


def _call(gw: Gateway, channel: Channel, kind: str, fields: Mapping[str, str]) -> dict[str, Any]:
    call = Hook(
        kind=kind,
        method="POST",
        url=f"{gw.settings.public_url}/hooks/{channel.name}/{kind}",
        headers={"Content-Type": FORM, "X-Simulator-Secret": channel.settings.get("secret", "")},
        query=(),
        form=tuple(fields.items()),
        body=urlencode(fields).encode(),
    )
    told = taken(gw, channel, call)
    said: dict[str, Any] = json.loads(told.body)
    if told.status != 200:
        raise Refused(said["reason"])
    return said
