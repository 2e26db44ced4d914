"""A real gateway on a data folder of its own, and the bare server it is compared with."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil

from gateway import setup
from gateway.context import Gateway, open_gateway
from gateway.settings import Settings
from gateway.store import channels
from tests.providers.twilio_server import ACCOUNT, NUMBER, TOKEN
from tests.surroundings.network import unused_port

START = 30.0  # seconds a server may take to answer
GATEWAY = (sys.executable, "-c", "from gateway.cli import main; main()")
NOWHERE = "http://127.0.0.1:9"  # nobody listens there: what is not about sending cannot send


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers on `port`; `seconds` is how long that took."""

    port: int
    process: subprocess.Popen[bytes]
    seconds: float

    def busy(self) -> float:
        """Return the processor's seconds that it and its children used until now."""
        first = psutil.Process(self.process.pid)
        times = [one.cpu_times() for one in (first, *first.children(recursive=True))]
        return float(sum(one.user + one.system for one in times))


def prepare(
    folder: Path,
    twilio: str = NOWHERE,
    rate: float = 50.0,
    disk: str = "fast",
    more: Callable[[Gateway, sqlite3.Connection], object] | None = None,
) -> Settings:
    """Make a data folder with content, a simulator and a Twilio channel; return its settings."""
    settings = Settings.load(environment(folder, 0) | {"GATEWAY_DISK": disk})
    setup.make(settings)
    gw = open_gateway(settings)
    setup.load_default(gw)
    theirs = gw.sealer.seal({"account_sid": ACCOUNT, "auth_token": TOKEN, "base_url": twilio})

    def work(db: sqlite3.Connection) -> None:
        now = gw.clock()
        channels.add(db, "simulator", "simulator", "4040", gw.sealer.seal({}), now, rate=rate)
        channels.add(db, "twilio", "twilio", NUMBER, theirs, now, rate=rate)
        if more:
            more(gw, db)

    gw.store.write(work)
    gw.store.close()
    return settings


def environment(folder: Path, port: int) -> dict[str, str]:
    """Return this environment without anybody's own settings; measuring goes on at night."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    ours |= {"GATEWAY_DATA": str(folder), "GATEWAY_QUIET_HOURS": ""}
    return ours | ({"GATEWAY_PORT": str(port)} if port else {})


@contextmanager
def gateway(folder: Path, redis: str = "") -> Iterator[Served]:
    """Run a gateway on a prepared folder; it carries through a Redis if one is given."""
    port = unused_port()
    environ = environment(folder, port) | {"GATEWAY_REDIS": redis}
    with _serving([*GATEWAY, "run"], environ, port, "/healthz") as served:
        yield served


@contextmanager
def worker(folder: Path, redis: str, channel: str) -> Iterator[None]:
    """Run a worker of a gateway's for one channel."""
    environ = environment(folder, 0) | {"GATEWAY_REDIS": redis}
    process = subprocess.Popen([*GATEWAY, "worker", "--channel", channel], env=environ)
    try:
        yield
    finally:
        process.terminate()
        _end(process)


@contextmanager
def bare_server(file: Path) -> Iterator[Served]:
    """Run the same web server with nothing in it but one row a call."""
    port = unused_port()
    command = [sys.executable, "-m", "bench.bare_server", str(port), str(file)]
    with _serving(command, environment(file.parent, port), port, "/") as served:
        yield served


@contextmanager
def _serving(
    command: list[str], environ: Mapping[str, str], port: int, path: str
) -> Iterator[Served]:
    began = time.monotonic()
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    try:
        _wait(process, port, path, began + START)
        yield Served(port, process, time.monotonic() - began)
    finally:
        process.terminate()
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait until it has stopped as it was asked to; what does not stop is killed, and told."""
    try:
        process.wait(START)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def _wait(process: subprocess.Popen[bytes], port: int, path: str, until: float) -> None:
    """Wait for the first answer: the store is open by then, and the engine runs."""
    while not _answers(port, path):
        if process.poll() is not None:
            raise RuntimeError("the server ended before it answered; see above")
        if time.monotonic() > until:
            raise TimeoutError("the server did not answer")
        time.sleep(0.005)


def _answers(port: int, path: str) -> bool:
    line = HTTPConnection("127.0.0.1", port, timeout=START)
    try:
        line.request("GET", path)
        return line.getresponse().status < 500
    except ConnectionError:
        return False
    finally:
        line.close()
