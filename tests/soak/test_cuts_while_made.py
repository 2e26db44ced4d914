"""The power goes while a store is made or brought up to date: done again, it is whole."""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from gateway.files import folder
from tests.soak import power
from tests.soak.driver import CUT, Order
from tests.soak.life import Driver, summed
from tests.soak.power import Disk
from tests.soak.test_power_cuts import CUTS, SEED

ALL = sorted(file.stem for file in folder("migrations").glob("*.sql"))
ROUNDS = 50
STEPS = "SELECT name FROM _sqlite_migrations WHERE migration_set = 'gateway' ORDER BY name"
SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"


class Making:
    """Data folders that are made, and cut while they are."""

    def __init__(self, driver: Driver, place: Path) -> None:
        self.driver, self.place = driver, place
        self.made = 0
        self.begin()

    def begin(self) -> None:
        folder = self.place / str(self.made)
        self.disk = Disk(folder / "data", folder / "journals")
        for one in (folder, self.disk.data, self.disk.journals):
            one.mkdir()

    def make(self, stop: int) -> bool:
        """Make what is missing; True if that came to its end."""
        code = self.driver.run(Order(str(self.disk.data.parent), 0, 0, stop, "make"))
        assert code in (0, CUT)
        return code == 0

    def schema(self) -> tuple[list[tuple], list[str]]:
        with closing(sqlite3.connect(self.disk.data / "gateway.db")) as db:
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            return db.execute(SCHEMA).fetchall(), [row[0] for row in db.execute(STEPS)]


@pytest.mark.parametrize("part", range(-(-CUTS // 1000)))
def test_a_store_is_whole_however_often_its_making_was_cut(driver, tmp_path, counted, part):
    making, chance = Making(driver, tmp_path), Random(f"made {SEED} {part}")
    cuts, found = [], []
    for _ in range(ROUNDS):
        is_done = making.make(chance.randint(1, chance.choice((20, 600, 3000))))
        cuts.append(power.cut(making.disk, chance))
        if is_done:
            assert len((making.disk.data / "key").read_text().strip()) > 20
            found.append(making.schema())
            making.made += 1
            making.begin()
    counted("power cuts while a store is made", **summed(cuts))
    assert len(found) > ROUNDS / 10
    assert all(one == (found[0][0], ALL) for one in found)
    assert sum(cut.is_torn for cut in cuts) > ROUNDS / 20
