"""What was told before, for a while: it fills gaps, and losing it harms little."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Memory(Generic[T]):
    """Values by key, each for `seconds` after its last use, at most `most` of them."""

    def __init__(self, seconds: float, clock: Callable[[], float], most: int = 10_000) -> None:
        self.seconds, self.clock, self.most = seconds, clock, most
        self._held: OrderedDict[str, tuple[float, T]] = OrderedDict()
        self._lock = Lock()

    def keep(self, key: str, value: T) -> T:
        """Keep a value, and return it."""
        with self._lock:
            self._put(key, value)
        return value

    def get(self, key: str) -> T | None:
        """Return a value if it is still held, and hold it for as long again."""
        with self._lock:
            held = self._held.get(key)
            if held is None or held[0] < self.clock():
                return None
            return self._put(key, held[1])

    def meet(self, key: str, value: T) -> T:
        """Return what is held, else keep this; what is held is not held longer for it."""
        with self._lock:
            held = self._held.get(key)
            if held is None or held[0] < self.clock():
                return self._put(key, value)
            return held[1]

    def _put(self, key: str, value: T) -> T:
        self._held[key] = (self.clock() + self.seconds, value)
        self._held.move_to_end(key)
        while len(self._held) > self.most:
            self._held.popitem(last=False)
        return value
