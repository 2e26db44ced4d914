"""What a link hears is kept before it is acknowledged, all that came at once together."""

import asyncio
import logging
import traceback
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.messages import Event, Inbound, Receipt, Screen, Turn
from gateway.providers import Garbled
from gateway.providers.linking import Kept, Listener, Told
from gateway.providers.smpp import codes
from gateway.providers.smpp.doubts import Doubts
from gateway.providers.smpp.pdu import Message, Pdu
from gateway.providers.smpp.reading import STATUS, Ear

if TYPE_CHECKING:
    from gateway.providers.smpp.bind import Bind

log = logging.getLogger(__name__)

MOST = 2000  # PDUs that are being kept; a network that sends on is told that the queue is full


class Heard(Struct):
    """One PDU that came over a line; then what became of it, and the screen to show if any."""

    bind: "Bind"
    pdu: Pdu
    status: int = codes.OK
    name: str | None = None
    message: Message | None = None
    screen: Screen | None = None


class Hearing:
    """Lives in the loop's thread. One sender's messages are kept in their order."""

    def __init__(self, listener: Listener, ear: Ear, doubts: Doubts) -> None:
        self._listener, self._ear, self._doubts = listener, ear, doubts
        self._heard: list[Heard] = []
        self._open = 0

    def add(self, heard: Heard) -> bool:
        """Take one PDU, to be told of when it is on disk; False if too many wait."""
        if self._open >= MOST:
            return False
        if not self._heard:
            asyncio.get_running_loop().call_soon(self._hand)
        self._heard.append(heard)
        self._open += 1
        return True

    def _hand(self) -> None:
        heard, self._heard = self._heard, []
        loop = asyncio.get_running_loop()
        try:
            self._listener.take(
                [self._read(one) for one in heard], partial(_back, loop, self, heard)
            )
        except Exception as error:
            self.kept(heard, [error] * len(heard))

    def _read(self, one: Heard) -> Told:
        """Return what a PDU tells; what cannot be read is kept as it is."""
        try:
            one.message, events = self._ear.read(one.pdu)
        except Garbled as error:
            one.status = STATUS[error.reason]
            return str(error), bytes(one.pdu)
        if not events:
            return "not understood", bytes(one.pdu)
        one.name = self._doubts.name(one.pdu.body)
        return [_named(event, one.name) for event in events], bytes(one.pdu)

    def kept(self, heard: Sequence[Heard], results: Sequence[Kept]) -> None:
        """Note what became of each, and have it acknowledged."""
        self._open -= len(heard)
        errors = [result for result in results if isinstance(result, BaseException)]
        if errors:
            _say_why(errors)
        for one, result in zip(heard, results, strict=True):
            if isinstance(result, BaseException):
                # They still have it, and will tell it again.
                one.status, one.name, one.message = codes.NOT_NOW, None, None
            else:
                one.screen = result
        heard[0].bind.owner.kept(heard)


def _back(
    loop: asyncio.AbstractEventLoop, hearing: Hearing, heard: list[Heard], results: Sequence[Kept]
) -> None:
    # A loop that has ended has no line left on which anything could be acknowledged.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(hearing.kept, heard, results)


def _say_why(errors: Sequence[BaseException]) -> None:
    """Note a full disk, or a fault of ours, once for all that it met at the same time."""
    where = "".join(traceback.format_tb(errors[0].__traceback__))
    log.error("%d not kept: %s\n%s", len(errors), type(errors[0]).__name__, where)


def _named(event: Event, name: str) -> Event:
    """Give a message its name; leave out a receipt's time, which is of a clock nobody knows."""
    if isinstance(event, Inbound | Turn):
        return replace(event, reference=name)
    return replace(event, at=None) if isinstance(event, Receipt) else event
