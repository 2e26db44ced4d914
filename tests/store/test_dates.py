"""Where a time lies among messages is found by the time of every 64th."""

import sqlite3
from collections.abc import Iterator
from itertools import pairwise

import pytest

from gateway.files import folder
from gateway.store import dates

STATES = "queued claimed sent delivered failed withdrawn expired unknown".split()
ROW = """
INSERT INTO outbox (recipient, channel, class, state, due_at, text, parts, alphabet, created_at)
VALUES ('', 1, 2, ?, 0, 'x', 1, 'gsm7', ?)
"""
CAME_IN = """
INSERT INTO inbound (channel, reference, sender, recipient, text, received_at, decision)
VALUES (1, hex(randomblob(8)), '', '', 'x', ?, '')
"""
TABLES = pytest.mark.parametrize("table", ["inbound", "outbox"])


def until(last: str) -> list[str]:
    """Return the migrations up to one, as they are run."""
    files = sorted(folder("migrations").glob("*.sql"))
    return [file.read_text(encoding="utf-8") for file in files if file.name <= last]


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.row_factory = sqlite3.Row
    for sql in until("~"):
        db.executescript(sql)
    yield db
    db.close()


def fill(db: sqlite3.Connection, table: str, *times: float) -> None:
    if table == "outbox":
        db.executemany(ROW, [("sent", at) for at in times])
    else:
        db.executemany(CAME_IN, [(at,) for at in times])


@TABLES
@pytest.mark.parametrize("rows", [0, 1, 63, 64, 65, 1500, 5000])
def test_the_first_of_a_time_is_found_however_many_there_are(db, table: str, rows: int) -> None:
    fill(db, table, *range(rows))
    for at in {0, 1, rows // 3, rows - 1, rows, rows + 9}:
        assert dates.first(db, table, at) == min(max(0, at), rows) + 1
        assert dates.near(db, table, at) < dates.first(db, table, at)


@TABLES
def test_two_of_them_tell_how_many_lie_between(db: sqlite3.Connection, table: str) -> None:
    fill(db, table, *[100.0] * 70, *[200.0] * 300, *[300.0] * 5)
    edges = [dates.first(db, table, at) for at in (100, 200, 300, 400)]
    assert [b - a for a, b in pairwise(edges)] == [70, 300, 5]


@TABLES
def test_a_time_with_a_clock_that_was_ahead_hides_nothing_that_came_after(db, table: str) -> None:
    fill(db, table, *range(3000), *[1e9] * 3000, *range(3000, 9000))
    assert 6000 < dates.near(db, table, 7000) < dates.first(db, table, 7000) == 3000 + 7001


def test_an_older_store_keeps_its_messages_and_its_rules() -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    older = until("0016~")
    for sql in older:
        db.executescript(sql)
    for state in STATES:
        db.execute(ROW, (state, 1.0))
    (newer,) = until("0017~")[len(older) :]
    db.executescript(newer)
    assert [row[0] for row in db.execute("SELECT state FROM outbox ORDER BY id")] == STATES
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    for sql in ("UPDATE outbox SET state = 'lost' WHERE id = 1", ROW.replace("?, 0", "'lost', 0")):
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            db.execute(sql, () if "UPDATE" in sql else (1.0,))
    db.close()
