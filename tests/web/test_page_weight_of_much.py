"""However much there is, a page stays small, and the rest is one step away."""

import sqlite3
from collections.abc import Callable

import pytest

from gateway.context import Gateway
from gateway.store import feedback
from tests.web.conftest import NOW
from tests.web.people import Browser
from tests.web.rows import WORDS, fill
from tests.web.test_page_weight import AFTER

Sit = Callable[[str], Browser]

MUCH = 300
LONG = ["/groups", "/contacts", "/feedback/A000", "/alerts/2", "/contacts/2"]


def words(n: int) -> str:
    """Return a note of usual length, unlike the one before."""
    at = 11 * n % 90
    return f"{WORDS[n % 2][at:]} {n * 7919}"


@pytest.fixture
def much(gw: Gateway) -> Gateway:
    """A gateway where staff made a great many groups, notes, decisions and entries."""
    fill(gw, NOW)

    def work(db: sqlite3.Connection) -> None:
        for n in range(MUCH):
            db.execute("INSERT INTO groups (name) VALUES (?)", (f"Group {n:03} {words(n)[:30]}",))
            feedback.event(db, 1, "note", "user:sita", NOW + n, text=words(n))
        db.executemany(
            "INSERT INTO approval (alert, decision, hash, by, reason, at)"
            " VALUES (2, 'rejected', 'h', 'user:ram', ?, ?)",
            [(words(n), NOW + n) for n in range(MUCH)],
        )
        db.executemany(
            "INSERT INTO consent (number_key, address, state, how, by, proof, at)"
            " VALUES ('k', 2, 'in', 'staff', 'user:sita', ?, ?)",
            [(words(n), NOW + n) for n in range(MUCH)],
        )

    gw.store.write(work)
    return gw


@pytest.mark.parametrize("path", LONG)
def test_a_page_of_much_is_small(path: str, much: Gateway, sit: Sit) -> None:
    answer = sit("administrator").get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert len(answer.data) <= AFTER


@pytest.mark.parametrize("path, many", [("/feedback/A000", 8), ("/alerts/2", 10)])
def test_a_history_is_read_to_its_beginning(path, many, much: Gateway, sit: Sit) -> None:
    seat, at, seen = sit("administrator"), path, 0
    while at:
        page = seat.get(at).text
        found = page.rpartition("<ol>")[2].count("<li>")
        assert 0 < found <= many
        seen += found
        older = page.partition('rel="next" href="')[2].partition('"')[0]
        assert older != at
        at = older
    assert seen == MUCH


def test_groups_come_25_at_a_time(much: Gateway, sit: Sit) -> None:
    seat, at, seen = sit("operator"), "/groups", 0
    while at:
        page = seat.get(at).text
        seen += page.count('href="/groups/')
        at = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert seen == MUCH + 35


def test_of_many_groups_one_is_written(much: Gateway, sit: Sit) -> None:
    assert 'type="search" id="f-group"' in sit("operator").get("/contacts").text


@pytest.mark.parametrize(
    "path, fields",
    [
        ("/feedback/A000/note", {"note": "x" * 9000}),
        ("/alerts/2/reject", {"reason": "x" * 9000}),
    ],
)
def test_what_staff_note_is_kept_short(path, fields, much: Gateway, sit: Sit) -> None:
    assert sit("administrator").post(path, fields, page="/").status_code == 303
    sql = """SELECT max(length(text)) FROM feedback_event
              UNION SELECT max(length(reason)) FROM approval"""
    assert max(row[0] for row in much.store.read.execute(sql)) == 500
