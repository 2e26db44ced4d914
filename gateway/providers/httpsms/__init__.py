"""An Android phone with httpSMS. Manual: https://docs.httpsms.com."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from gateway.domain.messages import (
    Event,
    Inbound,
    Media,
    Outcome,
    Outgoing,
    Receipt,
    Result,
    Status,
)
from gateway.domain.pace import ANDROID
from gateway.providers import (
    N_,
    Account,
    Answer,
    Can,
    Forged,
    Garbled,
    Hook,
    HookError,
    MaybeSent,
    Need,
    reading,
)
from gateway.providers.calling import Calling
from gateway.providers.httpsms.codes import RETRY, STATUSES, code
from gateway.providers.httpsms.token import claims, moment
from gateway.providers.needs import COUNTRY, TIMEOUT

if TYPE_CHECKING:
    from gateway.providers.http import Reply

HOST = "https://api.httpsms.com/v1"


class HttpSms(Calling):
    """One phone of an httpSMS account."""

    name = "httpsms"
    pasted: ClassVar[Mapping[str, str]] = {"message": ""}
    can = Can(batch=20, connections=4, rate=10 / 60, quota=ANDROID)
    needs = (
        Need("api_key", N_("The API key, under Settings."), secret=True, pattern=r"[!-~]{8,256}"),
        Need(
            "signing_key",
            N_("The signing key of the webhook; choose a long one."),
            secret=True,
            pattern=r"\S{8,256}",
        ),
        Need(
            "user_id",
            N_("Your user ID there; empty: any that has the signing key."),
            default="",
            pattern=r"([\w-]{1,128})?",
        ),
        COUNTRY,
        Need(
            "base_url",
            N_("A server of your own: its address with /v1."),
            default=HOST,
            pattern=r"https?://[^\s/?#]+(/[^\s?#]*)?",
        ),
        TIMEOUT,
    )

    # In

    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the token is theirs, for this address, and not out of date.

        It does not cover the body: only HTTPS keeps that from being changed on the way.
        """
        token = reading.header(hook, "Authorization").removeprefix("Bearer ")
        told = claims(token, self.settings["signing_key"].encode())
        meant = told.get("aud")
        if hook.url not in (meant if isinstance(meant, list) else [meant]):
            raise Forged("bad_signature")
        if not moment(told, "nbf") <= self.clock() <= moment(told, "exp"):
            raise Forged("stale_signature")
        if self.settings["user_id"] and told.get("sub") != self.settings["user_id"]:
            raise Forged("wrong_account")
        reading.small(hook)

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield a message or a receipt: its type says what it is, not the address it came to."""
        call = reading.document(hook)
        data = call.get("data")
        found = {f"data.{name}": value for name, value in reading.scalars(data).items()}
        event = reading.need(reading.scalars(call), "type")
        if event in STATUSES:
            yield self._receipt(found, event)
        elif event == "message.phone.received" and self._ours(found):
            yield self._inbound(hook, found, data)

    def _ours(self, found: Mapping[str, str]) -> bool:
        """Tell a message to this phone from one to another phone of the same account."""
        owner = reading.recipient(found, "data.owner", self.country)
        ours = reading.recipient({"ours": self.address}, "ours", self.country)
        return owner is None or ours is None or owner == ours

    def _inbound(self, hook: Hook, found: Mapping[str, str], data: Any) -> Inbound:
        if found.get("data.encrypted") == "true":
            raise Garbled("bad_encoding", "data.content")  # only the phone has the key
        if "data.content" not in found:
            raise Garbled("missing_field", "data.content")
        text, flags = reading.text(hook, found["data.content"])
        return Inbound(
            sender=reading.sender(found, "data.contact", self.country),
            to=reading.word(found, "data.owner") or self.address,
            text=text,
            reference=reading.need(found, "data.message_id"),
            at=reading.moment(found, "data.timestamp"),
            media=_media(data.get("attachments")),
            flags=flags,
        )

    def _receipt(self, found: Mapping[str, str], event: str) -> Receipt:
        status = STATUSES[event]
        if status is Status.EXPIRED and found.get("data.is_final") != "true":
            status = Status.QUEUED  # the phone did not fetch it; it will be asked again
        error = code(found.get("data.error_message", "")) if status is Status.FAILED else None
        return Receipt(
            reference=reading.need(found, "data.id", "data.message_id"),
            status=status,
            to=reading.recipient(found, "data.contact", self.country),
            at=reading.moment(found, "data.timestamp"),
            error=error,
            retry=RETRY.get(error) if error else None,
            own=reading.word(found, "data.request_id"),
        )

    def refuse(self, hook: Hook, error: HookError) -> Answer:
        """Return the reason; they try once more and mail it to the account's owner."""
        return Answer(error.status, body=str(error))

    # Out

    def check(self) -> None:
        """Read the list of the account's phones: only the signing in matters."""
        self._door.get("/phones", {"limit": "1"}, self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {"x-api-key": self.settings["api_key"], "Content-Type": "application/json"}

    def _send(self, messages: Sequence[Outgoing]) -> Iterable[Result]:
        for message in messages:
            order = {
                "from": self.address,
                "to": message.to,
                "content": message.text,
                "request_id": str(message.id),
            }
            reply = self._door.hand("/messages/send", json.dumps(order).encode(), self._headers)
            yield Result(message.id, Outcome.ACCEPTED, _taken(reply))


def _media(told: Any) -> tuple[Media, ...]:
    addresses = told if isinstance(told, list) else []
    return tuple(Media(reading.clean(one), "") for one in addresses[:10] if isinstance(one, str))


def _taken(reply: "Reply") -> str:
    """Return the id they gave a message; raise what the answer means if they took none."""
    from gateway.providers.http import refusal

    try:
        told = json.loads(reply.body)
    except (ValueError, RecursionError):
        told = {}
    data = told.get("data") if isinstance(told, dict) else None
    refused = refusal(reply)
    if refused and isinstance(data, dict) and "from" in data:
        raise Account(refused.code)  # this phone is not in the account: none will go
    if refused:
        raise refused
    id = reading.word(reading.scalars(data), "id")
    if id is None:
        raise MaybeSent("no_id")  # taken, but its receipts will find nothing
    return id
