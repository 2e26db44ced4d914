"""How much is measured: all of it, little of it, or hardly any."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Rounds of each case, and how many of each thing in a round. `idle` is in seconds.

    `carried` is for each worker; `million` is how many people a very large alert has, none if
    there is no time for one.
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
    million: int


FULL = Size(
    rounds=5,
    commits=4000,
    slow_commits=400,
    calls=5000,
    turns=2000,
    people=100_000,
    messages=2000,
    idle=60.0,
    links=20_000,
    asked=5000,
    batched=100_000,
    texts=1_000_000,
    carried=2000,
    million=1_000_000,
)
QUICK = Size(3, 1600, 160, 1000, 400, 20_000, 500, 10.0, 4000, 1000, 10_000, 200_000, 1000, 0)
TINY = Size(1, 64, 32, 32, 20, 500, 20, 0.5, 60, 40, 200, 2000, 20, 300)
