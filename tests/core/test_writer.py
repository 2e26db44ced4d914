"""One writer: shared commits, savepoints of one's own, answers only after the sync."""

import sqlite3
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from gateway.store import Store, StoreClosed, StoreError, check_whole, connect, create


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    create(tmp_path / "gateway.db")
    made = Store(tmp_path / "gateway.db")
    yield made
    if made.alive():
        made.close()


def note(db: sqlite3.Connection, key: str) -> str:
    db.execute("INSERT INTO meta (key, value) VALUES (?, '')", (key,))
    return key


def kept(store: Store) -> set[str]:
    return {row["key"] for row in store.read.execute("SELECT key FROM meta")}


def test_many_writers_share_commits_and_each_is_answered(store: Store) -> None:
    answers: list[str] = []

    def write(writer: int) -> None:
        for number in range(25):
            answers.append(store.write(partial(note, key=f"{writer}-{number}")))

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 400
    assert kept(store) == set(answers)


def refer(db: sqlite3.Connection) -> int:
    """Write a row that refers to an area that is not there; say whether that is looked up."""
    held: int = db.execute("PRAGMA foreign_keys").fetchone()[0]
    db.execute("INSERT INTO contact (area, created_at) VALUES (99, 0)")
    return held


def test_only_trusted_work_in_the_background_is_believed(store: Store) -> None:
    assert store.write(refer, background=True, trusted=True) == 0
    with pytest.raises(ZeroDivisionError):
        store.write(lambda db: refer(db) // 0, background=True, trusted=True)
    assert store.read.execute("SELECT count(*) FROM contact").fetchone()[0] == 1
    for more in ({}, {"background": True}, {"trusted": True}):
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            store.write(refer, **more)


def test_what_rows_hold_is_checked_but_for_trusted_work(store: Store) -> None:
    def odd(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO contact (assurance, created_at) VALUES ('nobody', 0)")

    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        store.write(odd)
    store.write(odd, background=True, trusted=True)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        store.write(odd)


def test_trusted_work_and_other_work_see_each_other(store: Store) -> None:
    add = "INSERT INTO contact (created_at) SELECT 1 + count(*) FROM contact"
    for trusted in (True, False, True, False):
        store.write(lambda db: db.execute(add).rowcount, background=True, trusted=trusted)
    made = store.read.execute("SELECT created_at FROM contact ORDER BY id").fetchall()
    assert [row[0] for row in made] == [1, 2, 3, 4]


def test_a_failing_unit_spoils_no_neighbour(store: Store) -> None:
    gate, errors = threading.Event(), []

    def write(number: int) -> None:
        gate.wait()
        try:
            store.write(lambda db: fail(db, number) if number % 3 == 0 else note(db, str(number)))
        except ValueError as error:
            errors.append(str(error))

    def fail(db: sqlite3.Connection, number: int) -> str:
        note(db, f"half-{number}")
        raise ValueError(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert sorted(map(int, errors)) == list(range(0, 30, 3))
    assert kept(store) == {str(number) for number in range(30) if number % 3}


def test_an_answer_comes_only_when_another_connection_sees_the_row(store: Store) -> None:
    store.write(lambda db: note(db, "seen"))
    other = sqlite3.connect(store.file)
    assert other.execute("SELECT count(*) FROM meta").fetchone()[0] == 1
    other.close()


def test_every_commit_is_synced_in_full(store: Store) -> None:
    assert store.write(lambda db: db.execute("PRAGMA synchronous").fetchone()[0]) == 2
    assert store.write(lambda db: db.execute("PRAGMA journal_mode").fetchone()[0]) == "wal"


def test_a_unit_that_ends_the_transaction_fails_the_whole_commit_but_not_the_next(
    store: Store,
) -> None:
    def undo(db: sqlite3.Connection) -> None:
        note(db, "gone")
        db.execute("ROLLBACK")  # as SQLite itself does when the disk is full
        raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(sqlite3.OperationalError):
        store.write(undo)
    assert store.write(lambda db: note(db, "after")) == "after"
    assert kept(store) == {"after"}


def test_background_work_waits_for_the_others(store: Store) -> None:
    order: list[str] = []
    held, go = threading.Event(), threading.Event()

    def slow(db: sqlite3.Connection) -> None:
        held.set()
        go.wait(10)

    threads = [threading.Thread(target=store.write, args=(slow,))]
    threads[0].start()
    held.wait(10)
    for name, background in (("chunk", True), ("chunk", True), ("message", False)):
        work = lambda db, name=name: order.append(name)  # noqa: E731
        threads.append(threading.Thread(target=store.write, args=(work, background)))
        threads[-1].start()
        while store._writer.waiting() < len(threads) - 1:
            threading.Event().wait(0.001)
    go.set()
    for thread in threads:
        thread.join()
    assert order[0] == "message"


def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError):
        note(store.read, "no")


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(StoreClosed):
        store.write(lambda db: note(db, "late"))


def test_a_writer_that_breaks_leaves_nobody_waiting(store: Store, monkeypatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    behind, told = threading.Event(), list[object]()

    def breaks(results: list[object]) -> None:
        store.hand(note_all, ["behind"], hears)
        raise RuntimeError

    def hears(results: list[object]) -> None:
        told.extend(results)
        behind.set()

    store.hand(note_all, ["one"], breaks)
    assert store.ended() is False
    assert behind.wait(5)
    assert [type(one) for one in told] == [StoreClosed]
    assert not store.alive()
    with pytest.raises(StoreClosed):
        store.write(lambda db: note(db, "late"))
    store.close()


def test_a_writer_that_was_closed_ended_as_asked(store: Store) -> None:
    store.close()
    assert store.ended()


def test_every_table_is_strict_and_foreign_keys_hold(store: Store) -> None:
    tables = store.read.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table'")
    loose = {row["name"] for row in tables if not row["strict"]}
    assert loose <= {"sqlite_schema", "sqlite_temp_schema", "_sqlite_migrations"}
    with pytest.raises(sqlite3.IntegrityError):
        store.write(
            lambda db: db.execute(
                "INSERT INTO address VALUES (1, 99, 'phone', '+1', NULL,"
                " NULL, 'none', NULL, NULL, NULL)"
            )
        )


def test_a_store_from_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "gateway.db"
    create(file)
    db = connect(file)
    db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('gateway', '9999_future', '')"
    )
    db.close()
    for attempt in (Store, create):
        with pytest.raises(StoreError, match="newer version"):
            attempt(file)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda file: file.unlink(), "gateway init"),
        (lambda file: file.write_bytes(b"no database at all " * 100), "backup"),
    ],
    ids=["absent", "not a database"],
)
def test_a_store_that_cannot_be_used_is_refused_in_a_sentence(
    tmp_path: Path, spoil: object, says: str
) -> None:
    file = tmp_path / "gateway.db"
    create(file)
    assert callable(spoil)
    spoil(file)
    with pytest.raises(StoreError, match=says):
        Store(file)


def test_a_damaged_page_is_found_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "gateway.db"
    create(file)
    store = Store(file)
    for number in range(3000):
        store.write(partial(note, key=f"{number:06}" * 20))
    store.close()
    content = bytearray(file.read_bytes())
    middle = len(content) // 4096 // 2 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    file.write_bytes(content)
    with pytest.raises(StoreError, match="backup"):
        Store(file)


def test_a_large_file_is_read_whole_only_when_asked(tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "gateway.db"
    create(file)
    monkeypatch.setattr("gateway.store.LARGE", file.stat().st_size - 1)
    content = bytearray(file.read_bytes())
    content[-4096:] = b"\xff" * 4096
    file.write_bytes(content)
    Store(file).close()
    with pytest.raises(StoreError, match="damaged"):
        check_whole(file)


def note_all(db: sqlite3.Connection, keys: list[str]) -> list[str]:
    for key in keys:
        note(db, key)
        if key.startswith("bad"):
            raise ValueError(key)
    return [key.upper() for key in keys]


def test_items_of_one_kind_are_written_together(store: Store) -> None:
    assert store.write_together(note_all, ["a", "b", "c"]) == ["A", "B", "C"]
    assert kept(store) == {"a", "b", "c"}


def test_an_item_that_fails_spoils_none_of_its_kind(store: Store) -> None:
    first, broken, last = store.write_together(note_all, ["a", "bad", "c"])
    assert (first, last) == ("A", "C")
    assert isinstance(broken, ValueError)
    assert kept(store) == {"a", "c"}


def test_nothing_together_is_nothing(store: Store) -> None:
    assert store.write_together(note_all, []) == []


def test_a_store_that_cannot_be_opened_now_is_not_called_damaged(tmp_path: Path) -> None:
    create(tmp_path / "gateway.db")
    (tmp_path / "gateway.db-wal").mkdir()  # as where there is no room for it
    with pytest.raises(StoreError, match="Nothing was changed: look whether its disk is full"):
        Store(tmp_path / "gateway.db")


def test_a_file_with_something_else_in_it_asks_for_a_backup(tmp_path: Path) -> None:
    (tmp_path / "gateway.db").write_bytes(b"not a store at all" * 500)
    with pytest.raises(StoreError, match="Restore a backup"):
        Store(tmp_path / "gateway.db")
