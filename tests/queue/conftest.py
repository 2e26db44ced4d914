"""A worker in a process of its own, which a test may kill."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class Process:
    """A worker process and the ledger of what it sent."""

    url: str
    prefix: str
    ledger: Path
    started: list[subprocess.Popen] = field(default_factory=list)

    def start(self, seconds: float) -> subprocess.Popen:
        command = [sys.executable, "-m", "tests.queue.worker_process", self.url, self.prefix]
        with self.ledger.with_suffix(".log").open("ab") as log:
            worker = subprocess.Popen([*command, str(self.ledger), str(seconds)], stderr=log)
        self.started.append(worker)
        return worker

    @property
    def sent(self) -> list[int]:
        return [int(line) for line in self.ledger.read_text().split()]

    @property
    def log(self) -> str:
        return self.ledger.with_suffix(".log").read_text()


@pytest.fixture
def process(own_redis, tmp_path) -> Iterator[Process]:
    (tmp_path / "ledger").touch()
    process = Process(own_redis.url, "gateway", tmp_path / "ledger")
    yield process
    for worker in process.started:
        worker.kill()
        worker.wait()
