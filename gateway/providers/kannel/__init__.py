"""Kannel: sendsms, get-url and dlr-url. Guide: https://www.kannel.org/userguide.shtml."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlsplit

from gateway.domain.messages import Event, Inbound, Outgoing, Part, Receipt, Result
from gateway.domain.sms import BadHeader, read_header
from gateway.providers import N_, Answer, Can, Garbled, Hook, HookError, Need, reading
from gateway.providers.calling import Calling
from gateway.providers.kannel.codes import CHARSETS, CODINGS, CONFIRMED, UNSAID, told
from gateway.providers.needs import CODE_OR_NAME, COUNTRY, HOOK_KEY, STATUS_CALLBACK, TIMEOUT
from gateway.providers.plain import Now

PATH = "/cgi-bin/sendsms"
GET_URL = "id=%I&from=%p&to=%P&text=%a&ts=%T&coding=%c&charset=%C&udh=%u"


class Kannel(Calling):
    """A short code, number or name behind a Kannel of your own."""

    name = "kannel"
    pasted: ClassVar[Mapping[str, str]] = {"message": "?{first}" + GET_URL}
    can = Can(batch=100, connections=16)
    needs = (
        Need(
            "base_url",
            N_("Where smsbox listens, http://host:13013; a path only if sendsms-url has another."),
            default="http://127.0.0.1:13013",
            pattern=r"https?://[^\s/@?#]+(/[^\s?#]*)?",
        ),
        Need("username", N_("The username of a sendsms-user."), pattern="[!-~]{1,64}"),
        Need("password", N_("Its password."), secret=True, pattern="[!-~]{1,128}"),
        CODE_OR_NAME,
        Need(
            "smsc",
            N_("Send through this smsc-id; empty: Kannel chooses."),
            default="",
            pattern="([!-~]{1,64})?",
        ),
        Need(
            "dlr_mask",
            N_("Reports to ask for: 27 (all that matter), 19 (only the last), 0 (none)."),
            default="27",
            pattern=r"[1-5]?\d|6[0-3]",
        ),
        HOOK_KEY,
        COUNTRY,
        STATUS_CALLBACK,
        TIMEOUT,
    )

    def __init__(self, address: str, settings: Mapping[str, str], clock: Now = time.time) -> None:
        super().__init__(address, settings, clock)
        confirms = bool(int(self.settings["dlr_mask"]) & CONFIRMED)
        self.can = replace(type(self).can, receipts=confirms)

    # In

    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the call carries our key, where we have set one."""
        reading.key(hook, self.settings["hook_key"])
        reading.small(hook)

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield a message or a report. Its fields say which, not the address it came to."""
        found = reading.fields(hook)
        if "status" in found or "uuid" in found:
            yield from self._receipt(found)
        else:
            yield self._inbound(hook, found)

    def _inbound(self, hook: Hook, found: Mapping[str, str]) -> Inbound:
        words, binary = _text(hook, found)
        text, flags = reading.text(hook, words)
        return Inbound(
            sender=reading.sender(found, "from", self.country),
            to=reading.word(found, "to") or self.address,
            text=text,
            reference=reading.need(found, "id"),
            at=reading.seconds(found, "ts"),
            part=_part(reading.octets(hook, "udh")),
            flags=flags + ("binary",) * binary,
        )

    def _receipt(self, found: Mapping[str, str]) -> Iterator[Receipt]:
        own = reading.need(found, "uuid")
        status, code = told(found.get("status", ""), found.get("answer", ""))
        if status is not None:
            yield Receipt(
                reference=own,
                status=status,
                to=reading.recipient(found, "to", self.country),
                at=reading.seconds(found, "ts"),
                error=code,
                retry="no" if code else None,  # it tries again by itself where that can help
                own=own,
            )

    def answer(self, hook: Hook, texts: Sequence[str] = ()) -> Answer:
        """Return nothing: any word would go to the phone as an SMS."""
        return Answer()

    def refuse(self, hook: Hook, error: HookError) -> Answer:
        """Return the reason; only the body of a 200 goes to the phone."""
        return Answer(error.status, body=str(error))

    # Out

    def check(self) -> None:
        """Sign in with an order for nobody, which they refuse after the password."""
        from gateway.providers.kannel import wire

        wire.signed_in(self._door.hand(self._path, b"", wire.signed(self.settings)))

    @property
    def _path(self) -> str:
        return "" if urlsplit(self.settings["base_url"]).path.strip("/") else PATH

    def _send(self, messages: Sequence[Outgoing]) -> Iterable[Result]:
        from gateway.providers.kannel import wire

        for message in messages:
            asked = wire.order(message, self.address, self.settings, self.clock())
            headers = wire.signed(self.settings) | asked
            reply = self._door.hand(self._path, message.text.encode(), headers)
            yield wire.result(message.id, reply)


def _text(hook: Hook, found: Mapping[str, str]) -> tuple[str, bool]:
    """Return the text, by the charset or else the coding they name, and if it was binary."""
    charset, coding = found.get("charset", "").lower(), found.get("coding", "")
    encoding = CODINGS.get(coding) if charset in UNSAID else CHARSETS.get(charset)
    if encoding is None:
        raise Garbled("bad_encoding", "charset")
    sent = reading.octets(hook, "text")
    if encoding == "utf-16-be":
        return reading.utf16(sent, "text"), False
    return sent.decode(encoding, "replace"), coding == "1" and charset in UNSAID


def _part(header: bytes) -> Part | None:
    """Return which part of a longer text this is, where Kannel waited in vain for the rest."""
    try:
        return read_header(header)[0].part
    except BadHeader:
        return None
