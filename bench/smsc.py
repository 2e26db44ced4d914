"""A network on loopback, a process of its own: it binds whoever comes, takes messages, tells some.

It prints its port. Each line it then reads is a wish as JSON: `receipts` or none from now on,
`tell` so many messages, `from` a number on, of `people` if they are not a thousand. It answers
each with what it has counted.
"""

import asyncio
import json
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from struct import Struct
from typing import Any

HEADER = Struct(">IIII")
SUBMIT, DELIVER, ENQUIRE, UNBIND, BINDS = 0x04, 0x05, 0x15, 0x06, (0x01, 0x02, 0x09)
RESPONSE = 0x80000000
WINDOW = 50  # messages told and not yet acknowledged on a line
HEARS = (0x01, 0x09)
FEW = 1000  # people
OURS = b"\1\1" + b"4040\0"
TEXTS = (b"FLOOD", b"When will the road to the market open again?", b"HELP", b"No water here")


@dataclass(slots=True)
class Network:
    """What the lines share: what is to be told, and what was counted."""

    receipts: bool = False
    queue: deque[bytes] = field(default_factory=deque)
    lines: "list[Line]" = field(default_factory=list)
    taken: int = 0
    told: int = 0
    refused: int = 0
    began: float = 0.0
    ended: float = 0.0

    def wish(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Do what is asked for; return what was counted until now."""
        if asked:
            self.receipts = asked.get("receipts", self.receipts)
            first, people = asked.get("from", 0), asked.get("people", FEW)
            numbers = range(first, first + asked.get("tell", 0))
            self.queue.extend(message(number, people) for number in numbers)
            self.told, self.began = 0, time.monotonic()
            for line in self.lines:
                line.tell()
        counted = {"taken": self.taken, "told": self.told, "refused": self.refused}
        hears = sum(line.hears for line in self.lines)
        return counted | {"hears": hears, "seconds": self.ended - self.began}


class Line(asyncio.Protocol):
    """One connection; what is ready at the same time is written at once."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._rest = b""
        self._waiting: dict[int, bytes] = {}
        self._sequence = 0
        self.hears = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._network.lines.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """What they did not acknowledge will be told again, to whoever binds next."""
        self._network.lines.remove(self)
        self._network.queue.extendleft(self._waiting.values())

    def data_received(self, data: bytes) -> None:
        octets = self._rest + data if self._rest else data
        at, end = 0, len(octets)
        out: list[bytes] = []
        while end - at >= 16:
            length, command, status, sequence = HEADER.unpack_from(octets, at)
            if end - at < length:
                break
            if command == SUBMIT:
                out.append(self._submit(octets, at, length, sequence))
            elif command == DELIVER | RESPONSE:
                self._told(status, sequence)
            elif not command & RESPONSE:
                out.append(self._other(command, sequence))
            at += length
        self._rest = octets[at:]
        if out:
            self._transport.write(b"".join(out))
        self.tell()

    def _submit(self, octets: bytes, at: int, length: int, sequence: int) -> bytes:
        network = self._network
        network.taken += 1
        name = b"%08X\0" % network.taken
        if network.receipts:
            network.queue.append(receipt(octets[at + 16 : at + length], name[:8]))
        return HEADER.pack(25, SUBMIT | RESPONSE, 0, sequence) + name

    def _told(self, status: int, sequence: int) -> None:
        body, network = self._waiting.pop(sequence), self._network
        if status:
            network.refused += 1
            network.queue.append(body)
            return
        network.told += 1
        network.ended = time.monotonic()

    def _other(self, command: int, sequence: int) -> bytes:
        self.hears = self.hears or command in HEARS
        if command == UNBIND:
            self.hears = False
            asyncio.get_running_loop().call_soon(self._transport.close)
        body = b"smsc\0" if command in BINDS else b""
        return HEADER.pack(16 + len(body), command | RESPONSE, 0, sequence) + body

    def tell(self) -> None:
        """Tell as much as the window lets."""
        queue, waiting = self._network.queue, self._waiting
        out: list[bytes] = []
        while self.hears and queue and len(waiting) < WINDOW:
            body = queue.popleft()
            self._sequence += 1
            waiting[self._sequence] = body
            out.append(HEADER.pack(16 + len(body), DELIVER, 0, self._sequence) + body)
        if out:
            self._transport.write(b"".join(out))


def message(number: int, people: int = FEW) -> bytes:
    """Return the body of a message from one of so many people, unlike any other.

    A few say the same each time; of many each says something else the next time. 80,000 numbers
    of North America are for fiction.
    """
    who, turn = number % people, 0 if people == FEW else number // people
    text = TEXTS[(number + turn) % len(TEXTS)]
    name = (
        b"447700900%03d" % who if people == FEW else b"1%03d55501%02d" % divmod(20_000 + who, 100)
    )
    source = b"\0\1\1" + name + b"\0"
    own = b"\x02\x04\0\2" + (number & 0xFFFF).to_bytes(2, "big")
    return source + OURS + bytes(9) + bytes((len(text),)) + text + own


def receipt(body: bytes, name: bytes) -> bytes:
    """Return the body of a receipt for a message: from whom it was for, to who sent it."""
    middle = body.index(0, body.index(0) + 3) + 1
    source, to = body[body.index(0) + 1 : middle], body[middle : body.index(0, middle + 2) + 1]
    text = b"id:%s sub:001 dlvrd:001 submit date:2601010000 done date:2601010000" % name
    text += b" stat:DELIVRD err:000 text:"
    return b"\0" + to + source + b"\4" + bytes(8) + bytes((len(text),)) + text


async def main() -> None:
    """Serve until the wishes end."""
    network, loop = Network(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(network), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(network.wish(json.loads(line))), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
