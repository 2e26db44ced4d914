"""Jasmin SMS gateway: its HTTP API. Manual: https://docs.jasminsms.com (version 0.11)."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from gateway.domain.messages import Event, Inbound, Outgoing, Receipt, Result
from gateway.providers import N_, Answer, Can, Garbled, Hook, Need, reading
from gateway.providers.calling import Calling
from gateway.providers.jasmin.codes import LATER, became, coding, text
from gateway.providers.needs import CODE_OR_NAME, COUNTRY, HOOK_KEY, STATUS_CALLBACK, TIMEOUT
from gateway.providers.plain import Now

HEARD = "ACK/Jasmin"  # anything else, and they call again


class Jasmin(Calling):
    """A short code, number or name behind a Jasmin of your own."""

    name = "jasmin"
    pasted: ClassVar[Mapping[str, str]] = {"message": "{key}"}
    can = Can(batch=100, connections=16)
    needs = (
        Need(
            "base_url",
            N_("Where Jasmin's HTTP API listens, http://host:1401."),
            default="http://127.0.0.1:1401",
            pattern=r"https?://[^\s/@?#]+(/[^\s?#]*)?",
        ),
        Need("username", N_("The username of a Jasmin user."), pattern=r"\S{1,30}"),
        Need("password", N_("That user's password."), secret=True, pattern=r"\S{1,30}"),
        CODE_OR_NAME,
        Need(
            "parts",
            N_("The longest text, in parts: long_content_max_parts in jasmin.cfg."),
            default="5",
            pattern=r"[1-9]\d?",
        ),
        Need(
            "alphabet",
            N_("What data coding 0 means to your network in messages that come in."),
            default="gsm7",
            pattern="gsm7|latin1",
        ),
        HOOK_KEY,
        COUNTRY,
        STATUS_CALLBACK,
        TIMEOUT,
    )

    def __init__(self, address: str, settings: Mapping[str, str], clock: Now = time.time) -> None:
        super().__init__(address, settings, clock)
        # Of a longer text Jasmin would send the beginning, and say nothing.
        self.can = replace(type(self).can, parts=int(self.settings["parts"]))

    # In

    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the call carries our key, where we have set one."""
        reading.key(hook, self.settings["hook_key"])
        reading.small(hook)

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield a message or a receipt. Its fields say which, not the address it came to."""
        found = reading.fields(hook)
        if "message_status" in found or "level" in found:
            yield from self._receipt(hook, found)
        else:
            yield self._inbound(hook, found)

    def _inbound(self, hook: Hook, found: Mapping[str, str]) -> Inbound:
        name, sent = _octets(hook, found)
        words, binary = text(sent, name, coding(found), self.settings["alphabet"])
        kept, flags = reading.text(hook, words)
        return Inbound(
            sender=reading.sender(found, "from", self.country),
            to=reading.word(found, "to") or self.address,
            text=kept,
            reference=reading.need(found, "id"),
            flags=flags + ("binary",) * binary,
        )

    def _receipt(self, hook: Hook, found: Mapping[str, str]) -> Iterator[Receipt]:
        reference = reading.need(found, "id")
        status = became(found)
        if status is None:
            return
        said = reading.word(found, "message_status") or ""
        smpp = said if said.startswith("ESME_") else None
        code = smpp if found.get("err", "ND") == "ND" else reading.word(found, "err")
        ours = dict(hook.query)
        yield Receipt(
            reference=reference,
            status=status,
            to=reading.recipient(ours, "to", self.country),
            error=code,
            retry=("later" if smpp in LATER else "no") if smpp else None,
            own=ours.get("message"),
        )

    def answer(self, hook: Hook, texts: Sequence[str] = ()) -> Answer:
        """Return the one word that stops them from calling again."""
        return Answer(body=HEARD)

    # Out

    def check(self) -> None:
        """Ask for the balance: only the signing in matters."""
        from gateway.providers.jasmin import wire

        error = wire.refused(self._door.ask("GET", "/balance", wire.signed(self.settings), {}))
        if error:
            raise error

    def _send(self, messages: Sequence[Outgoing]) -> Iterable[Result]:
        from gateway.providers.jasmin import wire

        for message in messages:
            asked = wire.order(message, self.address, self.settings, self.clock())
            reply = self._door.ask("POST", "/send", wire.signed(self.settings) | asked, {})
            yield wire.result(message.id, reply)


def _octets(hook: Hook, found: Mapping[str, str]) -> tuple[str, bytes]:
    """Return the text's octets and the field they came in: `binary` is exact, in hex."""
    if not found.get("binary"):
        return "content", reading.octets(hook, "content")
    try:
        return "binary", bytes.fromhex(found["binary"])
    except ValueError:
        raise Garbled("bad_encoding", "binary") from None
