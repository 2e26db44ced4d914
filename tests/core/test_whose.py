"""A row of an alert is its person's as much as one that went to them alone."""

import sqlite3

import pytest

from gateway import broadcast
from gateway.broadcast.running import advance
from gateway.domain.alerts import Audience, Draft
from gateway.domain.messages import Class
from gateway.files import folder
from gateway.store import consent, people_lists, thread
from gateway.store.retention import people
from tests.core.field import AMINA, MAYA, NOW, Field
from tests.store.test_dates import until

DAY = 86400.0
STATES = "SELECT alert IS NOT NULL AS alert, state FROM outbox WHERE recipient = ? ORDER BY id"


def alert(field: Field, words: str = "Water rises") -> int:
    """Let an alert go to everybody who joined, up to its last row."""
    draft = Draft({"en": words}, Audience(), Class.EMERGENCY, field.clock() + DAY)
    made = broadcast.create(field.gw, "ada", draft)
    broadcast.submit(field.gw, "ada", made)
    broadcast.approve(field.gw, "bo", made, broadcast.preview(field.gw, made).people)
    while advance(field.gw):
        pass
    return made


@pytest.fixture
def field(field: Field) -> Field:
    """Two people joined, and an alert was queued for both."""
    for sender in (MAYA, AMINA):
        field.text("JOIN", sender=sender)
    field.do("UPDATE outbox SET state = 'sent', sent_at = created_at")
    field.clock.now += 60
    alert(field)
    return field


def states(field: Field, number: str) -> list[tuple[int, str]]:
    return [tuple(row) for row in field.rows(STATES, number)]


def address(field: Field, number: str) -> int:
    return int(field.one("SELECT id FROM address WHERE value = ?", number))


def test_a_talk_and_the_last_messages_of_a_person_hold_both(field):
    db, channel = field.gw.store.read, field.channel.id
    contact = field.one("SELECT contact FROM address WHERE value = ?", MAYA)
    talk = [(row["direction"], row["text"]) for row in thread.newest(db, channel, MAYA, 20)]
    assert [way for way, _ in talk] == ["in", "out", "out"]
    assert talk[-1] == ("out", "Water rises")
    assert sorted(row["text"] for row in people_lists.recent(db, contact)) == sorted(
        text for _, text in talk
    )
    assert thread.going_out(db, channel, MAYA, field.clock())
    assert not thread.going_out(db, channel, "+15550199", field.clock())


def test_the_newest_of_both_are_shown_however_many_there_are(field):
    for words in ("FLOOD", "MORE", "MORE"):
        field.clock.now += 1
        field.text(words)
    field.clock.now += 1
    alert(field, "Water falls")
    newest = thread.newest(field.gw.store.read, field.channel.id, MAYA, 3)
    assert [row["text"] for row in newest][-1] == "Water falls"
    assert [row["direction"] for row in newest][:2] == ["in", "out"]


def test_who_leaves_gets_nothing_that_waits_of_an_alert_either(field):
    field.text("STOP")
    assert (1, "withdrawn") in states(field, MAYA)
    assert (1, "queued") in states(field, AMINA)


def test_each_row_that_is_taken_back_is_told(field):
    def leave(db: sqlite3.Connection) -> list[tuple[int, int]]:
        taken = consent.record(
            db, number_key="k", address=address(field, MAYA), state="out", how="staff", now=NOW
        )
        return [(row["channel"], row["class"]) for row in taken]

    assert field.gw.store.write(leave) == [(field.channel.id, Class.EMERGENCY)]


def test_who_waits_for_an_alert_is_not_erased(field):
    long = NOW + 3000 * DAY
    contact = field.one("SELECT contact FROM address WHERE value = ?", MAYA)
    field.do("UPDATE address SET consent = 'none'")
    assert contact not in people.idle(field.gw.store.read, 0, long, 99)
    field.do("UPDATE outbox SET state = 'sent' WHERE alert IS NOT NULL")
    assert contact in people.idle(field.gw.store.read, 0, long, 99)
    assert contact not in people.idle(field.gw.store.read, 0, NOW + 30, 99)


def test_of_who_is_erased_no_row_keeps_the_number(field):
    field.do("UPDATE address SET consent = 'none'")
    field.do("UPDATE outbox SET state = 'sent'")
    contact, id = field.rows("SELECT contact, id FROM address WHERE value = ?", MAYA)[0]
    while field.gw.store.write(lambda db: people.erase(db, contact, NOW + 3000 * DAY)) is False:
        pass
    assert states(field, MAYA) == []
    assert field.one("SELECT count(*) FROM outbox WHERE address = ?", id) == 0
    assert field.one("SELECT count(*) FROM outbox WHERE alert IS NOT NULL AND recipient = ''") == 1
    assert len(states(field, AMINA)) == 2


def test_a_store_of_before_keeps_its_rows_and_all_other_references():
    db = sqlite3.connect(":memory:", isolation_level=None)
    for sql in until("0023~"):
        db.executescript(sql)
    before = {row[2:5] for row in db.execute("PRAGMA foreign_key_list(outbox)")}
    row = (
        "INSERT INTO outbox (recipient, channel, class, due_at, text, parts, alphabet, created_at)"
    )
    db.execute(f"{row} VALUES ('+15550100', 1, 2, 0, 'hello', 1, 'gsm7', 0)")
    db.executescript((folder("migrations") / "0024_whose.sql").read_text(encoding="utf-8"))
    after = {row[2:5] for row in db.execute("PRAGMA foreign_key_list(outbox)")}
    assert before - after == {("address", "address", "id"), ("alert_text", "alert_text", "id")}
    assert after < before
    assert db.execute("SELECT recipient, text FROM outbox").fetchall() == [("+15550100", "hello")]
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
