"""The moves of a feedback item, all 81 of them, and its clocks."""

from itertools import pairwise, product

import pytest

from gateway.domain.feedback import (
    HOUR,
    MOVES,
    NotAllowed,
    Priority,
    Status,
    Type,
    after_ok,
    after_words,
    due,
    move,
    road,
    type_of,
)

ORDER = "new acknowledged triaged in_progress referred answered closed reopened rejected".split()

# Rows: from. Columns: to, in the same order. x is allowed.
TABLE = """
new           . x x . . . . . x
acknowledged  . . x . . . . . x
triaged       . . . x x x . . x
in_progress   . . . . x x x . .
referred      . . . x . x x . .
answered      . . . . . . x x .
closed        . . . . . . . x .
reopened      . . x x . . . . .
rejected      . . x . . . . . .
"""

MARKS = {
    (old, new): mark == "x"
    for old, *marks in (row.split() for row in TABLE.strip().splitlines())
    for new, mark in zip(ORDER, marks, strict=True)
}


def test_the_table_has_all_81_moves():
    assert len(MARKS) == 81
    assert [status.value for status in Status] == ORDER


@pytest.mark.parametrize("old,new", MARKS, ids="-".join)
def test_a_move_is_open_or_says_which_are(old, new):
    if MARKS[old, new]:
        move(Status(old), Status(new))
        return
    with pytest.raises(NotAllowed) as refused:
        move(Status(old), Status(new))
    for open_move in MOVES[Status(old)]:
        assert open_move.value.replace("_", " ") in str(refused.value)


@pytest.mark.parametrize("old,new", list(product(Status, Status)))
def test_a_road_is_made_of_open_moves(old, new):
    here = old
    try:
        way = road(old, new)
    except NotAllowed:
        assert new in (Status.NEW, Status.ACKNOWLEDGED)
        return
    for step in way:
        move(here, step)
        here = step
    assert here == new


@pytest.mark.parametrize("status", Status)
def test_what_a_person_writes_again_makes_open_moves_only(status):
    for moves in (after_words(status), after_ok(status)):
        walked = pairwise([status, *moves])
        assert [(here, step) for here, step in walked if step not in MOVES[here]] == []


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.CLOSED, Status.REJECTED])
def test_words_take_up_what_seemed_done(status):
    assert after_words(status)[-1] in (Status.REOPENED, Status.TRIAGED)


@pytest.mark.parametrize("status", [Status.NEW, Status.ACKNOWLEDGED, Status.TRIAGED])
def test_ok_does_not_close_what_nobody_worked_on(status):
    assert after_ok(status) == []


CLOCKS = [
    ("p1", "new", 1),
    ("p1", "acknowledged", 1),
    ("p1", "triaged", 24),
    ("p2", "new", 24),
    ("p2", "in_progress", 24),
    ("p3", "new", 0.1),
    ("p3", "acknowledged", 72),
    ("p3", "reopened", 72),
    ("p4", "new", 0.1),
    ("p4", "referred", 168),
    ("p1", "answered", None),
    ("p3", "closed", None),
    ("p4", "rejected", None),
]


@pytest.mark.parametrize("priority,status,hours", CLOCKS)
def test_each_priority_has_its_clock(priority, status, hours):
    wanted = None if hours is None else 1000 + hours * HOUR
    assert due(Priority(priority), 1000, Status(status)) == wanted


NAMES = [
    ("Questions", "question"),
    ("Suggestions or requests", "suggestion"),
    ("Complaint or concern", "complaint"),
    ("Rumor", "rumour"),
    ("Beliefs", "rumour"),
    ("Thanks", "praise"),
    ("situation_report", "situation_report"),
    ("SENSITIVE", "sensitive"),
    ("Other", "other"),
]


@pytest.mark.parametrize("word,type", NAMES)
def test_a_codebook_may_name_types_its_own_way(word, type):
    assert type_of(word) == Type(type)


def test_an_unknown_type_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="question, request"):
        type_of("weather")
