"""Batches of which Redis knows nothing any more: it was emptied, or started without its memory."""

import time
from collections.abc import Callable

LONG = 35.0  # seconds in which a worker that has one shows it again, every ten of them
FORGET = 600.0


class Missing:
    """Remembers since when each batch is missing; may be asked again and again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[str, float] = {}

    def for_long(self, batch_id: str, is_missing: bool) -> bool:
        """Note whether a batch is missing; True once it has been for so long that it is lost.

        >>> times = iter([0.0, 20.0, 36.0, 37.0])
        >>> missing = Missing(lambda: next(times))
        >>> [missing.for_long("b", is_missing) for is_missing in (True, True, True, False)]
        [False, False, True, False]
        """
        now = self._clock()
        if not is_missing:
            self._since.pop(batch_id, None)
            return False
        since = self._since.setdefault(batch_id, now)
        for oldest in [id for id, at in self._since.items() if at < now - FORGET]:
            del self._since[oldest]
        return now - since >= LONG
