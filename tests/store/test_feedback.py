"""Feedback items in a real store: their moves, lists and export."""

import json
import sqlite3
from typing import Any

import pytest

from gateway.domain import csv_cells
from gateway.domain.feedback import NotAllowed, Status
from gateway.store import codes, feedback

NOW = 1_800_000_000.0


def told(db, reference="A7K2", text="When does the road open?", type="question", **more):
    given: dict[str, Any] = {"channel": 1, "address": 1, "language": "en", "now": NOW} | more
    return feedback.add(db, reference=reference, text=text, type=type, **given)


def code_id(db, category, code):
    found = codes.by_name(db, category, code)
    assert found
    return found["id"]


def status(db, id):
    return feedback.by_id(db, id)["status"]


def history(db, id):
    return [(e["kind"], e["old"], e["new"], e["by"]) for e in feedback.events(db, id)]


def test_an_item_begins_new_uncoded_and_with_a_clock(db):
    item = feedback.by_id(db, told(db))
    assert (item["status"], feedback.coded(item)) == ("new", "question/none/uncoded")
    assert (item["priority"], item["due_at"]) == ("p4", NOW + 360)


def test_every_move_keeps_who_when_and_why(db):
    id = told(db)
    feedback.move(db, id, Status.REJECTED, "user:sita", NOW + 5, reason="empty message")
    line = feedback.events(db, id)[-1]
    assert tuple(line)[2:7] == ("status", "new", "rejected", "empty message", "user:sita")
    assert line["at"] == NOW + 5


REFUSED_MOVES = [
    (Status.CLOSED, {"how": "replied_to_person"}, NotAllowed),
    (Status.REJECTED, {}, ValueError),
    (Status.REJECTED, {"reason": "  "}, ValueError),
]


@pytest.mark.parametrize("new,more,error", REFUSED_MOVES)
def test_a_move_that_may_not_be_changes_nothing(db, new, more, error):
    id = told(db)
    with pytest.raises(error):
        feedback.move(db, id, new, "user:sita", NOW, **more)
    assert (status(db, id), history(db, id)) == ("new", [])


def test_a_closing_says_how(db):
    id = told(db)
    feedback.walk(db, id, [Status.TRIAGED, Status.IN_PROGRESS], "user:sita", NOW)
    with pytest.raises(ValueError, match="how the loop was closed"):
        feedback.move(db, id, Status.CLOSED, "user:sita", NOW)
    feedback.move(db, id, Status.CLOSED, "user:sita", NOW, how="not_possible")
    item = feedback.by_id(db, id)
    assert (item["loop_closed"], item["closed_at"], item["due_at"]) == ("not_possible", NOW, None)


ROAD = [Status.ACKNOWLEDGED, Status.TRIAGED, Status.ANSWERED]


def test_ok_from_the_person_closes_what_was_answered(db):
    id = told(db)
    feedback.walk(db, id, ROAD, "user:sita", NOW)
    assert feedback.close_by_person(db, id, None, "A7K2 OK", NOW + 9) == Status.CLOSED
    assert feedback.by_id(db, id)["loop_closed"] == "replied_to_person"
    assert history(db, id)[-2:] == [
        ("message", None, None, "contact"),
        ("status", "answered", "closed", "contact"),
    ]


def test_ok_before_anybody_looked_closes_nothing(db):
    id = told(db)
    assert feedback.close_by_person(db, id, None, "A7K2 OK", NOW) == Status.NEW


def test_other_words_reopen_and_start_the_clock_anew(db):
    id = told(db)
    feedback.walk(db, id, ROAD, "user:sita", NOW)
    later = NOW + 900_000
    assert feedback.attach(db, id, None, "still closed", now=later) == Status.REOPENED
    assert feedback.by_id(db, id)["due_at"] == later + 168 * 3600
    feedback.move(db, id, Status.TRIAGED, "user:sita", later + 60)
    assert feedback.by_id(db, id)["due_at"] == later + 168 * 3600


def test_the_words_of_an_item_are_never_edited(db):
    id = told(db)
    feedback.attach(db, id, None, "and the bridge?", now=NOW)
    feedback.code(db, id, "request", code_id(db, "hazard", "road_blocked"), "cli", NOW)
    assert feedback.by_id(db, id)["text"] == "When does the road open?"


def test_a_reference_is_given_once(db):
    told(db)
    with pytest.raises(sqlite3.IntegrityError):
        told(db)


@pytest.fixture
def several(db):
    told(db, "AAA2", "Maji hakuna tangu jana", "request", language="sw")
    told(db, "AAA3", "बाटो कहिले खुल्छ?", language="ne")
    told(db, "AAA4", "50% of us got nothing", "complaint", partial=True)
    told(db, "AAA5", "The dam will break", "rumour", now=NOW - 900_000)
    told(db, "AAA6", "a worker asked for favours", "sensitive")
    feedback.move(db, 2, Status.TRIAGED, "user:sita", NOW)
    feedback.move(db, 3, Status.REJECTED, "user:sita", NOW, reason="twice")
    return db


FILTERS = [
    ({}, "AAA5 AAA4 AAA3 AAA2"),
    ({"open": True}, "AAA5 AAA3 AAA2"),
    ({"status": "triaged"}, "AAA3"),
    ({"type": "request", "status": "new"}, "AAA2"),
    ({"language": "sw"}, "AAA2"),
    ({"partial": True}, "AAA4"),
    ({"overdue": NOW}, "AAA5"),
    ({"since": NOW}, "AAA4 AAA3 AAA2"),
    ({"until": NOW}, "AAA5"),
    ({"text": "खुल्छ"}, "AAA3"),
    ({"text": "MAJI"}, "AAA2"),
    ({"text": "50%"}, "AAA4"),
    ({"text": "%"}, "AAA4"),
    ({"text": "aaa4"}, "AAA4"),
    ({"text": "favours"}, ""),
    ({"unassigned": True, "type": "rumour"}, "AAA5"),
    ({"assignee": 7}, ""),
]


@pytest.mark.parametrize("filters,found", FILTERS)
def test_a_list_shows_what_was_asked_for(several, filters, found):
    assert [row["reference"] for row in feedback.page(several, filters)] == found.split()


def test_a_page_goes_on_below_the_last_item(several):
    first = feedback.page(several, limit=2)
    rest = feedback.page(several, before=first[-1]["id"], limit=2)
    assert [row["reference"] for row in first + rest] == ["AAA5", "AAA4", "AAA3", "AAA2"]


def test_a_sensitive_item_leaves_lists_search_numbers_and_export_at_once(several):
    feedback.mark(several, 1, True, "user:sita", NOW, "it names a worker")
    everywhere = [*feedback.page(several), *feedback.search(several, "Maji")]
    assert not {"AAA2", "AAA6"} & {row["reference"] for row in everywhere}
    assert feedback.counts(several, NOW) == {"new": 1, "rejected": 1, "triaged": 1, "overdue": 1}
    assert not {"AAA2", "AAA6"} & {row[4] for row in feedback.exported(several, 0.0, 1e12)[0]}
    shown = feedback.page(several, sensitive=True)
    assert [row["reference"] for row in shown] == ["AAA6", "AAA2"]
    assert feedback.by_id(several, 1)["priority"] == "p2"


def test_the_export_has_the_columns_of_the_codebook_and_no_number(several):
    rows, _ = feedback.exported(several, NOW, NOW + 1)
    assert feedback.COLUMNS[:4] == ("type", "category", "code", "feedback message")
    assert rows[-1] == (
        *("request", "none", "uncoded", "Maji hakuna tangu jana", "AAA2"),
        *("2027-01-15T08:00:00+00:00", "sw", "", "new", "no"),
    )
    assert "+15550100" not in "".join(map(csv_cells.line, rows))


HOSTILE = [
    ('=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'),
    ("+15550100", "'+15550100"),
    ("-1", "'-1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t=1"),
    ("\r\n=1", '"\'\r\n=1"'),
    ("   =1", "'   =1"),
    ("\u00a0=1", "'\u00a0=1"),
    ("＝1+1", "'＝1+1"),
    ("＋1", "'＋1"),
    ("－1", "'－1"),
    ("＠x", "'＠x"),
    ("a=b", "a=b"),
    ("", ""),
    ("बाटो, पुल", '"बाटो, पुल"'),
]


@pytest.mark.parametrize("text,cell", HOSTILE)
def test_a_cell_is_never_a_formula(text, cell):
    assert csv_cells.cell(text) == cell


def test_lists_ask_by_index(db):
    plan = db.execute(
        "EXPLAIN QUERY PLAN SELECT count(*) FROM feedback WHERE due_at < 5 AND sensitive = 0"
    ).fetchall()
    assert "feedback_due" in json.dumps([row["detail"] for row in plan])
