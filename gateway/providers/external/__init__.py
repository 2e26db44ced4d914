"""SMS over any HTTP API that settings can describe; some are described already."""

import hmac
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gateway.domain.messages import Event, Outgoing, Phase, Result, Screen
from gateway.providers import Account, Answer, Can, Forged, Hook, SendError, reading, sending
from gateway.providers.calling import Calling
from gateway.providers.external import calls
from gateway.providers.external.needs import NEEDS
from gateway.providers.external.order import Order, filled, headers, order
from gateway.providers.external.presets import EXTERNAL, PRESETS, SCREENS, SILENT
from gateway.providers.memory import Memory
from gateway.providers.plain import Now
from gateway.providers.ussd.steps import Known, Steps

if TYPE_CHECKING:
    from gateway.providers.http import Reply

ACCEPTED = '{"message":"Message Accepted"}'
JSON = "application/json; charset=utf-8"


class External(Calling):
    """A number, short code or sender name at any company with an HTTP API."""

    name = "http"
    can = Can(batch=100, rate=10.0)
    needs = NEEDS

    def __init__(self, address: str, settings: Mapping[str, str], clock: Now = time.time) -> None:
        given = {name: value for name, value in settings.items() if value}
        preset = PRESETS[given.get("type", EXTERNAL)]
        super().__init__(address, {**preset, **given}, clock)
        self._seen: Memory[float] = Memory(float(self.settings["repeat_seconds"]), clock)
        self._screens = SCREENS.get(self.settings["type"])
        longest = int(self.settings["max_length"] or 0) or None
        silent = self.settings["type"] in SILENT
        self.can = replace(
            External.can,
            characters=longest,
            ussd=self._screens is not None,
            pushes=self._screens is not None,
            receipts=not silent,
        )

    # In

    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the call carries every proof that we have set."""
        reading.key(hook, self.settings["hook_key"])
        if self.settings["auth_token"]:
            said = reading.header(hook, "Authorization")
            reading.secret(said.partition(" ")[2].strip(), self.settings["auth_token"])
        if self.settings["hmac_secret"]:
            self._signed(hook)
        reading.small(hook)

    def _signed(self, hook: Hook) -> None:
        """Check the signature of a body; where there is none it would fit any query."""
        ours = hmac.digest(self.settings["hmac_secret"].encode(), hook.body, "sha256").hex()
        theirs = reading.header(hook, self.settings["hmac_header"]).removeprefix("sha256=")
        if not hook.body or not hmac.compare_digest(
            theirs.lower().encode(errors="replace"), ours.encode()
        ):
            raise Forged("bad_signature")

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield a message, a receipt, a departure or a USSD step, by the address called."""
        if hook.kind == "receipt":
            yield from calls.told(hook, self.address, self.settings)
        elif hook.kind == "ussd" and self._screens:
            turn = self._steps.read(hook)
            yield from [turn] if turn else []
        else:
            yield self._inbound(hook)

    def _inbound(self, hook: Hook) -> Event:
        """Return the message; without an id or a time, the same words soon after are the same."""
        now, window = self.clock(), self._seen.seconds or 1
        message = calls.inbound(hook, self.address, self.settings, now // window)
        if message.at or not message.reference.startswith(calls.MADE):
            return message
        key = calls.made(message.sender, message.to, message.text)
        bucket = self._seen.meet(key, now // window)
        return calls.inbound(hook, self.address, self.settings, bucket)

    @cached_property
    def _steps(self) -> Steps:
        memory: Memory[Known] = Memory(300, self.clock)
        dialect, _ = SCREENS[self.settings["type"]]
        return Steps(dialect, self.address, self.country, memory)

    def answer(self, hook: Hook, texts: Sequence[str] = ()) -> Answer:
        """Return what the settings say that they want to hear."""
        if self.settings["mo_response"]:
            return Answer(
                200, self.settings["mo_response_content_type"], self.settings["mo_response"]
            )
        return Answer(200, JSON, ACCEPTED)

    def screen(self, hook: Hook, screen: Screen) -> Answer:
        """Hand one USSD page over in a call of its own; 502 if it did not arrive."""
        turn = self._steps.read(hook) if self._screens else None
        if not self._screens or turn is None or turn.phase is Phase.END:
            return Answer(404)
        dialect, body = self._screens
        more = dialect.more[0 if screen.goes_on else 1]
        values = {"to": turn.sender, "text": screen.text, "more": more}
        try:
            reply = self._ask(filled(body, values, self.settings))
        except SendError as error:
            return Answer(502, body=error.code)
        return Answer(200 if reply.status < 300 else 502)

    # Out

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Result]:
        """Hand messages over side by side; none where nobody said where they go."""
        if self.settings["send_url"]:
            yield from super().send(messages)
        else:
            alive, late = sending.fresh(messages, self.clock())
            yield from late
            yield from (Account("no_send_url").result(message.id) for message in alive)

    def _send(self, messages: Sequence[Outgoing]) -> Iterable[Result]:
        from gateway.providers.external.outcome import result

        for message in messages:
            reply = self._ask(order(message, self.address, self.settings))
            yield result(message.id, reply, self.settings)

    def _ask(self, one: Order) -> "Reply":
        return self._door.hand(one.path, one.body, one.headers, one.method)

    def check(self) -> None:
        """Ask the address that the settings give for this, else only whether the host is there."""
        from gateway.providers.http import refusal

        url = self.settings["check_url"]
        if not url and not self.settings["send_url"]:
            raise Account("no_send_url")
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        door = self._to(self._host(url)) if url else self._door
        error = refusal(door.hand(path, b"", headers(self.settings), "GET"))
        if url and error:
            raise error

    @property
    def _base(self) -> str:
        return self._host(self.settings["send_url"])

    def _host(self, url: str) -> str:
        parts = urlsplit(self.settings["base_url"] or url)
        return f"{parts.scheme}://{parts.netloc}"
