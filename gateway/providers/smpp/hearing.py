"""What a link hears is kept by threads of their own, and acknowledged only after that."""

import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from queue import SimpleQueue
from zlib import crc32

from gateway.domain.messages import Event, Inbound, Receipt, Screen
from gateway.providers import Garbled
from gateway.providers.linking import Listener
from gateway.providers.smpp import codes
from gateway.providers.smpp.doubts import Doubts
from gateway.providers.smpp.pdu import Message, Pdu
from gateway.providers.smpp.reading import STATUS, Ear

log = logging.getLogger(__name__)

THREADS = 8  # they share the writer's commits; a slow disk then costs each message a share
MOST = 2000  # PDUs that wait; a network that sends on is told that the queue is full

Told = Callable[[int, str | None, Message | None, Screen | None], None]


class Hearing:
    """Hands what comes to the listener; one sender's messages stay in their order."""

    def __init__(self, listener: Listener, ear: Ear, doubts: Doubts) -> None:
        self._listener, self._ear, self._doubts = listener, ear, doubts
        self._queues: list[SimpleQueue[tuple[Pdu, Told] | None]] = []
        for number in range(THREADS):
            queue: SimpleQueue[tuple[Pdu, Told] | None] = SimpleQueue()
            self._queues.append(queue)
            threading.Thread(
                target=self._work, args=(queue,), name=f"hearing-{number}", daemon=True
            ).start()

    def add(self, pdu: Pdu, told: Told) -> bool:
        """Take one PDU, to be told of when it is on disk; False if too many wait."""
        # The fields up to the sender's number, roughly: the same sender, the same thread.
        queue = self._queues[crc32(pdu.body[:20]) % THREADS]
        if queue.qsize() >= MOST // THREADS:
            return False
        queue.put((pdu, told))
        return True

    def close(self) -> None:
        """End the threads, after what they have."""
        for queue in self._queues:
            queue.put(None)

    def _work(self, queue: SimpleQueue[tuple[Pdu, Told] | None]) -> None:
        while item := queue.get():
            pdu, told = item
            try:
                told(*self._keep(pdu))
            except Exception as error:
                # A full disk, or a fault of ours: they still have it and will tell it again.
                where = "".join(traceback.format_tb(error.__traceback__))
                log.error("not kept: %s\n%s", type(error).__name__, where)
                told(codes.NOT_NOW, None, None, None)

    def _keep(self, pdu: Pdu) -> tuple[int, str | None, Message | None, Screen | None]:
        raw = bytes(pdu)
        try:
            message, events = self._ear.read(pdu)
        except Garbled as error:
            self._listener.keep(str(error), raw)
            return STATUS[error.reason], None, None, None
        if not events:
            self._listener.keep("not understood", raw)
            return codes.OK, None, message, None
        name = self._doubts.name(pdu.body)
        screen = self._listener.take([_named(event, name) for event in events], raw)
        return codes.OK, name, message, screen


def _named(event: Event, name: str) -> Event:
    """Give a message its name; leave out a receipt's time, which is of a clock nobody knows."""
    if isinstance(event, Inbound):
        return replace(event, reference=name)
    return replace(event, at=None) if isinstance(event, Receipt) else event
