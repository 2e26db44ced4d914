"""A server on this machine that takes messages as Africa's Talking does."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import NamedTuple
from urllib.parse import parse_qsl

KEY = "atsk_0123456789"


class Taken(NamedTuple):
    """One message to one number."""

    id: str
    to: str
    text: str
    sender: str


class AfricasTalkingServer(ThreadingHTTPServer):
    """Accepts every message for every number; `messages` holds them, oldest first."""

    daemon_threads = True
    request_queue_size = 128  # many come at once; what does not fit is reset

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.messages: list[Taken] = []
        self.lock = Lock()

    def settings(self, **more: str) -> dict[str, str]:
        return {"username": "relief", "api_key": KEY, "base_url": self.url} | more

    def take(self, form: dict[str, str]) -> list[dict[str, object]]:
        with self.lock:
            return [self._one(to, form) for to in form["to"].split(",")]

    def _one(self, to: str, form: dict[str, str]) -> dict[str, object]:
        id = f"ATXid_{len(self.messages) + 1:08}"
        self.messages.append(Taken(id, to, form["message"], form.get("from", "")))
        return {"statusCode": 101, "number": to, "cost": "KES 0.8000", "messageId": id}

    def __enter__(self) -> "AfricasTalkingServer":
        self.thread = Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: AfricasTalkingServer

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        known = self.headers.get("apiKey") == KEY
        told = {"Message": "Sent", "Recipients": self.server.take(form) if known else []}
        body = json.dumps({"SMSMessageData": told}).encode()
        head = f"HTTP/1.1 {201 if known else 401} Told\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
