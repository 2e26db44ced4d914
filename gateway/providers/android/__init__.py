"""An Android phone with SMS Gateway for Android. Manual: https://docs.sms-gate.app."""

import hmac
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from gateway.domain.messages import Class, Event, Outcome, Outgoing, Receipt, Result
from gateway.domain.pace import ANDROID
from gateway.providers import (
    N_,
    Answer,
    Busy,
    Can,
    Garbled,
    Hook,
    HookError,
    MaybeSent,
    Need,
    Unreachable,
    reading,
)
from gateway.providers.android import calls
from gateway.providers.calling import Calling
from gateway.providers.needs import COUNTRY, TIMEOUT

if TYPE_CHECKING:
    from gateway.providers.http import Reply

SHORTEST = 5  # seconds a message may live there, at least
FULL = 60.0  # seconds until a phone whose queue is full is asked again
PRIORITY = {Class.EMERGENCY: 100, Class.HIGH: 50, Class.NORMAL: 0, Class.BULK: -50}


class Android(Calling):
    """One phone: called directly, or through the app's cloud or a server of one's own."""

    name = "android"
    pasted: ClassVar[Mapping[str, str]] = {"message": ""}
    can = Can(
        batch=20,
        connections=2,
        rate=0.2,
        quota=ANDROID,
        once=True,
        asked=True,
        retells=True,
    )
    needs = (
        Need(
            "base_url",
            N_("Where the app listens: http://PHONE:8080, or the server's …/3rdparty/v1."),
            pattern=r"https?://[^\s/?#]+(/[^\s?#]*)?",
        ),
        Need("username", N_("The user name the app shows."), pattern=r"[^\s:]{1,64}"),
        Need("password", N_("The password beside it."), secret=True, pattern=r"\S{4,128}"),
        Need(
            "signing_key",
            N_("The signing key, in the app under Settings, Webhooks."),
            secret=True,
            pattern=r"\S{8,256}",
        ),
        Need(
            "max_clock_skew_s",
            N_("How many seconds the phone's clock may be wrong."),
            default="300",
            pattern=r"[1-9]\d{0,5}",
        ),
        Need("sim", N_("Which SIM sends; empty: as the app is set."), default="", pattern="[123]?"),
        Need(
            "device",
            N_("Which phone of the account sends; empty: any of them."),
            default="",
            pattern=r"([\w-]{1,64})?",
        ),
        COUNTRY,
        TIMEOUT,
    )

    # In

    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the phone signed these very bytes, and not long ago."""
        skew = float(self.settings["max_clock_skew_s"])
        calls.signed(hook, self.settings["signing_key"], self.clock(), skew)
        reading.small(hook)

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield a message or a receipt, whichever address it came to."""
        return calls.read(hook, self.address, self.country)

    def refuse(self, hook: Hook, error: HookError) -> Answer:
        """Return 200 for what can never be read: they would repeat it for two days."""
        return Answer(200 if isinstance(error, Garbled) else error.status, body=str(error))

    # Out

    def check(self) -> None:
        """Read the list of webhooks: only the signing in matters."""
        self._door.get("/webhooks", {}, self._headers)

    def became(self, references: Sequence[str]) -> Iterator[Receipt]:
        """Yield what they say of each message, person by person; nothing where they know none."""
        from gateway.providers.http import refusal

        for reference in references:
            path = f"/messages/{quote(reference, safe='')}"
            reply = self._door.ask("GET", path, {}, self._headers)
            refused = None if reply.status == 404 else refusal(reply)
            if refused:
                raise refused
            yield from calls.states(_body(reply), reference, self.country)

    @property
    def _headers(self) -> dict[str, str]:
        user = f"{self.settings['username']}:{self.settings['password']}"
        signed = b64encode(user.encode()).decode()
        return {"Authorization": f"Basic {signed}", "Content-Type": "application/json"}

    def _send(self, messages: Sequence[Outgoing]) -> Iterable[Result]:
        """Make one call for each message: each must have its own id there."""
        for message in messages:
            order = self._order(message)
            path = "/messages" + "?skipPhoneValidation=true" * (not message.to.startswith("+"))
            try:
                reply = self._door.hand(path, json.dumps(order).encode(), self._headers)
            except MaybeSent as error:  # they take an id once: asking again sends nothing twice
                raise Unreachable(error.code) from None
            yield Result(message.id, Outcome.ACCEPTED, _taken(reply, order["id"]))

    def _order(self, message: Outgoing) -> dict[str, Any]:
        order: dict[str, Any] = {
            "id": self._own(message),
            "textMessage": {"text": message.text},
            "phoneNumbers": [message.to],
            "withDeliveryReport": True,
            "priority": PRIORITY[Class(message.class_)],
        }
        if self.settings["sim"]:
            order["simNumber"] = int(self.settings["sim"])
        if self.settings["device"]:
            order["deviceId"] = self.settings["device"]
        if message.expires is not None:
            order["ttl"] = max(SHORTEST, int(message.expires - self.clock()))
        return order

    def _own(self, message: Outgoing) -> str:
        """Return the name of a message there: our id, and a mark of whom and what it is for.

        Without the mark, a store made anew or restored would count again from ids that the
        phone knows: it would refuse other people's messages as told before.
        """
        key = self.settings["signing_key"].encode()
        what = f"{message.id}\0{message.to}\0{message.text}".encode("utf-8", "replace")
        return f"{message.id}-{hmac.digest(key, what, 'sha256').hex()[:16]}"


def _body(reply: "Reply") -> dict[str, Any]:
    try:
        body = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _taken(reply: "Reply", own: str) -> str:
    """Return the name they know a message by; raise what the answer means if they took none."""
    from gateway.providers.http import refusal

    if reply.status == 409:  # told before
        return own
    told = reading.scalars(_body(reply))
    if reply.status == 503 and "message" in told:
        raise Busy("http_503", reply.wait or FULL)
    refused = refusal(reply)
    if refused:
        raise refused
    name = reading.word(told, "id")
    if name is None:  # a page of some other machine on the way
        raise Unreachable("no_id")
    return name
