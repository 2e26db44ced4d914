"""Servers on this machine that take messages and report as Kannel and Jasmin do."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from time import sleep
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode

from tests.journeys.calls import Reply, call, post

KEY = "a-long-word-of-our-own"


@dataclass(frozen=True, slots=True)
class Order:
    """One message that was ordered, and where its reports go."""

    id: str
    to: str
    text: str
    reports: str


class Box(ThreadingHTTPServer, ABC):
    """Takes every order; `orders` holds them, oldest first.

    With `hasty` it reports before it answers; with `mute` it takes the order and breaks the line;
    with `lost` it has no signal and says so; it answers after `silence` seconds.
    """

    daemon_threads = True
    request_queue_size = 128  # many come at once; what does not fit is reset
    provider = ""
    made = count(1)

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.orders: list[Order] = []
        self.hasty = self.mute = self.lost = False
        self.silence = 0.0

    def settings(self, **more: str) -> dict[str, str]:
        known = {"username": "relief", "password": "open-sesame", "hook_key": KEY}
        return known | {"base_url": self.url, "country": "RW"} | more

    @abstractmethod
    def read(self, headers: Mapping[str, str], body: bytes) -> Order: ...

    @abstractmethod
    def heard(self, order: Order) -> tuple[int, str]: ...

    @abstractmethod
    def bring(self, url: str, sender: str, text: str, id: str = "") -> Reply: ...

    @abstractmethod
    def report(self, order: Order, word: str) -> Reply: ...

    def __enter__(self) -> "Box":
        self.thread = Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class KannelBox(Box):
    """sendsms, get-url and dlr-url, as version 1.4.5 was seen to do them."""

    provider = "kannel"
    words: ClassVar = {"network": "8", "phone": "1"}

    def read(self, headers: Mapping[str, str], body: bytes) -> Order:
        assert headers["X-Kannel-Password"] == "open-sesame"
        to, reports = (headers.get(f"X-Kannel-{name}", "") for name in ("To", "DLR-Url"))
        return Order("", to, body.decode(), reports)

    def heard(self, order: Order) -> tuple[int, str]:
        return 202, "0: Accepted for delivery"

    def bring(
        self, url: str, sender: str, text: str, id: str = "", at: float = 1785567600
    ) -> Reply:
        asked = {"key": KEY, "id": id or f"uuid-{next(self.made)}", "from": sender, "to": "1234"}
        asked |= {"text": text, "ts": f"{at:.0f}", "coding": "0", "charset": "UTF-8", "udh": ""}
        return call(f"{url}?{urlencode(asked)}")

    def report(self, order: Order, word: str) -> Reply:
        told = {"%d": self.words[word], "%F": "", "%A": "ACK%2F", "%T": "1785567605"}
        url = order.reports
        for escape, value in told.items():
            url = url.replace(f"={escape}", f"={value}")
        return call(url)


class JasminBox(Box):
    """/send, the HTTP connector and dlr-url, as version 0.11 is written."""

    provider = "jasmin"
    words: ClassVar = {"network": ("1", "ESME_ROK"), "phone": ("2", "DELIVRD")}

    def read(self, headers: Mapping[str, str], body: bytes) -> Order:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        assert form["password"] == "open-sesame"
        text = bytes.fromhex(form["hex-content"]).decode("latin-1")
        return Order(f"uuid-{next(self.made)}", form["to"], text, form["dlr-url"])

    def heard(self, order: Order) -> tuple[int, str]:
        return 200, f'Success "{order.id}"'

    def bring(self, url: str, sender: str, text: str, id: str = "") -> Reply:
        told = {"id": id or f"uuid-{next(self.made)}", "from": sender.strip("+"), "to": "1234"}
        told |= {"coding": "\0", "content": text, "binary": text.encode().hex()}
        return post(f"{url}?key={KEY}", told | {"origin-connector": "mtn", "priority": "0"})

    def report(self, order: Order, word: str) -> Reply:
        level, status = self.words[word]
        told = {"id": order.id, "level": level, "message_status": status, "connector": "mtn"}
        return post(order.reports, told)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Box

    def do_GET(self) -> None:
        assert "/balance?username=relief&password=open-sesame" in self.path
        self._say(200, '{"balance": "ND", "sms_count": "ND"}')

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        order = self.server.read(dict(self.headers), body)
        if self.server.lost:
            self._say(503, "3: Temporal failure, try again later")
            return
        if not order.to:
            self._say(400, "Missing receiver(s) number(s), rejected")
            return
        self.server.orders.append(order)
        if self.server.hasty:
            assert self.server.report(order, "phone").status == 200
        if self.server.mute:
            self.close_connection = True
            return
        sleep(self.server.silence)
        self._say(*self.server.heard(order))

    def _say(self, status: int, said: str) -> None:
        head = f"HTTP/1.1 {status} Told\r\nContent-Length: {len(said)}\r\n\r\n"
        self.wfile.write((head + said).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
