"""A mobile network that a gateway is bound to: it tells again what was not acknowledged."""

import socket
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty
from types import MappingProxyType

from gateway.providers.smpp.pdu import Command, Message, Pdu, Tag, write_message
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until
from tests.providers.smsc import Line, Smsc

CODE = "8008"
WINDOW = 20  # messages told and not acknowledged
ENDED = {"sent", "delivered", "unknown"}


class Network(Smsc):
    """The test SMSC as a provider of a channel."""

    def settings(self, **more: str) -> dict[str, str]:
        own = {"host": "127.0.0.1", "port": str(self.port), "system_id": "relief"}
        return own | {"password": self.password, "pause": "0.1", "country": "GB", **more}

    def __exit__(self, *told: object) -> None:
        """Be gone at once, as a machine without power: the port is free for another."""
        self.away()
        super().__exit__(*told)

    def away(self) -> None:
        for line in (self._ears, *(line.sock for line in self.bound)):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def sent(self, people: Collection[str]) -> list[str]:
        """Return to whom of these people something was sent, in the order it came."""
        found = [f"+{message.to[2]}" for message in tuple(self.submitted)]
        return [person for person in found if person in people]

    def reached(self, people: Collection[str], count: int) -> bool:
        return len(self.sent(people)) >= count

    def copies(self, people: Collection[str]) -> Counter[str]:
        return Counter(self.sent(people))

    def waits(self, gateway: GatewayProcess, lines: int = 1) -> Line:
        """Wait until so many lines are bound; return the last one that hears."""
        until(lambda: len(self.bound) >= lines, f"{lines} bound", 30, gateway.log)
        return self.bound[-1]


@dataclass
class Burst:
    """Messages told over a line with a window; what is not acknowledged is told to the next."""

    network: Network
    gateway: GatewayProcess
    left: list[Message]
    acknowledged: list[Message] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def tell(self, cut: Callable[[], None] | None = None, after: int = 0) -> None:
        """Tell all; once so many are acknowledged, cut, and come back when the line is gone."""
        line = self.network.waits(self.gateway)
        for pdu, message in self._told(line):
            self.statuses[pdu.status] += 1
            if pdu.status == 0:
                self.acknowledged.append(message)
                self.left.remove(message)
            if cut and len(self.acknowledged) >= after:
                cut()
                cut = None

    def _told(self, line: Line) -> Iterator[tuple[Pdu, Message]]:
        """Tell what is left and yield the answers, until all are answered or the line is gone."""
        queue, waiting = list(self.left), dict[int, Message]()
        number = 0
        while queue or waiting:
            while queue and len(waiting) < WINDOW:
                number += 1
                waiting[number] = queue.pop(0)
                body = write_message(waiting[number])
                if not _said(line, Pdu(Command.DELIVER_SM, 0, number, body)):
                    queue = []
            try:
                pdu = line.answers.get(timeout=1)
            except Empty:
                if line.sock.fileno() < 0:
                    return
                continue
            if pdu.command == Command.DELIVER_SM | 0x80000000:
                yield pdu, waiting.pop(pdu.sequence)


def _said(line: Line, pdu: Pdu) -> bool:
    try:
        line.say(pdu)
    except OSError:
        return False  # what was told is in doubt, and will be told again
    return True


def from_person(
    person: str, text: str, service: str = "", tlvs: Mapping[int, bytes] = MappingProxyType({})
) -> Message:
    """Return what one person writes to the short code."""
    source, to = (1, 1, person.removeprefix("+")), (3, 0, CODE)
    return Message(source, to, text.encode("ascii"), service, tlvs=tlvs)


def receipt_for(id: str, person: str) -> Message:
    told = f"id:{id} sub:001 dlvrd:001 submit date:2608011000 done date:2608011001 stat:DELIVRD"
    source, to = (1, 1, person.removeprefix("+")), (3, 0, CODE)
    return Message(source, to, f"{told} err:000 text:".encode("ascii"), esm_class=4)


def states(gateway: GatewayProcess, people: Collection[str]) -> dict[str, str]:
    """Return the state of the one message to each of these people."""
    rows = gateway.rows("SELECT recipient, state FROM outbox")
    found = [row for row in rows if row["recipient"] in people]
    assert len(found) == len({row["recipient"] for row in found})
    return {row["recipient"]: row["state"] for row in found}


def all_ended(gateway: GatewayProcess, seconds: float = 40) -> None:
    """Wait until nothing is queued or on its way."""
    open_ones = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'claimed')"
    until(lambda: not gateway.value(open_ones), "an end", seconds, gateway.log)


def nothing_lost_or_doubled(
    gateway: GatewayProcess, network: Network, people: Collection[str]
) -> None:
    """Everybody has one row; who got none or an unanswered one is `unknown`, the others `sent`."""
    found, copies = states(gateway, people), network.copies(people)
    assert set(found) == set(people)
    assert set(copies.values()) <= {1}
    assert set(found.values()) <= ENDED
    never = set(people) - set(copies)
    assert {found[to] for to in never} <= {"unknown"}


def step(person: str, text: str, op: int, session: int) -> Message:
    """Return one step of a USSD session, as a network tells it."""
    tlvs: dict[int, bytes] = {Tag.USSD_SERVICE_OP: bytes((op,))}
    tlvs |= {Tag.ITS_SESSION_INFO: bytes((session, 0))}
    return from_person(person, text, "USSD", tlvs)
