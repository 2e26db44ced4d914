"""The way from Twilio's own client through our door. Imported when first sending: it is big."""

import json
import logging
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from gateway.domain.messages import Outgoing
from gateway.providers import MaybeSent
from gateway.providers.http import Door, Reply, refusal
from gateway.providers.sending import public
from gateway.providers.twilio.codes import CODES, OWN

HOST = "https://api.twilio.com"
LONGEST_WAIT = 36_000  # seconds a message may stay in their queue


class Wire(HttpClient):
    """A transport that raises our own errors: Twilio's quote the number not reached."""

    def __init__(self, door: Door) -> None:
        super().__init__(logging.getLogger(__name__), False)
        self.door = door

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Return an answer that holds what was asked for, or raise a SendError."""
        signed = b64encode(":".join(auth or ()).encode()).decode()
        sent = {**(headers or {}), "Authorization": f"Basic {signed}"}
        reply = self.door.ask(method, uri.removeprefix(HOST), data or params or {}, sent)
        check(reply)
        return Response(reply.status, reply.text, reply.headers)


def client(settings: Mapping[str, str], connections: int) -> Client:
    """Return Twilio's client, on kept-open connections."""
    door = Door(settings["base_url"], connections, read=float(settings["timeout"]))
    account = settings["account_sid"]
    user, word = account, settings["auth_token"]
    if settings["api_key"]:
        user, word = settings["api_key"], settings["api_secret"]
    made: Any = Client
    return made(user, word, account_sid=account, http_client=Wire(door))  # type: ignore[no-any-return]


def order(
    message: Outgoing, address: str, settings: Mapping[str, str], now: float
) -> dict[str, Any]:
    """Return what Twilio is asked to do; a Messaging Service chooses the sender itself."""
    order: dict[str, Any] = {"to": message.to, "body": message.text}
    if settings["messaging_service_sid"]:
        order["messaging_service_sid"] = settings["messaging_service_sid"]
    else:
        order["from_"] = address
    callback = settings["status_callback"]
    if callback and (settings["base_url"] != HOST or public(callback)):
        order["status_callback"] = f"{callback}{'&' if '?' in callback else '?'}{OWN}={message.id}"
    if message.expires is not None:
        order["validity_period"] = min(max(int(message.expires - now), 1), LONGEST_WAIT)
    return order


def check(reply: Reply) -> None:
    """Raise what the answer means, unless it is a thing with an id."""
    body = _body(reply)
    error = refusal(reply)
    if error is None:
        if not isinstance(body.get("sid"), str):
            raise MaybeSent("no_sid")  # taken, but its receipts will find nothing
        return
    code = str(body.get("code") or "")
    verdict = CODES.get(code)
    if verdict:
        raise verdict.error(code, reply.wait or verdict.wait)
    raise type(error)(code if code.isdigit() else error.code, error.wait)


def _body(reply: Reply) -> dict[str, Any]:
    try:
        body = json.loads(reply.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
