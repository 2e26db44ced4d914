"""Twilio Programmable Messaging. Manual: https://www.twilio.com/docs/messaging."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, ClassVar
from xml.sax.saxutils import escape

from gateway.domain.messages import (
    Event,
    Inbound,
    Media,
    OptOut,
    Outcome,
    Outgoing,
    Receipt,
    Result,
    Status,
)
from gateway.providers import N_, Answer, Can, Forged, Hook, Need, Rejected, Stopped, reading
from gateway.providers.calling import Calling
from gateway.providers.needs import COUNTRY, STATUS_CALLBACK, TIMEOUT
from gateway.providers.plain import Now
from gateway.providers.twilio.codes import CODES, OWN, STATUSES, TOO_LATE, Verdict

if TYPE_CHECKING:
    from twilio.rest import Client

HOST = "https://api.twilio.com"

_EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response>{}</Response>'


class _Form:
    """A form as the validator wants it: every value of a name, the empty ones too."""

    def __init__(self, hook: Hook) -> None:
        self.values: dict[str, list[str]] = {}
        for name, value in hook.form:
            self.values.setdefault(name, []).append(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def __bool__(self) -> bool:
        return bool(self.values)

    def getall(self, name: str) -> list[str]:
        return self.values[name]


class Twilio(Calling):
    """A Twilio number, short code, name or Messaging Service."""

    name = "twilio"
    # What follows # asks them to call again while we are down; receipts bring their address.
    pasted: ClassVar[Mapping[str, str]] = {"message": "#rc=3&rp=5xx,ct,rt"}
    can = Can(batch=100, connections=32, together=128, characters=1600)
    needs = (
        Need(
            "account_sid", N_("The Account SID, on the console's first page."), pattern="AC\\w{32}"
        ),
        Need("auth_token", N_("The Auth Token beside it."), secret=True, pattern=r"\S{8,128}"),
        Need(
            "auth_token_2",
            N_("The other Auth Token, while you change from one to the other."),
            secret=True,
            default="",
            pattern=r"(\S{8,128})?",
        ),
        Need(
            "messaging_service_sid",
            N_("Send through this Messaging Service."),
            default="",
            pattern="(MG\\w{32})?",
        ),
        Need(
            "api_key",
            N_("Sign in with this API key (SK…) to send; empty: with the Auth Token."),
            default="",
            pattern="(SK\\w{32})?",
        ),
        Need("api_secret", N_("The secret of that API key."), secret=True, default=""),
        Need(
            "reply",
            N_("How answers travel: rest (queued) or twiml (in the call itself)."),
            default="rest",
            pattern="rest|twiml",
        ),
        COUNTRY,
        STATUS_CALLBACK,
        Need("base_url", "Another host.", default=HOST, pattern=r"https?://\S+", hidden=True),
        TIMEOUT,
    )

    def __init__(self, address: str, settings: Mapping[str, str], clock: Now = time.time) -> None:
        super().__init__(address, settings, clock)
        self.can = replace(type(self).can, replies=self.settings["reply"] == "twiml")

    # In

    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the signature is theirs and the account ours."""
        if not any(self._signed(hook, token) for token in self._tokens()):
            raise Forged("bad_signature")
        if (
            reading.fields(hook).get("AccountSid", self.settings["account_sid"])
            != (self.settings["account_sid"])
        ):
            raise Forged("wrong_account")
        reading.small(hook)

    def _tokens(self) -> list[str]:
        both = (self.settings["auth_token"], self.settings["auth_token_2"])
        return [token for token in both if token]

    def _signed(self, hook: Hook, token: str) -> bool:
        """Say whether Twilio signed this; its own check, for both of an address's spellings, is
        asked only where the usual one does not fit.
        """
        from twilio.request_validator import RequestValidator

        kind: Any = RequestValidator
        validator, signature = kind(token), reading.header(hook, "X-Twilio-Signature")
        if hook.body and not hook.form:
            words = hook.body.decode("utf-8", "replace")
            hashed = "bodySHA256" in dict(hook.query)
            return hashed and bool(validator.validate(hook.url, words, signature))
        form = _Form(hook)
        usual = validator.compute_signature(hook.url, form).encode()
        theirs = signature.encode("utf-8", "replace")
        return compare_digest(usual, theirs) or bool(validator.validate(hook.url, form, signature))

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield a message or a receipt, whichever address it came to, and who left."""
        found = reading.fields(hook)
        if "MessageStatus" in found:
            yield from self._receipt(hook, found)
        else:
            yield from self._inbound(hook, found)

    def _inbound(self, hook: Hook, found: Mapping[str, str]) -> Iterator[Event]:
        reference = reading.need(found, "MessageSid", "SmsMessageSid", "SmsSid")
        sender = reading.sender(found, "From", self.country)
        to = reading.need(found, "To")
        text, flags = reading.text(hook, found.get("Body", ""))
        kind = found.get("OptOutType", "").lower()
        if kind in ("stop", "start", "help"):
            flags += ("answered",)  # Twilio confirms by itself: the gateway must not
        yield Inbound(sender, to, text, reference, media=_media(found), flags=flags)
        if kind in ("stop", "start"):
            yield OptOut(sender, to, kind)

    def _receipt(self, hook: Hook, found: Mapping[str, str]) -> Iterator[Event]:
        reference = reading.need(found, "MessageSid", "SmsSid")
        status = STATUSES.get(found["MessageStatus"])
        if status is None:
            return
        code = reading.word(found, "ErrorCode")
        verdict = CODES.get(code or "", Verdict(Rejected))
        if status is Status.FAILED and code == TOO_LATE:
            status = Status.EXPIRED
        to = reading.recipient(found, "To", self.country)
        retry = verdict.retry if code else None
        own = dict(hook.query).get(OWN)
        yield Receipt(reference, status, to, error=code, retry=retry, own=own)
        if verdict.error is Stopped and to:
            yield OptOut(to, reading.word(found, "From"), "stop")

    def answer(self, hook: Hook, texts: Sequence[str] = ()) -> Answer:
        """Return TwiML: empty, or with one Message for each text."""
        messages = "".join(f"<Message>{escape(text)}</Message>" for text in texts)
        return Answer(type="text/xml; charset=utf-8", body=_EMPTY.format(messages))

    # Out

    def check(self) -> None:
        """Read our own account at Twilio."""
        self._client.api.v2010.accounts(self.settings["account_sid"]).fetch()

    def _open(self) -> object:
        return self._client

    @cached_property
    def _client(self) -> "Client":
        from gateway.providers.twilio.wire import client

        return client(self.settings, self.can.connections)

    def _send(self, messages: Sequence[Outgoing]) -> Iterable[Result]:
        from gateway.providers.twilio.wire import order

        for message in messages:
            asked = order(message, self.address, self.settings, self.clock())
            made = self._client.messages.create(**asked)
            parts = int(made.num_segments or 0) or None
            cost = f"{made.price_unit} {made.price.lstrip('-')}" if made.price else None
            yield Result(message.id, Outcome.ACCEPTED, made.sid, parts=parts, cost=cost)


def _media(found: Mapping[str, str]) -> tuple[Media, ...]:
    names = ((f"MediaUrl{n}", f"MediaContentType{n}") for n in range(10))
    return tuple(Media(found[url], found.get(kind, "")) for url, kind in names if found.get(url))
