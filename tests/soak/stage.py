"""What faults are played on: a gateway with one channel, and how many faults there are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.process import GatewayProcess, OnLoopback
from tests.soak.traffic import CHANNEL, RATE
from tests.surroundings.network import unused_port

SEED = int(os.environ.get("SEED", "1"))
CUTS = int(os.environ.get("CUTS", "200"))
FAULTS = max(5, CUTS // 16)  # of one family
KILLS = max(4, CUTS // 33)  # of a gateway, which needs seconds to start again
LONG = 120 + 10 * FAULTS  # seconds for one test: more faults, more time


@contextmanager
def gateway_with(
    folder: Path, provider: str, server: OnLoopback, address: str, **settings: str
) -> Iterator[GatewayProcess]:
    """Run a gateway with a channel to `server`."""
    folder.mkdir(exist_ok=True)
    gateway = GatewayProcess(folder, unused_port(), settings)
    gateway.command("init")
    gateway.add_channel(CHANNEL, provider, server, address)
    gateway.command("channel", "set", CHANNEL, "--rate", RATE)
    gateway.token = gateway.add_token("field", "operator")
    gateway.start()
    try:
        yield gateway
    finally:
        gateway.end()
