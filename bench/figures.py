"""What was measured: medians of several rounds, beside the machine's own ceiling."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several rounds, with the least and the most."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, rounds: Sequence[float]) -> "Spread":
        return cls(median(rounds), min(rounds), max(rounds))

    def __str__(self) -> str:
        """Return the median with the least and the most.

        >>> str(Spread.of([4, 1500.2, 1700]))
        '1,500 (4.0–1,700)'
        """
        return f"{number(self.middle)} ({number(self.least)}–{number(self.most)})"


def number(value: float) -> str:
    """Write a figure no finer than it was measured.

    >>> [number(x) for x in (0, 0.1234, 4.26, 61.23, 12345.6)]
    ['0', '0.12', '4.3', '61', '12,346']
    """
    if value == 0 or value >= 10:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


@dataclass(frozen=True, slots=True)
class Target:
    """What we want of a figure, or of its ratio to the ceiling: at least or at most so much."""

    limit: float
    at_least: bool = True
    ratio: bool = False

    def __str__(self) -> str:
        sign, times = "≥" if self.at_least else "≤", " ×" if self.ratio else ""
        return f"{sign} {self.limit:g}{times}"

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `said` stands for a figure where there is none to give."""

    what: str
    unit: str = ""
    ours: Spread | None = None
    ceiling: Spread | None = None
    target: Target | None = None
    said: str = ""

    @property
    def ratio(self) -> float | None:
        if self.ours is None or self.ceiling is None or not self.ceiling.middle:
            return None
        return self.ours.middle / self.ceiling.middle

    @property
    def verdict(self) -> str:
        """Say whether the target was met, or nothing where there is none."""
        measured = self.ratio if self.target and self.target.ratio else self.ours
        if self.target is None or measured is None:
            return ""
        value = measured.middle if isinstance(measured, Spread) else measured
        return "met" if self.target.met(value) else "missed"

    def cells(self) -> list[str]:
        ratio = f"{self.ratio:.2f} ×" if self.ratio is not None else ""
        goal = f"{self.target}: {self.verdict}" if self.verdict else str(self.target or "")
        ours = self.said or str(self.ours)
        return [self.what, ours, str(self.ceiling or ""), ratio, self.unit, goal]


HEADER = ("what", "gateway", "ceiling here", "ratio", "unit", "target")


def markdown(lines: Sequence[Line]) -> str:
    """Return the table of what was measured."""
    return table(HEADER, [line.cells() for line in lines])


def table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a table whose columns also line up as plain text.

    >>> print(table(["a", "b"], [["1", "23"]]))
    | a | b  |
    | - | -- |
    | 1 | 23 |
    """
    rows = [list(header), *map(list, lines)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    rows.insert(1, ["-" * width for width in widths])
    padded = ([cell.ljust(w) for cell, w in zip(row, widths, strict=True)] for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in padded)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that so large a share of all does not exceed.

    >>> percentile([3, 1, 2, 4], 0.5), percentile(range(1, 101), 0.99)
    (2, 99)
    """
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
