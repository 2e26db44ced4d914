"""What a network tells over one bind: each stored, decided, answered, and then acknowledged."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench import links, served
from bench.figures import Line, Target
from bench.links import Alone, Round
from bench.network import Network, network, prepare
from bench.size import Size
from bench.smpp_out import wait
from gateway.context import Gateway, open_gateway

WARM = 200
GOAL = Target(10_000)
KEPT = """
SELECT (SELECT count(*) FROM inbound) AS kept, (SELECT count(DISTINCT inbound) FROM outbox) AS told
"""


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Tell the gateway and the client alone as many messages, in turn."""
    ours, alone = [], []
    with network() as theirs, network() as bare:
        prepared = prepare(folder / "in", theirs.port)
        with served.gateway(folder / "in") as running:
            gw = open_gateway(prepared.settings)
            with closing(gw.store):
                theirs.until("hears", 1)
                _round(gw, running, theirs, WARM, 0)
                for number in range(size.rounds):
                    first = WARM + number * size.links
                    ours.append(_round(gw, running, theirs, size.links, first))
                    alone.append(_alone(bare, size.links))
                kept = _kept(gw, size, theirs.ask()["refused"])
    yield from links.lines(
        "in over one SMPP bind, window 50, until acknowledged", ours, alone, GOAL
    )
    yield Line("messages kept, and answered", said=kept)


def _round(gw: Gateway, running: served.Served, theirs: Network, count: int, first: int) -> Round:
    """Tell messages and wait until all are acknowledged, and until their answers are sent."""
    busy = running.busy()
    theirs.ask(**{"tell": count, "from": first})
    seconds = theirs.until("told", count)["seconds"]
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
