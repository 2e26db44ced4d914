"""The short way in, for calls that come by the thousand: providers' calls and programs' messages.

They share their code with the routes of Flask, which costs more than they do. What is not
plainly good takes the long way: there it is refused, or its fault noted, as everything else.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from io import BytesIO
from typing import Any

from gateway.context import Gateway
from gateway.providers import Answer
from gateway.web import hooks, wire
from gateway.web.api import sending

Environ = dict[str, Any]
Start = Callable[..., Any]
Wsgi = Callable[[Environ, Start], Iterable[bytes]]

LARGEST = 1024 * 1024  # bytes of a body; a larger one takes the long way, which knows limits
_HOOK = re.compile(r"/hooks/([A-Za-z0-9_-]+)/(message|receipt|ussd)")
_HEADERS = [*wire.HEADERS.items(), ("Cache-Control", "no-store")]
_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class ShortWay:
    """Stands before an application and answers what it can; the rest it hands on."""

    def __init__(self, gw: Gateway, onward: Wsgi) -> None:
        self._gw, self._onward = gw, onward

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        find = self._finder(environ)
        length = environ.get("CONTENT_LENGTH") or "0"
        if find is None or not length.isdecimal() or int(length) > LARGEST:
            return self._onward(environ, start)
        body = environ["wsgi.input"].read(int(length)) if length != "0" else b""
        try:
            answer = find(body)
        except Exception:
            answer = None  # refused or broken: said, and noted, at the end of the long way
        if answer is None:
            environ["wsgi.input"] = BytesIO(body)
            return self._onward(environ, start)
        return _sent(answer, start)

    def _finder(self, environ: Environ) -> Callable[[bytes], Answer | None] | None:
        """Return what answers a call once its body is read; None if it takes the long way."""
        if "HTTP_TRANSFER_ENCODING" in environ:
            return None
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path == sending.PATH and method == "POST":
            return lambda body: sending.accepted(self._gw, environ, body)
        found = _HOOK.fullmatch(path) if method in hooks.METHODS else None
        if found is None:
            return None
        name, kind = found.groups()
        return lambda body: hooks.answered(self._gw, name, kind, environ, body)


def _sent(answer: Answer, start: Start) -> list[bytes]:
    body = answer.body.encode()
    own: Mapping[str, str] = answer.headers
    head = [("Content-Type", answer.type), ("Content-Length", str(len(body)))]
    start(_STATUS[answer.status], [*head, *own.items(), *_HEADERS])
    return [body]
