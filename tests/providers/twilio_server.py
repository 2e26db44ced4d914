"""A server on this machine that behaves like Twilio: for tests, journeys and the benchmark.

with TwilioServer("AC…", "token") as twilio:
    twilio.will("429", wait=2)          # the next call
    twilio.refuse("+15550101", 21610)   # every call to that number
    … a channel with base_url=twilio.url sends …
    twilio.tell(twilio.messages[0], "delivered")   # a signed receipt
    twilio.bring(url, "+15550100", "MAJI camp 4")  # a signed message in
"""

import json
import time
from base64 import b64encode
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request, urlopen

from twilio.request_validator import RequestValidator

PATH = "/2010-04-01/Accounts/{}/Messages.json"
ACCOUNT = "AC0123456789abcdef0123456789abcdef"
TOKEN = "b7f1c2d3e4f5a6b7c8d9e0f1a2b3c4d5"
NUMBER = "+15550199"


@dataclass(frozen=True, slots=True)
class Taken:
    """A message the server accepted: its id and the form that asked for it."""

    sid: str
    form: Mapping[str, str]
    at: float  # seconds, of a clock that only runs forward


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; a None status is a line cut without a word."""

    status: int | None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class TwilioServer(ThreadingHTTPServer):
    """Takes messages as Twilio does; `messages` holds what it accepted, `calls` counts all."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, account: str = ACCOUNT, token: str = TOKEN, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.account, self.token = account, token
        self.users = {account: token}  # API keys may be added
        self.latency = 0.0  # seconds before every answer
        self.silence = 0.0  # seconds between taking a message and saying so
        self.messages: list[Taken] = []
        self.calls, self.connections, self.lock = 0, 0, Lock()
        self.hung = 0  # silences that came to their end
        self.refused: dict[str, int] = {}
        self.plans: deque[tuple[str, float]] = deque()
        self.done = False

    def settings(self, **more: str) -> dict[str, str]:
        """Return the settings of a channel that sends here."""
        ours = {"account_sid": self.account, "auth_token": self.token, "base_url": self.url}
        return ours | more

    def will(self, plan: str, *, wait: float = 0.0, times: int = 1) -> None:
        """Plan the next answers: ok, a status (429, 500, 401), html, hang, cut or lost.

        `wait` is the Retry-After of a 429, or how long `hang` hangs, in seconds. `cut` breaks
        the line after the message was taken, `lost` before; `hang` takes it and says nothing.
        """
        self.plans.extend([(plan, wait)] * times)

    def refuse(self, number: str, code: int) -> None:
        """Refuse every message to a number with one of Twilio's codes."""
        self.refused[number] = code

    def tell(self, message: Taken, status: str, code: int | None = None, url: str = "") -> int:
        """Call a message's StatusCallback, signed; return the HTTP status of the answer."""
        form = {"SmsSid": message.sid, "SmsStatus": status, "MessageStatus": status}
        form |= {"To": message.form["To"], "MessageSid": message.sid}
        form |= {"AccountSid": self.account, "From": message.form.get("From", "")}
        form |= {"ApiVersion": "2010-04-01"} | ({"ErrorCode": str(code)} if code else {})
        return self.call(url or message.form["StatusCallback"], form)[0]

    def bring(
        self, url: str, sender: str, text: str, to: str = NUMBER, sid: str = "", **more: str
    ) -> tuple[int, str]:
        """Call a message address with a text from a person; return status and body."""
        with self.lock:
            self.calls += 1
            sid = sid or f"SM{self.calls:032x}"
        form = {"ToCountry": "", "SmsMessageSid": sid, "NumMedia": "0", "FromCity": ""}
        form |= {"SmsSid": sid, "SmsStatus": "received", "Body": text, "To": to, "FromZip": ""}
        form |= {"MessageSid": sid, "AccountSid": self.account, "From": sender, **more}
        return self.call(url, form)

    def call(self, url: str, form: Mapping[str, str], signed_for: str = "") -> tuple[int, str]:
        """Post a signed form; `signed_for` is the public address where it differs from `url`."""
        signature = RequestValidator(self.token).compute_signature(signed_for or url, dict(form))
        headers = {"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"}
        try:
            with urlopen(Request(url, urlencode(form).encode(), headers), timeout=15) as reply:
                return reply.status, reply.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def decide(self, path: str, user: str, form: Mapping[str, str]) -> Answer:
        """Return the answer to one call, keeping the message if it is taken."""
        with self.lock:
            self.calls += 1
            plan, wait = self.plans.popleft() if self.plans else ("ok", 0.0)
        time.sleep(self.latency)
        refusal = self._refusal(path, user, form) or _planned(plan, wait)
        if refusal:
            return refusal
        message = self._keep(form)
        self._hang(wait if plan == "hang" else self.silence)
        return Answer(None) if plan in ("hang", "cut") else Answer(201, _taken(self, message))

    def show(self, path: str, user: str) -> Answer:
        """Return the account, the one thing here that can be read."""
        if not self._knows(user):
            return _error(401, 20003)
        if path != f"/2010-04-01/Accounts/{self.account}.json":
            return _error(404, 20404)
        return Answer(200, {"sid": self.account, "status": "active", "friendly_name": "Relief"})

    def _knows(self, user: str) -> bool:
        known = {b64encode(f"{u}:{w}".encode()).decode() for u, w in self.users.items()}
        return user.removeprefix("Basic ") in known

    def _refusal(self, path: str, user: str, form: Mapping[str, str]) -> Answer | None:
        if not self._knows(user):
            return _error(401, 20003)
        if path != PATH.format(self.account):
            return _error(404, 20404)
        code = self.refused.get(form.get("To", "")) or _wrong(form)
        return _error(400, code) if code else None

    def _keep(self, form: Mapping[str, str]) -> Taken:
        with self.lock:
            message = Taken(f"SM{len(self.messages) + 1:032x}", form, time.monotonic())
            self.messages.append(message)
        return message

    def _hang(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.done:
            time.sleep(0.01)
        self.hung += seconds > 0 and not self.done

    def __enter__(self) -> "TwilioServer":
        self.thread = Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done = True
        self.shutdown()
        self.thread.join()
        self.server_close()


def _planned(plan: str, wait: float) -> Answer | None:
    if plan == "lost":
        return Answer(None)
    if plan == "html":
        return Answer(502, "<html><body>Bad Gateway</body></html>")
    if plan == "429":
        return _error(429, 20429, {"Retry-After": f"{wait:g}"} if wait else {})
    if plan == "401":
        return _error(401, 20003)
    return _error(int(plan), 20500) if plan.isdigit() else None


def _wrong(form: Mapping[str, str]) -> int | None:
    """Return the code for what is wrong with a form, in the order Twilio looks."""
    to, text = form.get("To", ""), form.get("Body", "")
    period = form.get("ValidityPeriod", "1")
    rules = {
        21604: not to,
        21211: not to.removeprefix("whatsapp:").startswith("+"),
        21603: not (form.get("From") or form.get("MessagingServiceSid")),
        21602: not text,
        21617: len(text) > 1600,
        21609: not form.get("StatusCallback", "http").startswith("http"),
        20001: not (period.isdigit() and 1 <= int(period) <= 36000),
    }
    return next((code for code, broken in rules.items() if broken), None)


def _error(status: int, code: int, headers: Mapping[str, str] | None = None) -> Answer:
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": "It is so.", "more_info": more, "status": status}
    return Answer(status, body, headers or {})


def _taken(server: TwilioServer, message: Taken) -> dict[str, Any]:
    form, now = message.form, "Sat, 01 Aug 2026 07:00:00 +0000"
    service = form.get("MessagingServiceSid")
    body: dict[str, Any] = {"sid": message.sid, "account_sid": server.account, "body": form["Body"]}
    body |= {"to": form["To"], "from": form.get("From"), "messaging_service_sid": service}
    body |= {"status": "accepted" if service else "queued", "direction": "outbound-api"}
    body |= {"num_segments": "0" if service else "1", "num_media": "0", "api_version": "2010-04-01"}
    body |= {"price": None, "price_unit": "USD", "error_code": None, "error_message": None}
    return body | {"date_created": now, "date_updated": now, "date_sent": None, "uri": "/x"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: TwilioServer

    def setup(self) -> None:
        super().setup()
        with self.server.lock:
            self.server.connections += 1

    def do_GET(self) -> None:
        self._write(self.server.show(self.path, self.headers.get("Authorization", "")))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        self._write(self.server.decide(self.path, self.headers.get("Authorization", ""), form))

    def _write(self, answer: Answer) -> None:
        if answer.status is None:
            self.close_connection = True
            return
        page = isinstance(answer.body, str)
        body = (answer.body if page else json.dumps(answer.body)).encode()
        headers = {"Content-Type": "text/html" if page else "application/json"}
        headers |= {"Content-Length": str(len(body)), **answer.headers}
        head = [f"HTTP/1.1 {answer.status} {responses[answer.status]}"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        self.wfile.write("\r\n".join([*head, "", ""]).encode() + body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
