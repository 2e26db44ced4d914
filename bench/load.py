"""The load generator: a process of its own, raw sockets, connections kept open.

Its argument is a Plan as JSON; it writes a line when it begins and one with what it saw.
SIGTERM ends it early.
"""

import json
import selectors
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

from bench.calls import KINDS
from bench.plan import Plan

PATIENCE = 30.0  # seconds without any answer until we give up


class Line:
    """One open connection with at most one call on its way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got = b""
        self.asked, self.opened = 0.0, time.monotonic()

    def ask(self, call: bytes, asked: float) -> None:
        self.got, self.asked = b"", asked
        self.socket.sendall(call)

    def status(self) -> int | None:
        """Read what came; return the status once the whole answer is here."""
        came = self.socket.recv(65536)
        if not came:
            old = time.monotonic() - self.opened
            raise ConnectionError(f"the server closed a connection {old:.1f} s old")
        self.got += came
        head, end, body = self.got.partition(b"\r\n\r\n")
        if not end:
            return None
        length = next(
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        return int(head[9:12]) if len(body) >= length else None


class Load:
    """Sends calls when they are due; a call that must wait for a free line counts from then."""

    def __init__(self, plan: Plan) -> None:
        make = KINDS[plan.kind]
        self.calls = [make(plan, plan.first + n) for n in range(plan.count)]
        self.rate = plan.rate
        self.free = [Line(plan.port) for _ in range(plan.connections)]
        self.selector = selectors.SelectSelector()  # it sleeps to the microsecond
        for line in self.free:
            self.selector.register(line.socket, selectors.EVENT_READ, line)
        self.seen: list[tuple[float, float, int]] = []
        self.sent = 0
        self.began = 0.0

    def run(self) -> float:
        """Send all; return how many seconds it took."""
        self.began = time.monotonic()
        while len(self.seen) < len(self.calls):
            self._send()
            self._receive()
        return time.monotonic() - self.began

    def enough(self, *_: object) -> None:
        """Send no more; what is on its way is still answered."""
        del self.calls[self.sent :]

    def _due(self) -> float:
        return self.began + self.sent / self.rate if self.rate else 0.0

    def _send(self) -> None:
        while self.free and self.sent < len(self.calls):
            now, due = time.monotonic(), self._due()
            if due > now:
                return
            self.free.pop().ask(self.calls[self.sent], due or now)
            self.sent += 1

    def _receive(self) -> None:
        wait = PATIENCE
        if self.free and self.sent < len(self.calls):
            wait = max(0.0, self._due() - time.monotonic())
        ready = self.selector.select(wait)
        if not ready and wait == PATIENCE:
            raise TimeoutError("no answer came")
        for key, _ in ready:
            line: Line = key.data
            status = line.status()
            if status is not None:
                self.seen.append((line.asked, time.monotonic() - line.asked, status))
                self.free.append(line)


def told(plan: Plan) -> str:
    return json.dumps(asdict(plan))


def main(lines: Sequence[str]) -> None:
    load = Load(Plan(**json.loads(lines[0])))
    signal.signal(signal.SIGTERM, load.enough)
    print("begun", flush=True)
    seconds = load.run()
    print(json.dumps({"seconds": seconds, "seen": load.seen}))


if __name__ == "__main__":
    main(sys.argv[1:])
