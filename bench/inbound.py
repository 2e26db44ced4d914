"""Messages that come in through the web server, each kept, decided and answered on disk."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench import served
from bench.figures import Line, Spread, Target
from bench.loading import Seen, run
from bench.plan import Plan
from bench.size import Size
from gateway.settings import Settings
from gateway.store import connect

GOAL = Target(0.6, ratio=True)
WARM = 32  # calls of each kind before the first round


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Send calls of both providers and bare ones in turn, each as fast as they are answered."""
    settings = served.prepare(folder / "inbound")
    seen: dict[str, list[Seen]] = {"twilio": [], "simulator": [], "bare": []}
    with (
        served.gateway(folder / "inbound") as gateway,
        served.bare_server(folder / "bare.db") as bare,
    ):
        ports = {"twilio": gateway.port, "simulator": gateway.port, "bare": bare.port}
        for kind, port in ports.items():
            run(Plan(port, kind, WARM, first=10**9))  # warm
        for number in range(size.rounds):
            for kind, port in ports.items():
                seen[kind].append(run(Plan(port, kind, size.calls, first=number * size.calls)))
    answered = 2 * (WARM + size.rounds * size.calls)
    ceiling = Spread.of([one.rate for one in seen["bare"]])
    for kind, name in (("twilio", "signed Twilio webhooks"), ("simulator", "simulator's calls")):
        ours = Spread.of([one.rate for one in seen[kind]])
        yield Line(f"inbound, {name}, 16 connections", "a second", ours, ceiling, GOAL)
    yield Line("messages answered, and kept", said=f"{kept(settings):,} of {answered:,}")


def kept(settings: Settings) -> int:
    """Count the messages in the store of a gateway that has stopped."""
    with closing(connect(settings.store, read_only=True)) as db:
        return int(db.execute("SELECT count(*) FROM inbound").fetchone()[0])
