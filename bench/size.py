"""How much is measured: all of it, little of it, or hardly any."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Rounds of each case, and how many of each thing in a round. `idle` is in seconds.

    `carried` is for each worker.
    """

    rounds: int
    commits: int
    slow_commits: int
    calls: int
    turns: int
    people: int
    messages: int
    idle: float
    links: int
    asked: int
    batched: int
    texts: int
    carried: int


FULL = Size(5, 4000, 400, 5000, 2000, 100_000, 2000, 60.0, 20_000, 5000, 100_000, 1_000_000, 2000)
QUICK = Size(3, 1600, 160, 1000, 400, 20_000, 500, 10.0, 4000, 1000, 10_000, 200_000, 1000)
TINY = Size(1, 64, 32, 32, 20, 500, 20, 0.5, 60, 40, 200, 2000, 20)
