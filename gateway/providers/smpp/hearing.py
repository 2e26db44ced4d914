"""What a link hears is kept by threads of their own, and acknowledged only after that."""

import logging
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING
from zlib import crc32

from msgspec.structs import replace

from gateway.domain.messages import Event, Inbound, Receipt, Screen, Turn
from gateway.providers import Garbled
from gateway.providers.linking import Listener
from gateway.providers.smpp import codes
from gateway.providers.smpp.doubts import Doubts
from gateway.providers.smpp.pdu import Message, Pdu
from gateway.providers.smpp.reading import STATUS, Ear

if TYPE_CHECKING:
    from gateway.providers.smpp.bind import Bind

log = logging.getLogger(__name__)

THREADS = 2
MOST = 2000  # PDUs that wait; a network that sends on is told that the queue is full
TOGETHER = 200  # PDUs kept at once; what has come meanwhile goes together, nobody waits for more


@dataclass(slots=True)
class Heard:
    """One PDU that came over a line; then what became of it, and the screen to show if any."""

    bind: "Bind"
    pdu: Pdu
    status: int = codes.OK
    name: str | None = None
    message: Message | None = None
    screen: Screen | None = None


Queue = SimpleQueue[Heard | None]


class Hearing:
    """Hands what comes to the listener; one sender's messages stay in their order."""

    def __init__(self, listener: Listener, ear: Ear, doubts: Doubts) -> None:
        self._listener, self._ear, self._doubts = listener, ear, doubts
        self._queues: list[Queue] = []
        for number in range(THREADS):
            queue: Queue = SimpleQueue()
            self._queues.append(queue)
            threading.Thread(
                target=self._work, args=(queue,), name=f"hearing-{number}", daemon=True
            ).start()

    def add(self, heard: Heard) -> bool:
        """Take one PDU, to be told of when it is on disk; False if too many wait."""
        # The fields up to the sender's number, roughly: the same sender, the same thread.
        queue = self._queues[crc32(heard.pdu.body[:20]) % THREADS]
        if queue.qsize() >= MOST // THREADS:
            return False
        queue.put(heard)
        return True

    def close(self) -> None:
        """End the threads, after what they have."""
        for queue in self._queues:
            queue.put(None)

    def _work(self, queue: Queue) -> None:
        while heard := _gathered(queue):
            try:
                self._keep(heard)
            except Exception as error:
                _not_kept(heard, error)
            heard[0].bind.owner.kept(heard)

    def _keep(self, heard: Sequence[Heard]) -> None:
        told = [(one, events) for one in heard if (events := self._read(one))]
        screens = self._listener.take([(events, bytes(one.pdu)) for one, events in told])
        for (one, _), screen in zip(told, screens, strict=True):
            if isinstance(screen, BaseException):
                _not_kept([one], screen)
            else:
                one.screen = screen

    def _read(self, one: Heard) -> list[Event]:
        """Return what a PDU tells; what cannot be read is kept as it is."""
        try:
            one.message, events = self._ear.read(one.pdu)
        except Garbled as error:
            self._listener.keep(str(error), bytes(one.pdu))
            one.status = STATUS[error.reason]
            return []
        if not events:
            self._listener.keep("not understood", bytes(one.pdu))
            return []
        one.name = self._doubts.name(one.pdu.body)
        return [_named(event, one.name) for event in events]


def _gathered(queue: Queue) -> list[Heard]:
    """Wait for a PDU, and return it with those that came meanwhile; nothing at the end."""
    found: list[Heard] = []
    one = queue.get()
    while one is not None:
        found.append(one)
        if len(found) == TOGETHER or queue.empty():
            return found
        one = queue.get()
    queue.put(None)  # the end: seen again by the next who asks
    return found


def _not_kept(heard: Sequence[Heard], error: BaseException) -> None:
    """A full disk, or a fault of ours: they still have it and will tell it again."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("not kept: %s\n%s", type(error).__name__, where)
    for one in heard:
        one.status, one.name, one.message, one.screen = codes.NOT_NOW, None, None, None


def _named(event: Event, name: str) -> Event:
    """Give a message its name; leave out a receipt's time, which is of a clock nobody knows."""
    if isinstance(event, Inbound | Turn):
        return replace(event, reference=name)
    return replace(event, at=None) if isinstance(event, Receipt) else event
