"""Which messages may be told again: those whose acknowledgement perhaps never arrived.

SMPP gives what comes in no id. A network tells a message again only if it missed our answer,
which can be only of the last ones before a line broke: those keep their name, and the store
knows a name told twice. Any other message is news, though its words be the same.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import count
from uuid import uuid4

PATIENCE = 600.0  # seconds in which a network tells again what it thinks we missed
MOST = 5000


class Doubts:
    """Names what comes in.

    Names grow with time, so that the store's index of them grows at its end alone.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._run = f"{time.time_ns() // 1_000_000:012x}-{uuid4().hex[:6]}"
        self._numbers = count()
        self._lost: deque[tuple[float, str]] = deque(maxlen=MOST)

    def name(self, body: bytes) -> str:
        """Return the name a message had before, if its answer may have been lost; or a new one."""
        digest = sha256(body).hexdigest()[:24]
        self._forget()
        for kept in self._lost:
            if digest in kept[1]:
                self._lost.remove(kept)
                return kept[1]
        return f"{self._run}-{next(self._numbers):08x}-{digest}"

    def lost(self, names: Sequence[str]) -> None:
        """Note messages that were taken, and of whose answers nobody knows."""
        until = self._clock() + PATIENCE
        self._lost.extend((until, name) for name in names)

    def _forget(self) -> None:
        now = self._clock()
        while self._lost and self._lost[0][0] <= now:
            self._lost.popleft()


class Answers:
    """The answers one line gave, in order, until something proves that they arrived.

    What answers a request of ours was sent after our earlier answers had been read.
    """

    def __init__(self) -> None:
        self._names: deque[str] = deque()
        self._given = 0

    def given(self, name: str) -> None:
        self._given += 1
        self._names.append(name)

    def mark(self) -> int:
        """Return a mark for a request that is written now."""
        return self._given

    def proven(self, mark: int) -> None:
        """Forget the answers given before the request of that mark, which was answered."""
        while self._names and self._given - len(self._names) < mark:
            self._names.popleft()

    def open(self) -> list[str]:
        return list(self._names)
