"""What a network tells over one bind: each stored, decided, answered, and then acknowledged."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import links, served
from bench.figures import Line, Target
from bench.links import Alone, Round
from bench.network import FAST, Network, network, prepare
from bench.size import Size
from bench.smpp_out import wait
from bench.smsc import FEW
from gateway.context import Gateway, open_gateway

WARM = 200
GOAL = Target(10_000)
SLOW = 50.0  # parts a second, as networks sell a short code
KEPT = """
SELECT (SELECT count(*) FROM inbound) AS kept, (SELECT count(DISTINCT inbound) FROM outbox) AS told
"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who writes, and how many parts a second the channel carries back to them."""

    name: str
    people: int
    rate: float


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Tell messages of people who write far more often than they are answered; then of many."""
    few = Crowd("in over one SMPP bind, window 50, until acknowledged", FEW, FAST)
    many = Crowd("the same, from people who are all answered", size.links, SLOW)
    yield from _measured(folder / "few", size, few)
    yield from _measured(folder / "many", size, many)


def _measured(folder: Path, size: Size, crowd: Crowd) -> Iterator[Line]:
    """Tell the gateway and the client alone as many messages, in turn."""
    ours, alone = [], []
    with network() as theirs, network() as bare:
        prepared = prepare(folder, theirs.port, rate=crowd.rate)
        with served.gateway(folder) as running:
            gw = open_gateway(prepared.settings)
            with closing(gw.store):
                theirs.until("hears", 1)
                _round(gw, running, theirs, WARM, 0, crowd)
                for number in range(size.rounds):
                    first = WARM + number * size.links
                    ours.append(_round(gw, running, theirs, size.links, first, crowd))
                    alone.append(_alone(bare, size.links))
                kept = _kept(gw, size, theirs.ask()["refused"])
    yield from links.lines(crowd.name, ours, alone, GOAL)
    yield Line("messages kept, and answered", said=kept)


def _round(
    gw: Gateway, running: served.Served, theirs: Network, count: int, first: int, crowd: Crowd
) -> Round:
    """Tell messages; wait until all are acknowledged, and where it is fast until all are sent."""
    busy = running.busy()
    theirs.ask(**{"tell": count, "from": first, "people": crowd.people})
    seconds = theirs.until("told", count)["seconds"]
    if crowd.rate == FAST:
        wait(gw)
    return Round(count / seconds, 1000 * (running.busy() - busy) / count)


def _alone(bare: Network, count: int) -> Round:
    client = Alone("in", bare.port, count)
    bare.ask(tell=count)
    return client.result()


def _kept(gw: Gateway, size: Size, refused: int) -> str:
    row = gw.store.read.execute(KEPT).fetchone()
    told = WARM + size.rounds * size.links
    later = f"; {refused:,} told again" if refused else ""
    return f"{row['kept']:,} of {told:,} kept, {row['told']:,} answered{later}"
