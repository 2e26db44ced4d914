"""What went to whom lately: one small table answers "not that I know" for nearly every message."""

import secrets
import time
from collections.abc import Callable, Iterable
from itertools import count
from math import inf
from mmap import mmap

_SLOTS = 1 << 21  # of four bytes; the system gives their memory when they are first written
Said = tuple[int, int | None, str]  # a row, its address, its words


class Recent:
    """Remembers for a while that some words went to somebody, or are about to.

    "No" is certain; "perhaps" has to be looked up: two may share a place, and what was claimed
    before this run, or long before its result came, is not in the table. Counted by a clock that
    only goes on. One thread notes, that which writes, so that of two the later is told.
    """

    def __init__(
        self, lately: float, complete: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Answer for so many seconds; `complete` if nothing can have gone before."""
        self._lately, self._clock = lately, clock
        self._kept = int(2 * lately)  # until a result came, which may be as late again
        self._began = int(clock()) - self._kept - 1
        self._places = memoryview(mmap(-1, 4 * _SLOTS)).cast("I")
        self._unsure_until = -inf if complete else clock() + lately
        self._run, self._batches = secrets.token_hex(4), count()

    def batch(self) -> str:
        """Return the name of a new batch, which tells the run and the second of its claim.

        Of one run's names the later sorts last.
        """
        which = next(self._batches) & 0xFFFFFFFF
        return f"{self._run}{self._now():08x}{which:08x}{secrets.token_hex(4)}"

    def told(self, batch: str) -> None:
        """A result came. Of a batch not noted lately, its words may have gone just now."""
        run, at = batch[:8], batch[8:16]
        if run != self._run or self._now() - int(at, 16) >= self._kept - self._lately:
            self._unsure_until = self._clock() + self._lately

    def note(self, rows: Iterable[Said]) -> set[int]:
        """Note what is about to go, or went; return the rows whose words may have gone before."""
        places, now = self._places, self._now()
        oldest, unsure = now - self._kept, self._clock() < self._unsure_until
        perhaps = set()
        for id, address, text in rows:
            place = hash((address, text)) % _SLOTS
            if unsure or places[place] >= oldest:
                perhaps.add(id)
            places[place] = now
        return perhaps

    def _now(self) -> int:
        return int(self._clock()) - self._began
