"""The entrance: whoever calls over HTTP is answered from here, in the server's own loop.

Calls that come by the thousand (providers' calls, programs' messages) are checked in the loop,
written together, and answered when that is on disk: no thread waits for each. What is not plainly
good, and all pages, take the long way, through Flask in a thread: there it is refused, or its
fault noted. Both ways share their code.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from gateway import processor
from gateway.context import Gateway
from gateway.providers import Answer
from gateway.store import StoreClosed
from gateway.web import hooks, wire
from gateway.web.api import sending
from gateway.web.called import Called, Pending, joined
from gateway.web.entrance.longway import LongWay, Wsgi

LARGEST = 16 * 1024  # bytes of a body; to read a larger one would keep others waiting
_HOOK = re.compile(r"/hooks/([A-Za-z0-9_-]+)/(message|receipt|ussd)")
_HEADERS = [(name.lower(), value) for name, value in wire.HEADERS.items()]
_HEADERS.append(("cache-control", "no-store"))

Find = Callable[[bytes], Pending | None]
Waiting = tuple[Pending, "asyncio.Future[Any]"]


class Entrance:
    """Answers calls as a server of the RSGI kind brings them."""

    def __init__(self, gw: Gateway, app: Wsgi, threads: int) -> None:
        self._gw = gw
        self._long = LongWay(app, threads)
        self._gathered: list[Waiting] = []

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        loop.call_soon(processor.stay)  # once it runs: the server has started its own threads then

    async def __rsgi__(self, scope: Any, call: Any) -> None:
        find = self._short(scope)
        if find is None:
            await self._long.answer(scope, call)
            return
        body = await call()
        answer = await self._answered(find, body)
        if answer is None:
            await self._long.answer(scope, call, body)
        else:
            head = [("content-type", answer.type), *answer.headers.items(), *_HEADERS]
            call.response_bytes(answer.status, head, answer.body.encode())

    def _short(self, scope: Any) -> Find | None:
        """Return what reads the body of a call that may go the short way; None if it may not."""
        path, method = scope.path, scope.method
        if path == sending.PATH and method == "POST":
            headers = scope.headers
            if not _is_small(headers):
                return None
            who, type = headers.get("authorization", ""), headers.get("content-type", "")
            return partial(sending.pending, self._gw, who, type)
        found = _HOOK.fullmatch(path) if method in hooks.METHODS else None
        if found is None or not _is_small(scope.headers):
            return None
        called = Called(method, path, scope.query_string, joined(scope.headers.items()))
        name, kind = found.groups()
        return partial(hooks.pending, self._gw, name, kind, called)

    async def _answered(self, find: Find, body: bytes) -> Answer | None:
        """Return the answer once what came is on disk; None if it must go the long way."""
        try:
            pending = find(body)
            written = await self._written(pending) if pending else None
        except Exception:
            return None  # refused or broken: said, and noted, at the end of the long way
        return pending.answer(written) if pending else None

    def _written(self, pending: Pending) -> "asyncio.Future[Any]":
        """Hand over what is to be written with all else of this turn of the loop."""
        if not self._gathered:
            self._loop.call_soon(self._hand_over)
        future = self._loop.create_future()
        self._gathered.append((pending, future))
        return future

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        alike: dict[Any, list[Waiting]] = {}
        for one in gathered:
            alike.setdefault(one[0].many, []).append(one)
        for many, waiting in alike.items():
            items = [pending.item for pending, _ in waiting]
            try:
                self._gw.store.hand(many, items, partial(self._from_writer, waiting))
            except StoreClosed as closed:
                self._told(waiting, [closed] * len(waiting))

    def _from_writer(self, waiting: list[Waiting], results: list[Any]) -> None:
        # A loop that has ended has nobody left who waits for an answer.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._told, waiting, results)

    def _told(self, waiting: list[Waiting], results: list[Any]) -> None:
        wakes: set[int] = set()
        for (pending, future), result in zip(waiting, results, strict=True):
            if future.cancelled():
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
            wakes.update(pending.wakes)
        if wakes:
            self._gw.wake(*wakes)


def _is_small(headers: Any) -> bool:
    """Say whether a body is known to be short; one that comes in pieces is not."""
    if "transfer-encoding" in headers:
        return False
    length: str = headers.get("content-length", "0")
    return length.isdecimal() and int(length) <= LARGEST
