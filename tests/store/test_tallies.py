"""What takes long is counted beside the page that asks, and told with its age."""

import sqlite3
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from gateway.store import Store, create, tallies
from gateway.store.tallies import Tallies

COUNT = "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < ?) {}"
NOW = 1_795_000_000.0
PATIENT = 10.0  # seconds


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    create(tmp_path / "gateway.db")
    store = Store(tmp_path / "gateway.db")
    yield store
    store.close()


def up_to(rows: int, db: sqlite3.Connection) -> int:
    found: int = db.execute(COUNT.format("SELECT count(*) FROM t"), (rows,)).fetchone()[0]
    return found


def rest() -> None:
    """Wait until nothing is counted any more."""
    for thread in threading.enumerate():
        if thread.name == "count":
            thread.join(PATIENT)


def test_what_is_quick_is_counted_anew_each_time(store: Store) -> None:
    made = Tallies(store, lambda: NOW)
    for rows in (10, 20):
        found = made.get("rows", partial(up_to, rows))
        assert found
        assert (found.value, found.at) == (rows, None)


def test_what_takes_long_is_broken_off_and_counted_beside(store: Store) -> None:
    made = Tallies(store, lambda: NOW, patience=1)
    assert made.get("rows", lambda db: up_to(200_000, db)) is None
    rest()
    found = made.get("rows", lambda db: pytest.fail("it was counted just now"))
    assert found
    assert (found.value, found.at) == (200_000, NOW)
    assert up_to(200_000, store.read) == 200_000, "others are not broken off"


def test_an_old_count_is_shown_until_there_is_a_new_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "FRESH", 0.0)
    monkeypatch.setattr(tallies, "REST", 0)
    made, rows, asked = Tallies(store, lambda: NOW, patience=0), [200_000], []

    def count(db: sqlite3.Connection) -> int:
        asked.append(rows[0])
        return up_to(rows[0], db)

    assert made.get("rows", count) is None
    rest()
    rows[0] = 300_000
    assert made.get("rows", count).value == 200_000
    rest()
    assert made.get("rows", count).value == 300_000
    rest()
    assert asked[:3] == [200_000, 200_000, 300_000], "the first was tried, then made beside"


def test_nobody_counts_the_same_twice_at_once(store: Store) -> None:
    made, begun, go = Tallies(store, lambda: NOW, patience=0), [], threading.Event()

    def count(db: sqlite3.Connection) -> int:
        if threading.current_thread().name == "count":
            begun.append(1)
            go.wait(PATIENT)
        return up_to(200_000, db)

    assert [made.get("rows", count) for _ in range(5)] == [None] * 5
    go.set()
    rest()
    assert begun == [1]


def test_a_count_that_failed_is_made_again(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    made = Tallies(store, lambda: NOW, patience=0)

    def count(db: sqlite3.Connection) -> int:
        if threading.current_thread().name == "count":
            db.execute("SELECT * FROM nothing")
        return up_to(200_000, db)

    assert made.get("rows", count) is None
    rest()
    assert "OperationalError" in caplog.text
    assert made.get("rows", lambda db: up_to(5, db)).value == 5


def test_only_so_many_are_remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "KEPT", 2)
    made = Tallies(store, lambda: NOW, patience=0)
    for key in range(3):
        made.get(key, lambda db: up_to(200_000, db))
        rest()
    assert [made.get(key, lambda db: -1).value for key in range(3)] == [-1, 200_000, 200_000]
