"""A network beside what is measured, and a gateway that is bound to it."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import served
from gateway.context import Gateway
from gateway.settings import Settings
from gateway.store import channels, tokens

CHANNEL, ADDRESS = "smpp", "4040"
WINDOW = 50
FAST = 1_000_000.0  # parts a second: the channel's rate is not the limit
PATIENCE = 600.0
LOOK = 0.02  # seconds between two looks at what was counted


@dataclass(frozen=True, slots=True)
class Network:
    """A running network: where it is, and what it counted."""

    process: subprocess.Popen[str]
    port: int

    def ask(self, **wishes: Any) -> dict[str, Any]:
        """Ask for something; return what it has counted."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(wishes) + "\n")
        self.process.stdin.flush()
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def until(self, what: str, count: int) -> dict[str, Any]:
        """Wait until so many of something are counted."""
        end = time.monotonic() + PATIENCE
        while (counted := self.ask())[what] < count:
            if time.monotonic() > end:
                raise TimeoutError(f"the network counted {counted}, not {count} {what}")
            time.sleep(LOOK)
        return counted


@contextmanager
def network() -> Iterator[Network]:
    """Run a network of its own."""
    command = [sys.executable, "-m", "bench.smsc"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield Network(process, int(process.stdout.readline()))
        finally:
            process.stdin.close()


@dataclass(slots=True)
class Prepared:
    """The settings of a gateway with a channel to a network, and a token for its API."""

    settings: Settings
    token: str = ""


def prepare(folder: Path, port: int, disk: str = "fast", rate: float = FAST) -> Prepared:
    """Make a data folder with a channel that binds once to this port; `rate` in parts a second."""
    made: list[str] = []

    def more(gw: Gateway, db: sqlite3.Connection) -> None:
        own = {"host": "127.0.0.1", "port": str(port), "system_id": "bench", "password": "bench"}
        sealed, now = gw.sealer.seal(own | {"window": str(WINDOW)}), gw.clock()
        channels.add(db, CHANNEL, "smpp", ADDRESS, sealed, now, rate=rate)
        made.append(tokens.add_token(db, "bench", "operator", None, now))

    return Prepared(served.prepare(folder, disk=disk, more=more), *made)
