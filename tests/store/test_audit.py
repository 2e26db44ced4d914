"""The record of what staff did shows any change, its cut-off end too."""

import sqlite3
from pathlib import Path

import pytest

from gateway.files import folder
from gateway.store import audit, connect, create

LAST = "(SELECT max(id) FROM audit)"
COPY = "INSERT INTO audit SELECT {id}, at, by, act, subject, detail, previous, {hash} FROM audit"

CHANGES = {
    "a word": ("UPDATE audit SET act = 'other' WHERE id = 3", 3),
    "a time": ("UPDATE audit SET at = at + 1 WHERE id = 2", 2),
    "one taken out": ("DELETE FROM audit WHERE id = 3", 3),
    "the first taken out": ("DELETE FROM audit WHERE id = 1", 1),
    "the last taken out": (f"DELETE FROM audit WHERE id = {LAST}", 5),
    "the last two taken out": ("DELETE FROM audit WHERE id > 3", 4),
    "all taken out": ("DELETE FROM audit", 1),
    "one put in": (COPY.format(id=6, hash="'x'") + " WHERE id = 5", 6),
    "one put elsewhere": ("UPDATE audit SET id = 9 WHERE id = 2", 2),
    "the head forgotten": ("DELETE FROM meta WHERE key = 'audit'", 6),
}  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    create(tmp_path / "gateway.db")
    made = connect(tmp_path / "gateway.db")
    for n in range(5):
        audit.write(made, n, "user:sita", "alert.create", f"alert:{n}")
    return made


def test_what_nobody_touched_is_whole(db: sqlite3.Connection) -> None:
    assert audit.first_broken(db) is None
    number, hashed = audit.head(db)
    assert (number, len(hashed)) == (5, 64)


def test_nothing_at_all_is_whole(tmp_path: Path) -> None:
    create(tmp_path / "gateway.db")
    assert audit.first_broken(connect(tmp_path / "gateway.db")) is None


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_noticed_and_named(db: sqlite3.Connection, name: str) -> None:
    change, entry = CHANGES[name]
    db.execute(change)
    assert audit.first_broken(db) == entry


@pytest.mark.parametrize(
    "change, entry",
    [
        (f"DELETE FROM audit WHERE id = {LAST}", 5),
        ("DELETE FROM audit", 1),
        ("DELETE FROM meta WHERE key = 'audit'", None),
    ],
)
def test_writing_goes_on_and_hides_nothing(
    db: sqlite3.Connection, change: str, entry: int | None
) -> None:
    db.execute(change)
    audit.write(db, 9, "user:sita", "sign_in", "user:sita")
    assert audit.first_broken(db) == entry


def test_a_store_of_before_gets_its_head(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM meta WHERE key = 'audit'")
    db.executescript((folder("migrations") / "0006_audit_head.sql").read_text(encoding="utf-8"))
    assert audit.first_broken(db) is None
