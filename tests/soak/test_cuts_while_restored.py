"""The power goes while a backup is restored: the old store or the new one is there, and whole."""

import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from bench.served import environment
from gateway import receive
from gateway.context import Gateway, open_gateway
from gateway.domain.messages import Inbound
from gateway.settings import Settings
from gateway.store import check, connect, copies
from tests.soak import power
from tests.soak.driver import CUT, Order
from tests.soak.life import Driver, summed
from tests.soak.power import Disk
from tests.soak.test_power_cuts import CUTS, SEED

LEAVER = "+15550100"
ROUNDS = 60
WHAT = {
    "in": "SELECT text FROM inbound ORDER BY id",
    "out": "SELECT id, state FROM outbox ORDER BY id",
    "consent": "SELECT state, how FROM consent ORDER BY id",
    "acts": "SELECT act FROM audit ORDER BY id",
    "schema": "SELECT type, name, sql FROM sqlite_master ORDER BY type, name",
}
LEFT = "SELECT consent FROM address WHERE value = ?"


def text(gw: Gateway, words: str) -> None:
    channel = gw.channels.get("simulator")
    assert channel is not None
    receive.take(gw, channel, [Inbound(LEAVER, "4040", words, words)])


def look(store: Path) -> dict[str, list[tuple]]:
    """Return what a store says, of a copy with its log; it must be whole."""
    copy = store.parent.parent / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in ("gateway.db", "gateway.db-wal", "gateway.db-journal"):
        if (store.parent / name).exists():
            shutil.copy(store.parent / name, copy)
    with closing(connect(copy / "gateway.db")) as db:
        check(db)
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return {name: [tuple(row) for row in db.execute(sql)] for name, sql in WHAT.items()}


def leaver(store: Path) -> str:
    with closing(sqlite3.connect(store)) as db:
        return db.execute(LEFT, (LEAVER,)).fetchone()[0]


@dataclass
class Restoring:
    """A store whose last words are in its log alone, a backup from before, and their cuts."""

    driver: Driver
    place: Path
    cuts: list[power.Cut] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model = self.place / "model"
        shutil.copytree(self.driver.prepared, self.model / "made")
        gw = open_gateway(Settings.load(environment(self.model / "made", 0)))
        text(gw, "START")
        copies.backup(gw.store.file, self.model / "backup.db")
        text(gw, "STOP")
        text(gw, "after the backup")
        shutil.copytree(self.model / "made", self.model / "data")  # as a crash leaves it
        gw.store.close()
        self.begin()
        assert (self.model / "data" / "gateway.db-wal").stat().st_size > 0
        self.old = look(self.store)
        assert self.restore(0)
        self.new = look(self.store)

    def begin(self) -> None:
        self.folder = self.place / "life"
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.model, self.folder)
        self.disk = Disk(self.folder / "data", self.folder / "journals")
        self.disk.journals.mkdir()

    @property
    def store(self) -> Path:
        return self.disk.data / "gateway.db"

    def restore(self, stop: int, when: str = "restore") -> bool:
        """Restore; True if that came to its end."""
        code = self.driver.run(Order(str(self.folder), 0, 0, stop, when))
        assert code in (0, CUT)
        return code == 0

    def cut(self, chance: Random) -> None:
        self.cuts.append(power.cut(self.disk, chance))

    def start(self) -> None:
        """Start a gateway on what is there, and end it."""
        gw = open_gateway(Settings.load(environment(self.disk.data, 0)))
        gw.store.write(lambda db: None)
        gw.store.close()


@pytest.fixture
def restoring(driver: Driver, tmp_path: Path) -> Restoring:
    return Restoring(driver, tmp_path)


def test_a_backup_holds_what_the_store_does_not_any_more(restoring: Restoring) -> None:
    assert ("after the backup",) in restoring.old["in"]
    assert ("after the backup",) not in restoring.new["in"]
    assert ("restore",) in restoring.new["acts"]


def places(chance: Random, number: int) -> tuple[str, int]:
    """Where a restore is cut: anywhere, and every other time among its last steps."""
    if number % 2:
        return "swap", chance.randint(1, 14)
    return "restore", chance.randint(1, chance.choice((20, 200, 1500)))


@pytest.mark.parametrize("part", range(-(-CUTS // 1000)))
def test_a_restore_that_is_cut_leaves_one_whole_store(
    restoring: Restoring, counted, part: int
) -> None:
    chance, found = Random(f"restored {SEED} {part}"), Counter[str]()
    for number in range(ROUNDS):
        restoring.begin()
        when, stop = places(chance, number)
        is_done = restoring.restore(stop, when)
        restoring.cut(chance)
        seen = look(restoring.store)
        which = "new" if seen == restoring.new else "old"
        assert seen == (restoring.new if which == "new" else restoring.old), (when, stop)
        assert which == "new" or not is_done, (when, stop)
        found[which] += 1
        restoring.start()
        assert leaver(restoring.store) == "out", (when, stop)
        assert restoring.restore(0)  # done again, it is done
        assert leaver(restoring.store) == "out", (when, stop)
        assert ("after the backup",) not in look(restoring.store)["in"]
    counted("power cuts while a backup is restored", **summed(restoring.cuts))
    assert min(found["old"], found["new"]) >= ROUNDS / 10, found
    assert sum(cut.is_torn for cut in restoring.cuts) > ROUNDS / 30
