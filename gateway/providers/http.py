"""The only door to the network: pooled, timed, and clear about what may have arrived."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from gateway.providers import Account, Busy, MaybeSent, Rejected, SendError, Unreachable

_line = threading.local()
_listeners: list[Callable[[float], None]] = []


def _unheard(record: logging.LogRecord) -> bool:
    return False


# Its debug lines tell the whole address, and some providers want secrets and numbers in it.
logging.getLogger("urllib3.connectionpool").addFilter(_unheard)


def listen(to: Callable[[float], None], wanted: bool = True) -> None:
    """Let somebody hear what time it is where our calls are answered, or no more."""
    if wanted and to not in _listeners:
        _listeners.append(to)
    elif not wanted and to in _listeners:
        _listeners.remove(to)


def dated(header: str) -> float | None:
    """Return the time of a Date header, None if there is none.

    >>> dated("Sun, 01 Nov 2026 00:00:00 GMT"), dated("yesterday")
    (1793491200.0, None)
    """
    try:
        return parsedate_to_datetime(header).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def _tell_the_time(header: str) -> None:
    at = dated(header)
    if at is not None:
        for told in tuple(_listeners):
            told(at)


@dataclass(frozen=True, slots=True)
class Reply:
    """What they answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def wait(self) -> float | None:
        """How many seconds they ask us to wait, if they say.

        >>> Reply(429, {"retry-after": "3"}, b"").wait
        3.0
        """
        said = self.headers.get("retry-after", "").strip()
        return float(said) if said.isascii() and said.isdigit() and len(said) < 7 else None


def refusal(reply: Reply) -> SendError | None:
    """Return what a status means for sending, or None if it was taken.

    >>> [type(refusal(Reply(s, {}, b""))).__name__ for s in (201, 302, 400, 401, 429, 502)]
    ['NoneType', 'Account', 'Rejected', 'Account', 'Busy', 'Unreachable']
    """
    code = f"http_{reply.status}"
    if 200 <= reply.status < 300:
        return None
    if reply.status == 429:
        return Busy(code, reply.wait)
    if reply.status >= 500 or reply.status == 408:
        return Unreachable(code, reply.wait)
    if reply.status < 400 or reply.status in (401, 402, 403, 404, 407):
        return Account(code)  # a redirect or an absent page is a wrong address or account
    return Rejected(code)


def _taken(reply: Reply) -> Reply:
    error = refusal(reply)
    if error:
        raise error
    return reply


class _Telling:
    """A connection that notes when the first byte of a request leaves.

    Before that, a broken line is harmless; after it, nobody knows what arrived. The kind
    of exception does not tell the two apart (a reset can be either), so we look here.
    """

    sock: Any

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]
        _line.written = True
        super().send(data)  # type: ignore[misc]


class _Plain(_Telling, HTTPConnection):
    pass


class _Tls(_Telling, HTTPSConnection):
    pass


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Tls


class Door:
    """Kept-open connections to one host. Timeouts are in seconds."""

    def __init__(
        self, base: str, connections: int = 8, connect: float = 5.0, read: float = 15.0
    ) -> None:
        parts = urlsplit(base)
        pool = _PlainPool if parts.scheme == "http" else _TlsPool
        self.prefix = parts.path.rstrip("/")
        self.pool = pool(
            parts.hostname or "",
            parts.port,
            maxsize=connections,
            block=True,
            timeout=urllib3.Timeout(connect=connect, read=read),
            retries=False,
        )

    def ask(
        self, method: str, path: str, form: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Reply:
        """Send a form (in a GET: as the query) and return the answer, whatever its status.

        Raise Unreachable if nothing was written, MaybeSent if something was.
        """
        body: str | None = urlencode(form, doseq=True)
        target = self.prefix + path
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        if method == "GET":
            target, body, kind = f"{target}?{body}" if body else target, None, {}
        return self._call(method, target, body, {**kind, **headers})

    def hand(
        self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST"
    ) -> Reply:
        """Send a body as it is and return the answer, whatever its status; raise as `ask`."""
        return self._call(method, self.prefix + path, body or None, headers)

    def _call(
        self, method: str, target: str, body: str | bytes | None, headers: Mapping[str, str]
    ) -> Reply:
        _line.written = False
        try:
            reply = self.pool.urlopen(method, target, body, headers, retries=False, redirect=False)
        except (HTTPError, OSError) as error:
            broken = MaybeSent if _line.written else Unreachable
            raise broken(type(error).__name__) from None  # its text may hold the address
        if _listeners:
            _tell_the_time(reply.headers.get("date", ""))
        return Reply(reply.status, {k.lower(): v for k, v in reply.headers.items()}, reply.data)

    def post(self, path: str, form: Mapping[str, Any], headers: Mapping[str, str]) -> Reply:
        """Post a form and return the answer; raise what its status means unless it is 2xx."""
        return _taken(self.ask("POST", path, form, headers))

    def get(self, path: str, query: Mapping[str, Any], headers: Mapping[str, str]) -> Reply:
        """Return the answer to a GET; raise what its status means unless it is 2xx."""
        return _taken(self.ask("GET", path, query, headers))

    def close(self) -> None:
        """Close the kept connections."""
        self.pool.close()
