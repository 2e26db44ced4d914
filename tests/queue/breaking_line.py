"""A line to Redis that breaks when it hurts: just before or after a command arrives."""

import socket
import time
from threading import Event, Thread


class BreakingLine:
    """Passes bytes on to Redis; armed, it breaks at the next EXEC, or another command.

    `before`: Redis never sees it. `after`: Redis obeys, and its answer is lost. `late`:
    Redis sees it only once the line has been given up.
    """

    def __init__(self, port: int, at: bytes = b"EXEC") -> None:
        self._port, self._at = port, at
        self.breaks = ""
        self.broken = Event()
        self._ends: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._door.getsockname()[1]}/0"

    def close(self) -> None:
        for end in [self._door, *self._ends]:
            end.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._door.accept()
            except OSError:
                return
            redis = socket.create_connection(("127.0.0.1", self._port))
            self._ends += [caller, redis]
            Thread(target=self._there, args=(caller, redis), daemon=True).start()
            Thread(target=self._pass, args=(redis, caller), daemon=True).start()

    def _there(self, caller: socket.socket, redis: socket.socket) -> None:
        while data := self._read(caller):
            if self.breaks and self._at in data:
                self._break(caller, redis, data)
                return
            redis.sendall(data)
        redis.close()
        caller.close()

    def _break(self, caller: socket.socket, redis: socket.socket, data: bytes) -> None:
        how, self.breaks = self.breaks, ""
        caller.shutdown(socket.SHUT_WR)  # no answer passes from here on
        if how == "late":
            time.sleep(0.5)
        if how != "before":
            redis.sendall(data)
            time.sleep(0.2)
        caller.close()
        redis.close()
        self.broken.set()

    def _pass(self, redis: socket.socket, caller: socket.socket) -> None:
        while data := self._read(redis):
            try:
                caller.sendall(data)
            except OSError:
                return

    @staticmethod
    def _read(end: socket.socket) -> bytes:
        try:
            return end.recv(65536)
        except OSError:
            return b""
