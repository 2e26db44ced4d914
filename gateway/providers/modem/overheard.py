"""The modem's own code for a refusal, which python-gammu does not pass on.

libgammu writes it into its debug log, among numbers and texts. So the log goes into a pipe that
ends here, for the time of one call; the code is kept, and nothing else.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MOST = 65_536  # bytes a pipe holds
_SAID = re.compile(rb"\+CM([SE]) ERROR: *(\d{1,4})")


def code_of(log: bytes) -> str | None:
    """Return the last code of a refusal in a log.

    >>> code_of(b"2 \\"+CMS ERROR: 38\\"\\n"), code_of(b"OK")
    ('cms_38', None)
    """
    found = _SAID.findall(log)
    return f"cm{found[-1][0].decode().lower()}_{int(found[-1][1])}" if found else None


class Overheard:
    """What a driver said while it was listened to."""

    def __init__(self) -> None:
        self.code: str | None = None

    @contextmanager
    def of(self, driver: Any) -> Iterator[None]:
        """Listen to a driver; where a pipe cannot be read without waiting, hear nothing."""
        if not hasattr(os, "set_blocking"):
            yield
            return
        reading, writing = os.pipe()
        try:
            for end in (reading, writing):
                os.set_blocking(end, False)
            driver.SetDebugFile(writing)
            driver.SetDebugLevel("errors")
            try:
                yield
            finally:
                driver.SetDebugFile(None)
                self.code = code_of(_all(reading))
        finally:
            os.close(reading)
            os.close(writing)


def _all(end: int) -> bytes:
    try:
        return os.read(end, MOST)
    except BlockingIOError:
        return b""
