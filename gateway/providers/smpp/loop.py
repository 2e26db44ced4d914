"""The one thread in which all links of this process live."""

import asyncio
import threading
from functools import cache


def _new() -> asyncio.AbstractEventLoop:
    """Return libuv's loop, which the web server takes as well, where this system has it."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


@cache
def _made() -> asyncio.AbstractEventLoop:
    loop = _new()
    threading.Thread(target=loop.run_forever, name="links", daemon=True).start()
    return loop


_lock = threading.Lock()


def loop() -> asyncio.AbstractEventLoop:
    """Return the running loop, started on first use."""
    with _lock:
        return _made()
