"""The codebook: labels change, codes do not."""

import sqlite3

import pytest

from gateway.store import codes, create

NOW = 1_800_000_000.0


@pytest.fixture
def db(tmp_path):
    create(tmp_path / "gateway.db")
    made = sqlite3.connect(tmp_path / "gateway.db", isolation_level=None)
    made.row_factory = sqlite3.Row
    yield made
    made.close()


def named(db, category, code):
    found = codes.by_name(db, category, code)
    assert found
    return found


def row(category="wash", code="taps", label="", type=""):
    return {"type": type, "category": category, "code": code, "label": label}


def test_the_default_codebook_is_loaded_once(db):
    first, again = codes.load_default(db), codes.load_default(db)
    assert (first.added > 60, first.refused, again.added) == (True, (), 0)
    for word in ("uncoded", "unclear"):
        assert named(db, "none", word)


def test_a_label_changed_here_stays_when_the_defaults_are_loaded_again(db):
    codes.load_default(db)
    known = named(db, "hazard", "damage")
    codes.rename(db, known["id"], "Houses damaged")
    codes.load_default(db)
    assert named(db, "hazard", "damage")["label"] == "Houses damaged"


def test_a_new_label_leaves_the_code_its_id(db):
    codes.take_in(db, [row(label="Taps")])
    before = named(db, "wash", "taps")["id"]
    told = codes.take_in(db, [row(label="Water taps")])
    after = named(db, "wash", "taps")
    assert (told.relabelled, after["id"], after["label"]) == (1, before, "Water taps")


def test_a_retired_code_is_offered_no_more_and_never_used_again(db):
    codes.take_in(db, [row()])
    codes.retire(db, 1, NOW)
    told = codes.take_in(db, [row(label="Something else")])
    assert (told.added, told.refused[0][0]) == (0, 1)
    assert codes.every(db) == []
    assert [kept["label"] for kept in codes.every(db, retired=True)] == ["taps"]


def test_uncoded_cannot_be_retired(db):
    codes.load_default(db)
    with pytest.raises(ValueError, match="uncoded"):
        codes.retire(db, named(db, "none", "uncoded")["id"], NOW)


def test_a_code_met_under_two_types_goes_with_every_type(db):
    codes.take_in(db, [row(type="Questions"), row(type="Rumours, beliefs and observations")])
    assert [kept["type"] for kept in codes.every(db)] == [codes.ANY]


REFUSED = [
    ({"type": "weather", "category": "a", "code": "b"}, "type must be"),
    ({"type": "question", "category": "", "code": "b"}, "category and code"),
    ({"type": "question", "category": "a"}, "category and code"),
]


@pytest.mark.parametrize("given,reason", REFUSED)
def test_a_row_that_cannot_be_used_is_named_with_its_reason(db, given, reason):
    told = codes.take_in(db, [row(), given])
    assert told.added == 1
    assert told.refused[0][0] == 2
    assert reason in told.refused[0][1]
