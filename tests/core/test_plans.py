"""What is asked all the time reads no whole table, however much the store holds."""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from gateway.domain.messages import Outcome, Receipt, Result, Status
from gateway.domain.pace import Quota
from gateway.store import (
    alerts,
    answers,
    areas,
    budgets,
    channels,
    claims,
    consent,
    contacts,
    dates,
    depth,
    feedback,
    figures,
    messages,
    outbox,
    past,
    people_lists,
    pieces,
    receipts,
    refused,
    routes,
    sessions,
    thread,
    topics,
)
from gateway.store.retention import people, words
from tests.core.field import Field

LARGE = {"contact", "address", "member", "consent", "c", "inbound", "outbox", "receipt", "session",
         "later", "alert", "spent", "past", "mine", "refused", "piece", "kept_call", "feedback",
         "m", "first", "area"}  # fmt: skip

# Indexes that hold few rows: what waits, is on its way or was lost; and alerts, one search each.
SMALL = (
    "outbox_due",
    "outbox_claimed",
    "outbox_lost",
    "outbox_dated",
    "inbound_dated",
    "alert_rows",
)

TAKEN = [Result(1, Outcome.ACCEPTED, "r", pieces=("p", "q"))]

ASKED: dict[str, Callable[[sqlite3.Connection], object]] = {
    "when the next row is due": lambda db: outbox.next_due(db, 1),
    "claim": lambda db: claims.claim(db, 1, "b", 1e12, 10, 10.0),
    "what the gate asks": lambda db: claims.claimed(db, [1, 2]),
    "what was said just now": lambda db: past.twins(db, [1, 2], 1.0),
    "what people had": lambda db: past.unasked(db, [1, 2], 1.0),
    "where it is night": lambda db: areas.nights(db, [1, 2]),
    "what the gate refuses": lambda db: refused.count(db, "2026-11-18", 1, {(2, "left"): 3}),
    "answers had": lambda db: answers.since(db, [1, 2], 1.0),
    "what was said and answered": lambda db: answers.rounds(db, [1, 2], 1.0),
    "parts used": lambda db: budgets.used(db, 1, Quota(100, 86400.0), 1e12),
    "parts given back": lambda db: budgets.give_back(db, [1, 2], "b"),
    "parts of long ago": lambda db: budgets.has_old(db, 1e12),
    "what a hold put off": lambda db: channels.release(db, 1, 1.0),
    "claims that lapsed": lambda db: outbox.lapsed(db, 1e12),
    "sent": lambda db: outbox.sent(db, [("r", 1.0, 1, "b")]),
    "receipts": lambda db: receipts.apply_all(db, 1, [Receipt("r", Status.SENT, own="1")], 1.0),
    "receipts that came first": lambda db: receipts.overtaken(db, TAKEN, "b", 1.0),
    "parts of texts": lambda db: pieces.told(db, [1]),
    "receipts of strangers": lambda db: receipts.has_strangers(db, 1.0),
    "who wrote": lambda db: contacts.by_value(db, "+15550100"),
    "who left before": lambda db: consent.last(db, "k"),
    "dropped screens": lambda db: sessions.stale(db, "ussd", 1.0),
    "a person's newest items": lambda db: feedback.newest_of(db, 1),
    "open talk": lambda db: sessions.open_one(db, 1, "sms", 0.0),
    "open talks": lambda db: sessions.talks(db, [1, 2], 0.0),
    "step": lambda db: sessions.by_reference(db, 1, "s"),
    "topic last sent": lambda db: topics.last_sent(db, 1, 0.0),
    "what may go elsewhere": lambda db: routes.waiting(db, 1, 2, 1e12),
    "where one message may go": lambda db: routes.one(db, 1),
    "how much waits on a channel": lambda db: routes.queued(db, 1, 2, 10),
    "when a day began": lambda db: dates.first(db, "outbox", 1.0),
    "when a day of what came in began": lambda db: dates.first(db, "inbound", 1.0),
    "what the overview counts": lambda db: figures.overview(db, 1e12),
    "days": lambda db: figures.days(db, [0.0, 1.0, 2.0]),
    "how much waits": lambda db: depth.waiting(db),
    "how much is on the way": lambda db: depth.on_the_way(db),
    "states of a day": lambda db: depth.states(db, 1e12),
    "messages since": lambda db: messages.before(db, "out", 1.0),
    "words that are old": lambda db: words.edge(db, "words_out", 1.0),
    "what is lost is taken back": lambda db: outbox.withdraw_all(db, "restored", 1.0),
    "the next row of an alert": lambda db: alerts.first_open(db, 1, 5),
    "who left because of an alert": lambda db: alerts.left_after(db, 1, 0.0, 9.0),
    "how far an alert is": lambda db: figures.alert(db, 1),
    "rows of an alert put back": lambda db: alerts.requeue(db, 1, 0, 9),
    "rows of an alert taken back": lambda db: outbox.withdraw_alert(db, 1, 0, 9, "stopped", 1.0),
    "a talk": lambda db: thread.newest(db, 1, "+15550100", 20),
    "what is not sent yet": lambda db: thread.going_out(db, 1, "+15550100", 1.0),
    "the last messages of a person": lambda db: people_lists.recent(db, 1),
    "who leaves": lambda db: consent.record(
        db, number_key="k", address=1, state="out", how="keyword", now=1.0
    ),
    "people to erase": lambda db: people.idle(db, 0, 1.0, 9),
    "a person is erased": lambda db: people.erase(db, 1, 1e12),
    "people": lambda db: contacts.page(db),
    "people by language": lambda db: contacts.page(db, language="ne"),
    "people by group": lambda db: contacts.page(db, group="Exercise"),
    "people by consent": lambda db: contacts.page(db, consent="out"),
    "people by group and consent": lambda db: contacts.page(db, group="Exercise", consent="in"),
    "people by area": lambda db: contacts.page(db, area="ZZ01"),
    "people by number": lambda db: contacts.page(db, number="+15550100"),
}


@pytest.mark.parametrize("asked", ASKED)
def test_no_large_table_is_read_whole(field: Field, asked: str) -> None:
    field.text("FLOOD")
    field.do("UPDATE channel SET credit = 9")
    told: list[str] = []

    def ask(db: sqlite3.Connection) -> list[str]:
        db.set_trace_callback(told.append)
        ASKED[asked](db)
        db.set_trace_callback(None)
        return [line for sql in told if " " in sql for line in plan(db, sql)]

    scans = [line for line in field.gw.store.write(ask) if line.startswith("SCAN")]
    assert told
    assert [line for line in scans if line.split()[1] in LARGE and not line.endswith(SMALL)] == []


# Who deletes a row of these has SQLite look for rows that refer to it, without asking for a plan.
DELETED = ("address", "contact", "session", "alert_text", "feedback_event", "receipt", "job")


def test_to_delete_a_row_no_table_is_read_whole(field: Field) -> None:
    db = field.gw.store.read
    tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = [
        (table, key["from"], key["table"])
        for table in tables
        for key in db.execute(f"PRAGMA foreign_key_list({table})")
        if key["table"] in DELETED
    ]
    assert ("inbound", "address", "address") in found
    unsought = [one for one in found if not any(_begins(db, *one[:2]))]
    assert unsought == []


def _begins(db: sqlite3.Connection, table: str, column: str) -> list[bool]:
    """Whether each index of a table begins with a column."""
    names = [row["name"] for row in db.execute(f"PRAGMA index_list({table})")]
    first = [db.execute(f"PRAGMA index_info({name})").fetchone()["name"] for name in names]
    return [one == column for one in first]


def plan(db: sqlite3.Connection, sql: str) -> list[str]:
    return [row["detail"] for row in db.execute("EXPLAIN QUERY PLAN " + sql)]


def test_each_language_is_sought_in_the_index(field: Field) -> None:
    told: list[str] = []
    db = field.gw.store.read
    db.set_trace_callback(told.append)
    assert people_lists.languages(db)
    db.set_trace_callback(None)
    # The least of a column is called a search also where every row is read.
    looks = [line for line in plan(db, told[0]) if "contact" in line]
    assert len(looks) == 2
    assert all("INDEX contact_language" in line for line in looks)


@pytest.mark.parametrize("wanted", [{"group": "Exercise"}, {"consent": "in"}, {"language": "en"}])
def test_a_page_of_people_is_never_sorted(field: Field, wanted: dict[str, Any]) -> None:
    told: list[str] = []
    db = field.gw.store.read
    db.set_trace_callback(told.append)
    contacts.page(db, **wanted)
    db.set_trace_callback(None)
    assert [line for line in plan(db, told[0]) if "TEMP B-TREE" in line] == []


def test_pages_of_people_hold_everybody_once(field: Field) -> None:
    wanted: tuple[dict[str, Any], ...] = (
        {},
        {"group": "Exercise"},
        {"consent": "in"},
        {"group": "Households", "consent": "in"},
        {"group": "Households", "language": "ne"},
        {"number": "+4477009000", "group": "Exercise"},
        {"area": "ZZ01", "consent": "in"},
    )
    sizes = []
    for filters in wanted:
        read = partial(contacts.page, field.gw.store.read, limit=7, **filters)
        ids, before = [], 1 << 62
        while rows := read(before=before):
            ids += [row["id"] for row in rows]
            before = rows[-1]["id"]
        assert ids == sorted(set(ids), reverse=True)
        sizes.append(len(ids))
    assert sizes == [60, 5, 60, 55, 11, 5, 60 - 20]


def test_a_second_phone_of_a_person_lists_them_once(field: Field) -> None:
    field.do(
        "INSERT INTO address (contact, kind, value, consent)"
        " SELECT min(id), 'phone', '+15550177', 'in' FROM contact"
    )
    assert len(contacts.page(field.gw.store.read, limit=100, consent="in")) == 60


def test_the_health_of_a_channel_counts_what_it_carried(field: Field) -> None:
    field.text("FLOOD")
    found = figures.channels(field.gw.store.read, 0.0)[field.channel.id]
    assert (found["waiting"], found["queued"]) == (1, 1)
    assert found["last_in"] == field.clock.now
