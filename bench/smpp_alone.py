"""The ceiling of a link: an SMPP client that keeps nothing and decides nothing.

`out PORT MESSAGES RECEIPTS` sends, and hears a receipt for each if asked to; `in PORT MESSAGES`
says "bound" and acknowledges. It prints messages a second and the processor's ms a message.
"""

import json
import socket
import sys
import time

from bench.calls import person
from bench.network import WINDOW
from bench.smsc import DELIVER, HEADER, RESPONSE, SUBMIT
from bench.twilio_alone import TEXT
from gateway.providers.smpp.pdu import Message, write_message

BIND = HEADER.pack(16 + 17, 0x09, 0, 1) + b"alone\0alone\0\0\x34\0\0\0"


class Client:
    """One bound line with at most a window of messages on their way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(BIND)
        self.rest = b""
        self.answered = self.heard = 0
        self.socket.sendall(self._read())

    def _read(self) -> bytes:
        """Read what came, count it, and return the acknowledgements it asks for."""
        came = self.socket.recv(65536)
        if not came:
            raise ConnectionError("the network went away")
        octets = self.rest + came
        at, end, out = 0, len(octets), []
        while end - at >= 16:
            length, command, _, sequence = HEADER.unpack_from(octets, at)
            if end - at < length:
                break
            if command == SUBMIT | RESPONSE:
                self.answered += 1
            elif command == DELIVER:
                self.heard += 1
                out.append(HEADER.pack(17, DELIVER | RESPONSE, 0, sequence) + b"\0")
            at += length
        self.rest = octets[at:]
        return b"".join(out)

    def send(self, bodies: list[bytes], receipts: int) -> None:
        """Send all, and wait for their answers and for so many receipts."""
        sent, count = 0, len(bodies)
        ready = b""
        while self.answered < count or self.heard < receipts:
            until = min(count, self.answered + WINDOW)
            out = [_submit(bodies[n], n) for n in range(sent, until)]
            sent = until
            if ready or out:
                self.socket.sendall(ready + b"".join(out))
            ready = self._read()
        self.socket.sendall(ready)

    def hear(self, count: int) -> None:
        """Acknowledge so many messages."""
        while self.heard < count:
            self.socket.sendall(self._read())


def _submit(body: bytes, number: int) -> bytes:
    return HEADER.pack(16 + len(body), SUBMIT, 0, number + 2) + body


def bodies(count: int) -> list[bytes]:
    """Return what a gateway sends for as many messages, made beforehand."""
    people = [
        write_message(
            Message((0, 1, "4040"), (1, 1, person(n)[1:]), TEXT.encode("ascii"), receipt=1)
        )
        for n in range(min(count, 1000))
    ]
    return [people[n % len(people)] for n in range(count)]


def main(way: str, port: int, count: int, receipts: int = 0) -> None:
    client = Client(port)
    made = bodies(count) if way == "out" else []
    print("bound", flush=True)
    began, busy = time.monotonic(), time.process_time()
    client.send(made, receipts) if way == "out" else client.hear(count)
    seconds, busy = time.monotonic() - began, time.process_time() - busy
    print(json.dumps({"rate": count / seconds, "busy": 1000 * busy / count}))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
