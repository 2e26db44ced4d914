"""Calls that come at the same time are taken together, and nobody notices."""

from gateway import receive
from gateway.domain.messages import Inbound, Receipt, Status
from tests.core.field import AMINA, MAYA


def told(sender, text, reference):
    return [Inbound(sender, "4040", text, reference)], b""


def decisions(field):
    rows = field.gw.store.read.execute("SELECT reference, decision FROM inbound ORDER BY id")
    return {row["reference"]: row["decision"] for row in rows}


def test_one_persons_messages_keep_their_order(field):
    calls = [told(MAYA, "FLOOD", "1"), told(AMINA, "FLOOD", "2"), told(MAYA, "MORE", "3")]
    receive.take_all(field.gw, field.channel, calls)
    first, second = decisions(field)["1"], decisions(field)["3"]
    assert (first.split("@")[0], second.split("@")[0]) == ("topic:flood/1", "topic:flood/2")


def test_each_newcomer_of_one_moment_is_remembered_in_the_language_of_their_keyword(field):
    receive.take_all(
        field.gw, field.channel, [told(MAYA, "MAFURIKO", "1"), told(AMINA, "INONDATION", "2")]
    )
    sql = "SELECT value, language FROM address JOIN contact ON contact.id = contact"
    spoken = {row["value"]: row["language"] for row in field.gw.store.read.execute(sql)}
    assert (spoken[MAYA], spoken[AMINA]) == ("sw", "fr")


def test_who_leaves_in_the_same_moment_gets_nothing_that_was_queued_before(field):
    calls = [told(MAYA, "FLOOD", "1"), told(MAYA, "STOP", "2"), told(AMINA, "FLOOD", "3")]
    receive.take_all(field.gw, field.channel, calls)
    sql = "SELECT state, source FROM outbox WHERE recipient = ? ORDER BY id"
    rows = [tuple(row) for row in field.gw.store.read.execute(sql, (MAYA,))]
    assert [state for state, _ in rows] == ["withdrawn", "queued"]
    assert rows[1][1] == "stopped"


def test_every_decision_is_kept_beside_one_that_writes_at_once(field):
    calls = [told(AMINA, "FLOOD", "1"), told(MAYA, "STOP", "2"), told("+15550102", "HELP", "3")]
    receive.take_all(field.gw, field.channel, calls)
    assert [*decisions(field).values()] == ["topic:flood/1@1", "stop", "help"]
    rows = field.gw.store.read.execute("SELECT inbound, state FROM consent ORDER BY id DESC")
    assert tuple(rows.fetchone()) == (2, "out")
    languages = field.gw.store.read.execute("SELECT DISTINCT language FROM inbound")
    assert [row[0] for row in languages] == ["en"]


def test_a_call_told_twice_at_once_is_answered_once(field):
    calls = [told(MAYA, "FLOOD", "1"), told(MAYA, "FLOOD", "1")]
    receive.take_all(field.gw, field.channel, calls)
    count = field.gw.store.read.execute("SELECT count(*) FROM outbox").fetchone()[0]
    assert count == 1


def test_one_person_under_two_spellings_is_one(field):
    calls = [told(MAYA, "FLOOD", "1"), told(f"tel:{MAYA}", "MORE", "2")]
    receive.take_all(field.gw, field.channel, calls)
    sql = "SELECT count(DISTINCT address) FROM inbound"
    assert field.gw.store.read.execute(sql).fetchone()[0] == 1
    assert decisions(field)["2"].startswith("topic:flood/2")


def test_receipts_and_messages_may_come_in_one_moment(field):
    calls = [([Receipt("r1", Status.DELIVERED)], b""), told(MAYA, "FLOOD", "1")]
    assert receive.take_all(field.gw, field.channel, calls) == [[], []]
    kept = field.gw.store.read.execute("SELECT reference FROM receipt").fetchall()
    assert [row["reference"] for row in kept] == ["r1"]


def test_what_cannot_be_kept_spoils_nothing_beside_it(field):
    broken = [Inbound(AMINA, "4040", "half \ud83d", "2")], b""
    good, bad, last = receive.take_all(
        field.gw, field.channel, [told(MAYA, "FLOOD", "1"), broken, told("+15550177", "FLOOD", "3")]
    )
    assert (good, last) == ([], [])
    assert isinstance(bad, UnicodeEncodeError)
    assert set(decisions(field)) == {"1", "3"}
