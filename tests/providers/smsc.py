"""A network of our own on loopback: it binds, takes messages, and tells some."""

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Queue
from typing import Self

from gateway.providers.smpp.pdu import Command, Message, Pdu, frames, read_message, write_message

RESP = 0x80000000
Judge = Callable[[int], int | None]  # the how-manieth submit -> its status, None: no answer


@dataclass
class Line:
    """One connection of the gateway's."""

    sock: socket.socket
    command: int = 0
    answers: Queue[Pdu] = field(default_factory=Queue)
    reads: list[int] = field(default_factory=list)

    def say(self, *pdus: Pdu) -> None:
        self.sock.sendall(b"".join(map(bytes, pdus)))

    def close(self) -> None:
        self.sock.close()

    def cut(self) -> None:
        """Break the line, whatever is under way on it."""
        self.sock.shutdown(socket.SHUT_RDWR)


class Smsc:
    """Knows one account; notes every message and line."""

    def __init__(
        self, password: str = "secret", tls: ssl.SSLContext | None = None, port: int = 0
    ) -> None:
        self.password = password
        self.judge: Judge = lambda number: 0
        self.hold = threading.Event()
        self.hold.set()
        self.silent = False
        self.body: bytes | None = None  # of every answer to a submit_sm
        self.submitted: list[Message] = []
        self.lines: list[Line] = []
        self.asked: list[int] = []
        self.unanswered = self.most_unanswered = 0
        self._sequence = 1000
        self._lock = threading.Lock()
        self._ears = socket.create_server(("127.0.0.1", port))
        self.tls = tls
        self.port = self._ears.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ears.close()
        self.hold.set()
        for line in self.lines:
            line.close()

    @property
    def bound(self) -> list[Line]:
        return [line for line in self.lines if line.command and line.sock.fileno() >= 0]

    def deliver(self, message: Message, line: Line | None = None) -> Pdu:
        """Tell a message; return the gateway's answer to it."""
        line = line or self.bound[-1]
        self._sequence += 1
        line.say(Pdu(Command.DELIVER_SM, 0, self._sequence, write_message(message)))
        return line.answers.get(timeout=10)

    def _listen(self) -> None:
        while True:
            try:
                sock, _ = self._ears.accept()
            except OSError:
                return
            threading.Thread(target=self._greet, args=(sock,), daemon=True).start()

    def _greet(self, sock: socket.socket) -> None:
        try:
            line = Line(self.tls.wrap_socket(sock, server_side=True) if self.tls else sock)
        except OSError:
            return  # they did not trust our certificate
        self.lines.append(line)
        self._serve(line)

    def _serve(self, line: Line) -> None:
        received = bytearray()
        try:
            while data := line.sock.recv(65536):
                received += data
                pdus = list(frames(received))
                line.reads.append(len(pdus))
                self._count(pdus)
                for pdu in pdus:
                    self._take(line, pdu)
        except OSError:
            pass  # the line is gone: its end is what some tests are about
        line.close()

    def _count(self, pdus: list[Pdu]) -> None:
        with self._lock:
            self.unanswered += sum(pdu.command == Command.SUBMIT_SM for pdu in pdus)
            self.most_unanswered = max(self.most_unanswered, self.unanswered)

    def _take(self, line: Line, pdu: Pdu) -> None:
        self.asked.append(pdu.command)
        if pdu.command & RESP:
            line.answers.put(pdu)
        elif pdu.command in (1, 2, 9):
            self._bind(line, pdu)
        elif pdu.command == Command.SUBMIT_SM:
            self._submit(line, pdu)
        elif not self.silent:
            line.say(Pdu(pdu.command | RESP, 0, pdu.sequence))

    def _bind(self, line: Line, pdu: Pdu) -> None:
        right = pdu.body.split(b"\0")[1] == self.password.encode()
        if right:
            line.command = pdu.command  # before they know, or they may be quicker than we
        line.say(Pdu(pdu.command | RESP, 0 if right else 0x0E, pdu.sequence, b"smsc\0"))

    def _submit(self, line: Line, pdu: Pdu) -> None:
        with self._lock:
            self.submitted.append(read_message(pdu.body))
            number = len(self.submitted)
        self.hold.wait(20)
        status = self.judge(number)
        with self._lock:
            self.unanswered -= 1
        if status is not None:
            body = f"{number:08X}\0".encode() if status == 0 else b""
            body = body if self.body is None else self.body
            line.say(Pdu(pdu.command | RESP, status, pdu.sequence, body))
