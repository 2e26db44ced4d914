"""USSD turns at a steady rate: how long a person waits for the next screen."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import served
from bench.figures import Line, Spread, Target, percentile
from bench.loading import run
from bench.plan import Plan
from bench.size import Size

RATE = 200.0  # turns a second
LONGEST = Target(50, at_least=False)  # milliseconds


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Send turns when they are due, whether or not those before were answered."""
    served.prepare(folder / "ussd")
    ours, bare = [], []
    with served.gateway(folder / "ussd") as gateway, served.bare_server(folder / "u.db") as server:
        for number in range(size.rounds):
            first = number * size.turns
            ours.append(run(Plan(gateway.port, "ussd", size.turns, first, RATE)).times)
            bare.append(run(Plan(server.port, "bare", size.turns, first, RATE)).times)
    yield waits(f"USSD at {RATE:.0f} turns a second, p50", ours, bare, 0.50)
    yield waits(f"USSD at {RATE:.0f} turns a second, p99", ours, bare, 0.99, LONGEST)


def waits(
    name: str,
    ours: Sequence[Sequence[float]],
    bare: Sequence[Sequence[float]],
    share: float,
    target: Target | None = None,
) -> Line:
    """Return how long so large a share of calls took at most, in milliseconds."""
    return Line(name, "ms", _share(ours, share), _share(bare, share) if bare else None, target)


def _share(rounds: Sequence[Sequence[float]], share: float) -> Spread:
    return Spread.of([percentile(one, share) * 1000 for one in rounds])
