"""The line to Redis: whether it stands, said once, and how long to wait for it."""

import logging
import time
from threading import Lock

log = logging.getLogger(__name__)

SHORTEST, LONGEST = 0.2, 5.0  # seconds


class Line:
    """Remembers since when Redis is away; may be shared by threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._since: float | None = None

    def away(self, error: Exception) -> float:
        """Note a failure; return the seconds to pause, which grow while Redis is away."""
        now = time.monotonic()
        with self._lock:
            first = self._since is None
            self._since = since = now if self._since is None else self._since
        if first:
            log.warning("Redis does not answer (%s); trying again", type(error).__name__)
        return min(LONGEST, max(SHORTEST, now - since))

    def is_away(self) -> bool:
        return self._since is not None

    def back(self) -> None:
        """Note that Redis answered."""
        with self._lock:
            was_away, self._since = self._since is not None, None
        if was_away:
            log.warning("Redis answers again")
