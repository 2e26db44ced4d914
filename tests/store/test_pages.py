"""A store on a card has small pages: a change writes whole ones, and cards wear."""

from contextlib import closing
from pathlib import Path

import pytest

from gateway import setup
from gateway.settings import BadSetting, Settings
from gateway.store import Store, connect

SIZES = {"card": 1024, "fast": 2048}


@pytest.mark.parametrize("disk", SIZES)
def test_a_new_store_fits_its_disk_and_what_waits_beside_it_stays_small(
    tmp_path: Path, disk: str
) -> None:
    values = {"GATEWAY_DATA": str(tmp_path), "GATEWAY_SECRET": "for a test", "GATEWAY_DISK": disk}
    settings = Settings.load(values)
    setup.make(settings)
    with closing(connect(settings.store, read_only=True)) as db:
        assert db.execute("PRAGMA page_size").fetchone()[0] == SIZES[disk]
    store = Store(settings.store)
    pages = store.write(lambda db: db.execute("PRAGMA wal_autocheckpoint").fetchone()[0])
    store.close()
    assert pages * SIZES[disk] == 4 << 20


def test_a_kind_of_disk_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="GATEWAY_DISK must be card or fast"):
        Settings.load({"GATEWAY_DATA": str(tmp_path), "GATEWAY_DISK": "tape"})
