"""Many rows in one statement: the same as one by one."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.store.rows import Rows

INSERT = Rows("INSERT INTO told (id, word) VALUES {rows}")
UPDATE = Rows(
    """WITH said (word, id) AS (VALUES {rows})
UPDATE told SET word = coalesce(said.word, told.word) FROM said WHERE told.id = said.id"""
)
WORDS = st.none() | st.text()


@given(st.lists(WORDS, max_size=150))
def test_rows_are_written_in_their_order(words):
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE told (id INTEGER PRIMARY KEY, word)")
    rows = list(enumerate(words))
    assert INSERT.write(db, rows) == max(0, len(rows) - 1)
    assert db.execute("SELECT id, word FROM told ORDER BY rowid").fetchall() == rows


@given(st.dictionaries(st.integers(0, 200), WORDS, max_size=150))
def test_rows_are_changed_by_id(words):
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE told (id INTEGER PRIMARY KEY, word)")
    INSERT.write(db, [(id, "before") for id in range(201)])
    UPDATE.write(db, [(word, id) for id, word in words.items()])
    changed = {id: word for id, word in words.items() if word is not None}
    expected = dict.fromkeys(range(201), "before") | changed
    assert dict(db.execute("SELECT id, word FROM told")) == expected


def test_a_row_that_does_not_fit_is_told_of():
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE told (id INTEGER PRIMARY KEY, word NOT NULL)")
    with pytest.raises(sqlite3.IntegrityError, match=r"told\.word"):
        INSERT.write(db, [(1, "one"), (2, None)])
