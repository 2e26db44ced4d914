"""The power goes at any write: nothing accepted is lost, nothing ordinary goes twice."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from bench import served
from tests.soak import power

CUTS = int(os.environ.get("CUTS", "150"))
SEED = int(os.environ.get("SEED", "1"))
STORED = "SELECT reference FROM inbound UNION ALL SELECT text FROM outbox WHERE source = 'soak'"


class Disk:
    """A data folder on a disk that forgets, and the process that writes to it."""

    def __init__(self, folder: Path, shim: Path, prepared: Path, sync: str = "FULL") -> None:
        self.data, self.notes = folder / "data", folder / "notes"
        self.journals, self.copy = folder / "journals", folder / "copy"
        shutil.copytree(prepared, self.data)
        for made in (self.notes, self.journals):
            made.mkdir()
        more = {"LD_PRELOAD": str(shim), "SOAK_JOURNALS": str(self.journals)}
        command = [sys.executable, "-m", "tests.soak.driver", sync]
        self.process = subprocess.Popen(
            command,
            env=os.environ | more,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdin
        assert self.process.stdout
        self.orders, self.answers = self.process.stdin, self.process.stdout

    def run(self, first: int, rounds: int, stop: int) -> int:
        """Start a gateway that dies at the call `stop`; return how it ended."""
        self.orders.write(f"{self.data}\t{self.notes}\t{first}\t{rounds}\t{stop}\n")
        self.orders.flush()
        return int(self.answers.readline())

    def noted(self, name: str) -> list[str]:
        file = self.notes / name
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def stored(self) -> Counter[str]:
        """Read a copy, so that looking changes nothing."""
        shutil.rmtree(self.copy, ignore_errors=True)
        self.copy.mkdir()
        for name in power.FILES:
            if (self.data / name).exists():
                shutil.copy(self.data / name, self.copy)
        with closing(sqlite3.connect(self.copy / "gateway.db")) as db:
            assert db.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            return Counter(row[0] for row in db.execute(STORED))

    def lost(self) -> set[str]:
        return set(self.noted("accepted")) - set(self.stored())

    def close(self) -> None:
        self.orders.close()
        self.process.wait(20)
        self.answers.close()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("prepared") / "data"
    served.prepare(folder, rate=100_000.0)
    return folder


@pytest.fixture
def disk(tmp_path, prepared, not_run) -> Iterator[Callable[..., Disk]]:
    """Make disks; say so where none can be made."""
    compiler = shutil.which("cc") or ""
    made: list[Disk] = []
    if not sys.platform.startswith("linux") or not compiler:
        not_run("Power cuts", "they need Linux and a C compiler")
    shim, source = tmp_path / "unsynced.so", Path(__file__).with_name("unsynced.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)

    def make(sync: str = "FULL") -> Disk:
        made.append(Disk(tmp_path, shim, prepared, sync))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_the_disk_sees_what_the_store_writes(disk):
    one = disk()
    assert one.run(first=0, rounds=1, stop=0) == 0
    assert (one.journals / "calls").stat().st_size > 10
    assert (one.journals / "gateway.db-wal").exists()


def test_a_store_that_does_not_sync_loses_what_it_accepted(disk):
    one = disk("OFF")
    assert one.run(first=0, rounds=50, stop=150) == 137
    assert one.noted("accepted")
    assert power.cut(one.data, one.journals) > 0
    assert one.lost()


def test_a_power_cut_at_any_write_loses_nothing_that_was_accepted(disk):
    one, chance, first = disk(), Random(SEED), 0
    for number in range(CUTS):
        stop = chance.randint(1, 120)
        assert one.run(first, rounds=50, stop=stop) == 137, (SEED, number, stop)
        power.cut(one.data, one.journals, chance if number % 2 else None)
        assert not one.lost(), (SEED, number, stop)
        first += 1000
    assert one.run(first, rounds=1, stop=0) == 0, SEED
    assert not one.lost(), SEED
    handed = Counter(one.noted("handed"))
    assert not [text for text, times in handed.items() if times > 1 and text[:6] == "normal"], SEED
    assert max(times for text, times in handed.items() if text.startswith("urgent")) <= 2, SEED
