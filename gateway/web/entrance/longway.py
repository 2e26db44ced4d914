"""The long way: a WSGI application answers in a thread, as it would behind any server.

See PEP 3333 for what it is told, and RSGI's own specification for what the server tells us.
"""

import asyncio
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, NamedTuple

from gateway import processor
from gateway.web.called import joined
from gateway.web.wire import LARGEST

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Headers = list[tuple[str, str]]

WHOLE = 1024 * 1024  # bytes of an answer that are sent at once; a longer one goes piece by piece
SLOWEST = 120.0  # seconds a piece may take until the caller counts as gone


class Begun(NamedTuple):
    """An answer that has begun: all of it as `body`, or `pieces` still to come."""

    status: int
    headers: Headers
    body: bytes
    pieces: Iterable[bytes] | None


class LongWay:
    """Calls an application in threads, so many at the same time."""

    def __init__(self, app: Wsgi, threads: int) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(threads, "web", processor.roam)

    async def answer(self, scope: Any, call: Any, body: bytes | None = None) -> None:
        """Answer a call; `body` is given where it was read already."""
        loop = asyncio.get_running_loop()
        headers = joined(scope.headers.items())
        if body is None:
            body = await _body(call, headers)
        begun = await loop.run_in_executor(
            self._threads, self._begin, environ(scope, headers, body)
        )
        if begun.pieces is None:
            call.response_bytes(begun.status, begun.headers, begun.body)
            return
        line = call.response_stream(begun.status, begun.headers)

        async def sending(piece: bytes) -> None:
            await line.send_bytes(piece)

        def send(piece: bytes) -> None:
            asyncio.run_coroutine_threadsafe(sending(piece), loop).result(SLOWEST)

        await loop.run_in_executor(self._threads, _go_on, begun.pieces, send)

    def _begin(self, environ: Environ) -> Begun:
        started: list[tuple[int, Headers]] = []

        def start(status: str, headers: Headers, _: Any = None) -> None:
            started[:] = [(int(status[:3]), headers)]

        pieces = self._app(environ, start)
        status, headers = started[0]
        length = next((int(v) for name, v in headers if name.lower() == "content-length"), None)
        if length is None or length > WHOLE:
            return Begun(status, headers, b"", pieces)
        try:
            return Begun(status, headers, b"".join(pieces), None)
        finally:
            _close(pieces)


def _go_on(pieces: Iterable[bytes], send: Callable[[bytes], None]) -> None:
    """Send piece by piece; who has gone away ends it."""
    try:
        for piece in pieces:
            send(piece)
    finally:
        _close(pieces)


def _close(pieces: Iterable[bytes]) -> None:
    close = getattr(pieces, "close", None)
    if close:
        close()


async def _body(call: Any, headers: dict[str, str]) -> bytes:
    """Read a body; one that is too long is not read, and its length says so."""
    length = headers.get("Content-Length")
    if length is None and "Transfer-Encoding" in headers:
        return await _pieces(call, headers)
    if length is None or not length.isdecimal() or int(length) > LARGEST:
        return b""
    body: bytes = await call()
    return body


async def _pieces(call: Any, headers: dict[str, str]) -> bytes:
    """Read a body whose length nobody told, to the end: who still sends reads no answer.

    Of one that is too long nothing is kept, and it is left off at twice what is read.
    """
    body, length = bytearray(), 0
    async for piece in call:
        length += len(piece)
        if length > 2 * LARGEST:
            break
        if length <= LARGEST:
            body += piece
        else:
            body.clear()
    headers["Content-Length"] = str(length)
    del headers["Transfer-Encoding"]  # it is read, and of the length now told
    return bytes(body)


def environ(scope: Any, headers: dict[str, str], body: bytes) -> Environ:
    """Describe a call as PEP 3333 wants it."""
    name, _, port = scope.server.rpartition(":")
    found: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if scope.authority:
        found["HTTP_HOST"] = scope.authority
    for said, value in headers.items():
        key = said.upper().replace("-", "_")
        found[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return found
