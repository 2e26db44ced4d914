"""Backup and restore: nothing that was waiting goes out twice, and nobody who left comes back."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.context import open_gateway
from gateway.store import StoreError, copies
from tests.core.field import MAYA, NOW, Field
from tests.core.test_sending import queue

YEAR = 365 * 86400.0


class Kept:
    """A field, a backup of it, and the way back to that backup."""

    def __init__(self, field: Field, file: Path) -> None:
        self.field, self.file = field, file

    def back_up(self) -> None:
        copies.backup(self.field.settings.store, self.file)

    def restore(self) -> int:
        self.field.gw.store.close()
        try:
            return copies.restore(self.file, self.field.settings.store, self.field.clock.now)
        finally:
            clock = self.field.clock
            self.field.gw = open_gateway(self.field.settings)
            self.field.gw.clock = clock


@pytest.fixture
def kept(field: Field, tmp_path: Path) -> Kept:
    return Kept(field, tmp_path / "backup.db")


def test_who_left_after_the_backup_stays_out(kept: Kept) -> None:
    kept.field.text("START")
    kept.back_up()
    kept.field.clock.now += 60
    kept.field.text("STOP")
    assert kept.restore() == 1
    assert kept.field.consent() == "out"


def test_who_left_stays_out_though_the_clock_was_ahead_when_they_joined(kept: Kept) -> None:
    kept.field.clock.now = NOW + YEAR
    kept.field.text("START")
    kept.back_up()
    kept.field.clock.now = NOW
    kept.field.text("STOP")
    assert kept.restore() == 1
    assert kept.field.consent() == "out"


def test_who_came_back_after_they_left_is_in_when_a_newer_backup_follows_an_older(
    kept: Kept, tmp_path: Path
) -> None:
    older, newer = tmp_path / "older.db", tmp_path / "newer.db"
    kept.field.text("STOP")
    copies.backup(kept.field.settings.store, older)
    kept.field.clock.now += 60
    kept.field.text("START")
    copies.backup(kept.field.settings.store, newer)
    kept.file = older
    assert kept.restore() == 0
    kept.file = newer
    assert kept.restore() == 0
    assert kept.field.consent() == "in"


def test_a_leaver_the_backup_never_met_stays_out_when_they_write_again(kept: Kept) -> None:
    kept.back_up()
    kept.field.text("STOP")
    kept.restore()
    kept.field.text("hello there all")
    assert kept.field.consent() == "out"


def test_what_waited_in_the_backup_is_not_sent_again(kept: Kept) -> None:
    id = queue(kept.field)
    kept.back_up()
    kept.restore()
    row = kept.field.rows("SELECT state, reason FROM outbox WHERE id = ?", id)[0]
    assert tuple(row) == ("withdrawn", "restored from a backup")


def test_a_restore_that_breaks_off_leaves_the_store_as_it_was(kept: Kept) -> None:
    kept.field.text("hello there all")
    kept.back_up()
    with closing(sqlite3.connect(kept.file)) as copy:
        copy.execute(
            "CREATE TRIGGER broken BEFORE UPDATE ON outbox BEGIN SELECT raise(ABORT, 'no'); END"
        )
    kept.field.text("and once more")
    with pytest.raises(sqlite3.IntegrityError):
        kept.restore()
    assert [item["text"] for item in kept.field.items()] == ["hello there all", "and once more"]


@pytest.mark.parametrize("content", [b"not a database at all" * 1000, b"", None])
def test_a_file_that_is_no_backup_is_refused_and_nothing_changes(
    kept: Kept, content: bytes | None
) -> None:
    kept.field.text("hello there all")
    if content is not None:
        kept.file.write_bytes(content)
    with pytest.raises(StoreError, match="backup"):
        kept.restore()
    assert len(kept.field.items()) == 1
    assert kept.file.exists() == (content is not None)


def test_the_store_in_place_is_kept_beside_until_the_next_restore(kept: Kept) -> None:
    kept.back_up()
    kept.field.text("after the backup")
    kept.restore()
    assert kept.field.items() == []
    aside = kept.field.settings.data / "gateway.before-restore"
    with closing(sqlite3.connect(aside)) as before:
        assert before.execute("SELECT text FROM inbound").fetchone() == ("after the backup",)
    kept.restore()
    assert not (kept.field.settings.data / "gateway.restoring").exists()
    assert MAYA not in str(kept.field.rows("SELECT number_key FROM consent"))
