"""The power goes while a backup is made: what bears its name is whole, and so is the store."""

import shutil
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from bench.served import environment
from gateway.context import open_gateway
from gateway.settings import Settings
from gateway.store import StoreError, check, connect, copies
from tests.soak import power
from tests.soak.driver import CUT, Order
from tests.soak.life import Driver, summed
from tests.soak.power import Disk
from tests.soak.test_cuts_while_restored import WHAT, look, text
from tests.soak.test_power_cuts import CUTS, SEED

ROUNDS = 30


class BackingUp:
    """A store whose last words are in its log alone, as a crash leaves it, and its backup."""

    def __init__(self, driver: Driver, place: Path) -> None:
        self.driver, self.place, self.model = driver, place, place / "model"
        shutil.copytree(driver.prepared, place / "made")
        gw = open_gateway(Settings.load(environment(place / "made", 0)))
        text(gw, "only in the log")
        shutil.copytree(place / "made", self.model)
        gw.store.close()
        self.begin()
        self.whole = look(self.disk.data / "gateway.db")

    def begin(self) -> None:
        folder = self.place / "life"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.model, folder / "data")
        self.disk = Disk(folder / "data", folder / "journals")
        self.disk.journals.mkdir()

    @property
    def copy(self) -> Path:
        return self.disk.data / "copy.db"

    def back_up(self, stop: int) -> bool:
        """Back up; True if that came to its end."""
        code = self.driver.run(Order(str(self.disk.data.parent), 0, 0, stop, "backup"))
        assert code in (0, CUT)
        return code == 0

    def read(self) -> dict[str, list[tuple]]:
        """Return what the backup says, of the file alone, as somebody may carry it away."""
        alone = self.place / "alone.db"
        shutil.copy(self.copy, alone)
        with closing(connect(alone)) as db:
            check(db)
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            return {name: [tuple(row) for row in db.execute(sql)] for name, sql in WHAT.items()}


@pytest.mark.parametrize("part", range(-(-CUTS // 1000)))
def test_a_backup_that_is_cut_is_whole_or_is_not_there(driver, tmp_path, counted, part) -> None:
    making, chance = BackingUp(driver, tmp_path), Random(f"backed up {SEED} {part}")
    cuts, found = [], Counter[str]()
    assert ("only in the log",) in making.whole["in"]
    for _ in range(ROUNDS):
        making.begin()
        is_done = making.back_up(chance.randint(1, chance.choice((20, 400, 1200))))
        cuts.append(power.cut(making.disk, chance))
        assert look(making.disk.data / "gateway.db") == making.whole
        assert making.copy.exists() or not is_done
        found["there" if making.copy.exists() else "not there"] += 1
        if not making.copy.exists():
            assert making.back_up(0)  # done again, it is done
        assert making.read() == making.whole
        assert [file.name for file in making.disk.data.glob("copy.db*")] == ["copy.db"]
        old = making.copy.read_bytes()
        with pytest.raises(StoreError, match="choose another name"):
            copies.backup(making.disk.data / "gateway.db", making.copy)
        assert making.copy.read_bytes() == old
    counted("power cuts while a backup is made", **summed(cuts))
    assert min(found["there"], found["not there"]) >= ROUNDS / 10, found
    assert sum(cut.is_torn for cut in cuts) > ROUNDS / 30
