"""Programs hand messages in over HTTP; each is at the network and its result on disk at the end."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import served
from bench.figures import Line, Spread, Target
from bench.links import Alone, Round
from bench.loading import Loading, run
from bench.network import Network, network, prepare
from bench.plan import Plan
from bench.size import Size
from bench.smpp_out import wait
from gateway.context import Gateway, open_gateway

BATCHES = (100, 1000)
WARM = 100
NEWEST = "SELECT coalesce(max(id), 0) FROM outbox"
TOOK = "SELECT max(sent_at) - min(created_at) FROM outbox WHERE id > ?"
KEPT = "SELECT count(*) FROM outbox WHERE state = 'sent'"


@dataclass(frozen=True, slots=True)
class Handed:
    """Messages a second: accepted, and with their results on disk; the processor's ms each."""

    accepted: float
    through: float
    busy: float


@dataclass(frozen=True, slots=True)
class Bench:
    """All that runs while programs call."""

    gw: Gateway
    running: served.Served
    theirs: Network
    token: str

    def hand(self, calls: int, people: int, connections: int) -> Handed:
        """Hand in one message for so many people a call; wait for the last result."""
        count, busy = calls * people, self.running.busy()
        before = self.gw.store.read.execute(NEWEST).fetchone()[0]
        # Numbered anew: the gate tells nobody the same twice within ten minutes.
        plan = Plan(self.running.port, "api", calls, before, None, connections, self.token, people)
        load = Loading(plan)
        accepted = load.seen.seconds
        wait(self.gw)
        took = self.gw.store.read.execute(TOOK, (before,)).fetchone()[0]
        spent = 1000 * (self.running.busy() - busy) / count
        return Handed(count / accepted, count / took, spent)


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Hand in messages one by one, then many a call, to a gateway that is bound once."""
    with network() as theirs, network() as alone, served.bare_server(folder / "b.db") as bare:
        prepared = prepare(folder / "api", theirs.port)
        with served.gateway(folder / "api") as running:
            gw = open_gateway(prepared.settings)
            with closing(gw.store):
                bench = Bench(gw, running, theirs, prepared.token)
                theirs.until("hears", 1)
                bench.hand(WARM, 1, 16)
                yield from _one_by_one(bench, bare, size)
                for people in BATCHES:
                    yield from _many(bench, alone, size, people)
                told, kept = theirs.ask()["taken"], gw.store.read.execute(KEPT).fetchone()[0]
        yield Line("messages at the network, and known to be", said=f"{told:,}, {kept:,}")


def _one_by_one(bench: Bench, bare: served.Served, size: Size) -> Iterator[Line]:
    """The ceiling is the same web server keeping one row a call."""
    ours, calls = [], []
    for number in range(size.rounds):
        ours.append(bench.hand(size.asked, 1, 64))
        plan = Plan(bare.port, "bare", size.asked, number * size.asked, None, 64)
        calls.append(run(plan).rate)
    name = "API, one message a request, 64 connections"
    yield from _lines(name, ours, Spread.of(calls), None, Target(8_000))


def _many(bench: Bench, alone: Network, size: Size, people: int) -> Iterator[Line]:
    """The ceiling is the client alone, whose messages nobody hands in."""
    ours, bare = [], []
    calls = max(1, size.batched // people)
    for _ in range(max(1, size.rounds // 2)):
        ours.append(bench.hand(calls, people, 4))
        bare.append(Alone("out", alone.port, calls * people).result())
    name = f"API, {people:,} messages a request"
    yield from _lines(name, ours, _of(bare, "rate"), _of(bare, "busy"), Target(15_000))


def _of(rounds: list[Round], what: str) -> Spread:
    return Spread.of([getattr(one, what) for one in rounds])


def _lines(
    name: str, ours: list[Handed], rate: Spread, busy: Spread | None, goal: Target
) -> Iterator[Line]:
    accepted, through, spent = (
        Spread.of([getattr(one, what) for one in ours]) for what in ("accepted", "through", "busy")
    )
    yield Line(f"{name}: accepted", "a second", accepted, rate)
    yield Line("the same at the network, its result on disk", "a second", through, rate, goal)
    yield Line("the processor's time for each of these", "ms", spent, busy)
