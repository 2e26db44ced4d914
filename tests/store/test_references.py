"""References of items: none twice, side by side, longer once the short ones run out."""

import random
import sqlite3

import pytest

from gateway.domain.keywords import first_signs, is_reference, references
from gateway.store import feedback
from tests.store.test_feedback import told


def bits(seed=1):
    drawn = random.Random(seed)
    return lambda: drawn.getrandbits(64)


def keep(db, found):
    for one in found:
        told(db, one)


def test_they_are_valid_and_none_is_given_twice(db):
    draw = bits()
    for count in (1, 50, 3, 200):
        found = feedback.fresh_references(db, draw, count)
        assert len(found) == count
        assert all(map(is_reference, found))
        keep(db, found)  # the store takes no reference twice


def test_each_follows_the_newest_so_that_one_page_holds_them(db):
    draw = bits()
    keep(db, feedback.fresh_references(db, draw, 1))
    keep(db, feedback.fresh_references(db, draw, 1))
    few = feedback.fresh_references(db, draw, 5)
    first, second = (row[0] for row in db.execute("SELECT reference FROM feedback ORDER BY id"))
    assert {one[:2] for one in (first, second, *few)} == {first[:2]}
    assert len({one[:2] for one in feedback.fresh_references(db, draw, 60)}) <= 5


def test_those_given_and_not_yet_kept_are_left_out(db):
    draw = bits()
    first = feedback.fresh_references(db, draw, 30)
    assert not {*first} & {*feedback.fresh_references(db, draw, 30, first)}


def test_one_alone_is_from_anywhere(db):
    draw = bits()
    keep(db, feedback.fresh_references(db, draw, 1))
    drawn = [feedback.fresh_reference(db, draw) for _ in range(20)]
    assert len({one[:2] for one in drawn}) > 10


def alone(db: sqlite3.Connection) -> str:
    return feedback.fresh_reference(db, lambda: 7)


def beside(db: sqlite3.Connection) -> str:
    return feedback.fresh_references(db, lambda: 7, 1)[0]


@pytest.mark.parametrize("give", [alone, beside])
def test_they_grow_when_the_short_ones_run_out(db, give):
    keep(db, references(first_signs(7)))
    assert len(give(db)) == 5
