"""A phone on this machine that takes messages as SMS Gateway for Android does."""

import hmac
import json
import time
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Lock, Thread
from typing import Any

from tests.journeys.calls import Reply, call

NUMBER = "+254711000999"
KEY = "a-signing-key"


@dataclass
class AndroidPhone:
    """Takes each id once; `cut` says how often the line breaks after a message was taken."""

    key: str = KEY
    cut: int = 0
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    told_before: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    ids: Any = field(default_factory=lambda: count(1))

    def __enter__(self) -> "AndroidPhone":
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.thread = Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def settings(self, **more: str) -> dict[str, str]:
        url = f"http://127.0.0.1:{self.server.server_port}"
        ours = {"base_url": url, "username": "sms", "password": "open-sesame"}
        return ours | {"signing_key": KEY, "country": "KE"} | more

    def take(self, order: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        """Take a message; return the answer, or None where the line breaks."""
        with self.lock:
            if order["id"] in self.messages:
                self.told_before.append(order["id"])
                return 409, {"message": "duplicate id"}
            self.messages[order["id"]] = order
            self.cut -= 1
            return None if self.cut >= 0 else (202, {"id": order["id"], "state": "Pending"})

    def to(self, number: str) -> list[str]:
        """The texts it was asked to send to a number, oldest first."""
        orders = list(self.messages.values())
        return [o["textMessage"]["text"] for o in orders if number in o["phoneNumbers"]]

    def tells(self, url: str, event: str, at: str, **payload: Any) -> Reply:
        """Call the gateway, signed; `at` names the field that says when."""
        payload |= {at: datetime.now(UTC).isoformat(timespec="milliseconds")}
        told = {"event": event, "id": f"event-{next(self.ids)}", "payload": payload}
        body, stamp = json.dumps(told).encode(), str(int(time.time()))
        mark = hmac.digest(self.key.encode(), body + stamp.encode(), "sha256").hex()
        head = {"Content-Type": "application/json", "X-Signature": mark, "X-Timestamp": stamp}
        return call(url, body, head)

    def brings(self, url: str, sender: str, text: str) -> Reply:
        """A message came in."""
        told = {"messageId": "m", "message": text, "sender": sender, "recipient": NUMBER}
        return self.tells(url, "sms:received", "receivedAt", **told)


def _handler(phone: AndroidPhone) -> type[BaseHTTPRequestHandler]:
    signed = "Basic " + b64encode(b"sms:open-sesame").decode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Authorization"] != signed:
                self.say(401, {})
            elif answer := phone.take(json.loads(body)):
                self.say(*answer)

        def say(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
