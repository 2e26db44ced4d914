"""SMPP 3.4: SMS, receipts and USSD over lines that stay open. Manual: SMPP v3.4 issue 1.2."""

import asyncio
import ssl
import threading
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import TimeoutError as TooLate
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import structs

from gateway.domain.messages import Class, Event, Outcome, Outgoing, Result, Screen
from gateway.providers import Can, Forged, Garbled, Hook, sending
from gateway.providers.linking import BOUND, Listener
from gateway.providers.plain import Now, Plain
from gateway.providers.smpp import orders, receipts, ussd
from gateway.providers.smpp.needs import NEEDS
from gateway.providers.smpp.pdu import (
    BadFrame,
    Command,
    Message,
    Pdu,
    frames,
    write_bind,
    write_message,
)
from gateway.providers.smpp.reading import Ear

if TYPE_CHECKING:
    from gateway.providers.smpp.link import Link, Place
    from gateway.providers.smpp.terms import Terms

LINK = "link"  # the kind of a call that came over a link: no address of the web has it
LINES = {
    "transceiver": (Command.BIND_TRANSCEIVER,),
    "pair": (Command.BIND_TRANSMITTER, Command.BIND_RECEIVER),
    "transmitter": (Command.BIND_TRANSMITTER,),
}
UNWRITTEN = "cannot be written"
T = TypeVar("T")


class Smpp(Plain):
    """A short code or number at a network's SMSC."""

    name = "smpp"
    can = Can(ussd=True, links=True, batch=100, together=100, screen_gsm7=182, screen_ucs2=80)
    needs = NEEDS

    def __init__(self, address: str, settings: Mapping[str, str], clock: Now = time.time) -> None:
        super().__init__(address, settings, clock)
        asked = int(self.settings["registered_delivery"]) & orders.RECEIPTS
        self.can = replace(type(self).can, receipts=asked == orders.EVERY_END)
        self.manner = orders.manner(address, self.settings)
        self.preset = ussd.PRESETS[self.settings["ussd_preset"]]
        self.ear = Ear(
            self.country,
            self.settings["data_coding_0"],
            self.settings["msg_id_type"],
            self.settings["receipt_by_text"] == "yes",
            self.preset,
        )
        self._link: Link | None = None
        self._opening = threading.Lock()

    # What the web may ask; all that matters comes over the link

    def verify(self, hook: Hook) -> None:
        """Raise Forged for every call over the web: this network calls over its link."""
        if hook.kind != LINK:
            raise Forged("wrong_account")

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield what one PDU tells."""
        yield from self.ear.read(_only(hook.body))[1]

    # The link

    @property
    def state(self) -> str:
        """Return "bound", or in words why it is not."""
        return self._link.state if self._link else "not open in this process"

    def open(self, listener: Listener) -> None:
        """Bind, and stay bound; what comes goes to the listener."""
        with self._opening:
            if self._link is None:
                self._link = self._made(listener)

    def close(self, patience: float = 3.0) -> None:
        """Finish what is begun, for at most so many seconds, and unbind."""
        with self._opening:
            link, self._link = self._link, None
        if link:
            _wait(link.close(patience), patience + 2.0)

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Result]:
        """Hand messages to the link; yield results as their answers come."""
        from gateway.providers.smpp.errands import Errand, Sending
        from gateway.providers.smpp.loop import loop

        alive, late = sending.fresh(messages, self.clock())
        yield from late
        written = [(one.id, self._bodies(one)) for one in alive]
        yield from (Result(id, Outcome.REJECTED, error=UNWRITTEN) for id, b in written if not b)
        back = Sending(sum(1 for _, bodies in written if bodies), loop().call_soon)
        errands = [Errand(id, bodies, back) for id, bodies in written if bodies]
        urgent = any(one.class_ == Class.EMERGENCY for one in alive)
        with self._opening:
            # Without a listener nothing may be heard: another process keeps what comes.
            link = self._link = self._link or self._made(None)
            loop().call_soon_threadsafe(link.take, errands, urgent)
        for result in back.results():
            yield self._plain(result) if self.ear.answer_base and result.reference else result

    def _plain(self, told: Result) -> Result:
        """Return a result with its ids as receipts will be read, however the two are written."""
        base = self.ear.answer_base
        pieces = tuple(receipts.plain_id(piece, base) for piece in told.pieces)
        return structs.replace(
            told, reference=receipts.plain_id(told.reference or "", base), pieces=pieces
        )

    def check(self) -> None:
        """Bind and unbind, and send nothing."""
        from gateway.providers.smpp.trying import bind_once

        if self.state != BOUND:
            lines = self._lines((Command.BIND_TRANSMITTER,), 1)
            _wait(bind_once(self._place(), lines[0]), 2 * float(self.settings["timeout"]) + 5)

    def bodies(self, message: Outgoing) -> list[Message]:
        """Return what is asked for one message of ours, part by part."""
        return orders.order(message, self.manner, self.clock())

    def screen_of(self, asked: Message, shown: Screen) -> Message:
        """Return one USSD page as the network wants it."""
        ends = self.settings["ussd_end"]
        return orders.screen(asked, shown, self.manner, self.preset, int(ends) if ends else None)

    def _bodies(self, message: Outgoing) -> list[bytes]:
        """Return what is written for a message; nothing where it does not fit its fields."""
        try:
            return [write_message(one) for one in self.bodies(message)]
        except (ValueError, OverflowError):
            return []  # one message nobody can write must not hold up its batch

    def _made(self, listener: Listener | None) -> "Link":
        from gateway.providers.smpp.doubts import Doubts
        from gateway.providers.smpp.hearing import Hearing
        from gateway.providers.smpp.link import Link
        from gateway.providers.smpp.loop import loop

        doubts = Doubts()
        doubts.lost(listener.lately() if listener else ())
        hearing = Hearing(listener, self.ear, doubts) if listener else None
        commands = LINES[self.settings["bind"] if listener else "transmitter"]
        lines = self._lines(commands, int(self.settings["binds"]))
        moved = listener.moved if listener else _unsaid
        link = Link(self._place(), lines, hearing, self.screen_of, doubts, moved)
        loop().call_soon_threadsafe(link.start)
        return link

    def _lines(self, commands: Sequence[int], times: int) -> "list[Terms]":
        from gateway.providers.smpp.terms import Terms

        own = self.settings
        window, enquire = int(own["window"]), float(own["enquire"])
        return [
            Terms(command, self.request(), window, enquire, float(own["timeout"]))
            for _ in range(times)
            for command in commands
        ]

    def request(self) -> bytes:
        """Return the body of our bind."""
        own = self.settings
        ton, npi = int(own["address_ton"]), int(own["address_npi"])
        names = (own["system_id"], own["password"], own["system_type"])
        return write_bind(*names, ton, npi, own["address_range"])

    def _place(self) -> "Place":
        from gateway.providers.smpp.link import Place

        own = self.settings
        return Place(own["host"], int(own["port"]), _tls(own["tls"]), float(own["pause"]))


def _only(octets: bytes) -> Pdu:
    """Return the one PDU of a call; Garbled if there is none."""
    try:
        found = list(frames(bytearray(octets)))
    except BadFrame:
        raise Garbled("bad_length") from None
    if len(found) != 1:
        raise Garbled("bad_length")
    return found[0]


def _tls(wanted: str) -> ssl.SSLContext | None:
    if wanted == "no":
        return None
    context = ssl.create_default_context()
    if wanted == "unproven":  # many networks sign their own; the line is then only encrypted
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _unsaid(state: str) -> None:
    """Tell nobody: this process only sends."""


def _wait(work: Coroutine[Any, Any, T], seconds: float) -> T | None:
    """Do something in the links' thread and wait for it, so many seconds at most."""
    from gateway.providers.smpp.loop import loop

    try:
        return asyncio.run_coroutine_threadsafe(work, loop()).result(seconds)
    except TooLate:
        return None
