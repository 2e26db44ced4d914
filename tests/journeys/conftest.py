"""The gateway as a process, and the providers' stand-ins on this machine."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.africastalking_server import AfricasTalkingServer
from tests.journeys.process import GatewayProcess
from tests.providers.twilio_server import TwilioServer
from tests.surroundings.network import unused_port

Make = Callable[..., GatewayProcess]
StartWorker = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory, clean_environment: None) -> Iterator[Make]:
    """Make gateways on folders of their own; those left running are killed at the end."""
    made: list[GatewayProcess] = []

    def make(**settings: str) -> GatewayProcess:
        folder: Path = tmp_path_factory.mktemp("gateway")
        named = {f"GATEWAY_{name}": value for name, value in settings.items()}
        made.append(GatewayProcess(folder, unused_port(), named))
        made[-1].command("init")
        return made[-1]

    yield make
    for gateway in made:
        gateway.end()


@pytest.fixture
def worker() -> Iterator[StartWorker]:
    """Start workers that carry for some channels, on a machine that has the key alone."""
    started: list[subprocess.Popen[bytes]] = []

    def start(gateway: GatewayProcess, *channels: str) -> subprocess.Popen[bytes]:
        words = [f"--channel={name}" for name in channels]
        with (gateway.data / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "gateway", "worker", *words]
            environ = gateway.environment()
            started.append(subprocess.Popen(command, env=environ, stdout=log, stderr=log))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()


@pytest.fixture(scope="module")
def twilio() -> Iterator[TwilioServer]:
    with TwilioServer() as server:
        yield server


@pytest.fixture(scope="module")
def africastalking() -> Iterator[AfricasTalkingServer]:
    with AfricasTalkingServer() as server:
        yield server
