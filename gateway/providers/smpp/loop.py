"""The one thread in which all links of this process live."""

import asyncio
import threading
from functools import cache


@cache
def _made() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="links", daemon=True).start()
    return loop


_lock = threading.Lock()


def loop() -> asyncio.AbstractEventLoop:
    """Return the running loop, started on first use."""
    with _lock:
        return _made()
