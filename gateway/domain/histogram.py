"""How often something took how long: counts under rising bounds, as monitoring reads them."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

# Seconds: from a fast disk's commit to a message that waited for half a day.
COMMITS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
WAITS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, 43200.0)


class Histogram:
    """Counts under bounds. One thread adds; others may read a count that is a moment old."""

    __slots__ = ("_bounds", "_counts", "sum")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def add(self, values: Iterable[float]) -> None:
        """Count some values.

        >>> took = Histogram((1.0, 2.0))
        >>> took.add([0.5, 1.0, 1.5, 9.0])
        >>> list(took.under()), took.sum
        ([(1.0, 2), (2.0, 3), (inf, 4)], 12.0)
        """
        bounds, counts, total = self._bounds, self._counts, 0.0
        for value in values:
            counts[bisect_left(bounds, value)] += 1
            total += value
        self.sum += total

    def under(self) -> Iterator[tuple[float, int]]:
        """Yield each bound and how many values were not above it, infinity last."""
        total = 0
        for bound, count in zip((*self._bounds, float("inf")), self._counts, strict=True):
            total += count
            yield bound, total


def count(waits: Mapping[int, Histogram], rows: Sequence[Any], now: float) -> None:
    """Count how long messages were due before they went, each under its class.

    >>> from collections import namedtuple
    >>> Sent = namedtuple("Sent", "class_ due_at")
    >>> waits = {0: Histogram((1.0,)), 2: Histogram((1.0,))}
    >>> count(waits, [Sent(2, 5.0), Sent(2, 9.5)], 10.0)
    >>> list(waits[2].under()), list(waits[0].under())
    ([(1.0, 1), (inf, 2)], [(1.0, 0), (inf, 0)])
    """
    for class_ in {row.class_ for row in rows}:
        waits[class_].add(max(0.0, now - row.due_at) for row in rows if row.class_ == class_)
