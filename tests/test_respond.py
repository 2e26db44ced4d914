"""Staff read, sort and answer what people say, over a real store."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway import respond
from gateway.context import Gateway, open_gateway
from gateway.domain.feedback import NotAllowed, Status
from gateway.domain.messages import Inbound
from gateway.respond import Refused
from gateway.settings import Settings
from gateway.store import (
    audit,
    channels,
    codes,
    consent,
    contacts,
    create,
    feedback,
    inbox,
    outbox,
    users,
)

NOW = 1_795_000_000.0
BY = "user:bikash"
NUMBER = "+15550100"
QUESTION = "कहिले बाटो खुल्छ?"


@pytest.fixture
def woken() -> list[float]:
    return []


@pytest.fixture
def gw(tmp_path: Path, woken: list[float]) -> Iterator[Gateway]:
    """A gateway with a channel, staff, and a question that came in from Nepal."""
    settings = Settings.load({"GATEWAY_DATA": str(tmp_path), "GATEWAY_SECRET": "for tests only"})
    create(settings.store)
    gw = open_gateway(settings, wake=lambda: woken.append(NOW))
    gw.clock = lambda: NOW
    gw.store.write(lambda db: _people(gw, db))
    yield gw
    gw.store.close()


def _people(gw: Gateway, db: Any) -> None:
    codes.load_default(db)
    channels.add(db, "sim", "simulator", "4040", gw.sealer.seal({}), NOW)
    for name, role in (("bikash", "field_staff"), ("sita", "operator"), ("noor", "auditor")):
        users.add_user(db, name, role, None, NOW)
    key = gw.numbers.of(NUMBER)
    contacts.add(db, "phone", NUMBER, key, NOW, channel=1, language="ne")
    write_in(db, "m1", NOW - 60)
    given: dict[str, Any] = {"channel": 1, "address": 1, "inbound": 1, "language": "ne"}
    feedback.add(db, reference="A7K2", text=QUESTION, type="question", now=NOW - 60, **given)
    feedback.move(db, 1, Status.ACKNOWLEDGED, "system", NOW - 60)


def write_in(db: Any, reference: str, at: float) -> None:
    (id,) = inbox.ids(db, 1, [reference])
    assert id
    told = Inbound(NUMBER, "4040", "words", reference)
    inbox.add(db, 1, [inbox.Arrived(id, told, 1, None)], at)


def leave(gw: Gateway, at: float) -> None:
    key = gw.numbers.of(NUMBER)
    gw.store.write(
        lambda db: consent.record(db, number_key=key, address=1, state="out", how="keyword", now=at)
    )


def item(gw: Gateway, reference: str = "A7K2") -> Any:
    return feedback.by_reference(gw.store.read, reference)


def queued(gw: Gateway, made: respond.Preview) -> Any:
    return outbox.by_id(gw.store.read, made.outbox or 0)


def history(gw: Gateway) -> list[tuple[str, str | None, str]]:
    return [(e["kind"], e["new"], e["by"]) for e in feedback.events(gw.store.read, 1)][1:]


def acts(gw: Gateway) -> list[tuple[str, str, str]]:
    rows = audit.page(gw.store.read)
    return [(row["by"], row["act"], row["subject"]) for row in reversed(rows)]


def test_from_question_to_answer_with_the_whole_history(gw, woken):
    respond.code(gw, BY, "A7K2", "question", "hazard/road_blocked")
    made = respond.reply(gw, BY, "A7K2", "शुक्रबार खुल्छ।")
    row = queued(gw, made)
    assert (row["state"], row["class"], row["recipient"]) == ("queued", 2, NUMBER)
    assert (row["feedback"], row["inbound"], row["language"]) == (1, 1, "ne")
    assert (row["alphabet"], row["parts"]) == ("ucs2", made.parts)
    assert "A7K2" in row["text"]
    assert "शुक्रबार खुल्छ।" in row["text"]
    assert history(gw) == [
        ("code", "question/hazard/road_blocked", BY),
        ("status", "triaged", BY),
        ("answer", None, BY),
        ("status", "answered", BY),
    ]
    assert item(gw)["answered_at"] == NOW
    assert woken == [NOW]
    closed = gw.store.write(lambda db: feedback.close_by_person(db, 1, 1, "A7K2 OK", NOW))
    assert (closed, item(gw)["loop_closed"]) == ("closed", "replied_to_person")


def test_every_act_is_in_the_audit_without_words_or_numbers(gw):
    respond.take(gw, BY, "A7K2")
    respond.note(gw, BY, "A7K2", "she lives by the river")
    respond.reply(gw, BY, "A7K2", "On Friday.")
    respond.reveal(gw, "user:sita", "A7K2")
    assert acts(gw) == [
        (BY, "feedback.take", "feedback:A7K2"),
        (BY, "feedback.note", "feedback:A7K2"),
        (BY, "feedback.reply", "feedback:A7K2"),
        ("user:sita", "feedback.number", "feedback:A7K2"),
    ]
    told = json.dumps([row["detail"] for row in audit.page(gw.store.read)])
    assert not [word for word in ("river", "Friday", NUMBER) if word in told]


def test_a_preview_sends_nothing_and_names_the_dear_letters(gw):
    gw.store.write(lambda db: contacts.set_language(db, 1, "en"))
    plain = respond.preview(gw, "A7K2", "The road opens on Friday.")
    dear = respond.preview(gw, "A7K2", "The road opens on Friday – perhaps.")
    assert (plain.alphabet, plain.letters, plain.outbox) == ("gsm7", (), None)
    assert (dear.alphabet, dear.letters) == ("ucs2", ("–",))
    assert gw.store.read.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0


def test_nobody_who_left_is_answered(gw, woken):
    leave(gw, NOW - 10)
    for attempt in (respond.preview, lambda *a: respond.reply(a[0], BY, *a[1:])):
        with pytest.raises(Refused) as refused:
            attempt(gw, "A7K2", "On Friday.")
        assert refused.value.reason == "left"
        assert "Announce" in str(refused.value)
    assert (item(gw)["status"], woken, acts(gw)) == ("acknowledged", [], [])


def test_the_word_stop_itself_is_not_writing_again(gw):
    gw.store.write(lambda db: write_in(db, "m2", NOW - 10))
    leave(gw, NOW - 10)
    with pytest.raises(Refused, match="has left"):
        respond.reply(gw, BY, "A7K2", "On Friday.")


def test_who_wrote_again_after_leaving_is_answered(gw):
    leave(gw, NOW - 10)
    gw.store.write(lambda db: write_in(db, "m3", NOW - 5))
    made = respond.reply(gw, BY, "A7K2", "On Friday.")
    assert queued(gw, made)["inbound"] == 2


def test_leaving_takes_back_an_answer_that_waits(gw):
    made = respond.reply(gw, BY, "A7K2", "On Friday.")
    leave(gw, NOW)
    assert queued(gw, made)["state"] == "withdrawn"
    assert feedback.events(gw.store.read, 1)[1]["outbox_state"] == "withdrawn"


REFUSED = [
    ("empty", "  ", ""),
    ("long", "word " * 200, ""),
    ("over", "On Friday.", "UPDATE feedback SET status = 'closed'"),
    ("over", "On Friday.", "UPDATE feedback SET status = 'rejected'"),
    ("sensitive", "On Friday.", "UPDATE feedback SET sensitive = 1"),
    ("unreachable", "On Friday.", "UPDATE feedback SET address = NULL"),
    ("unreachable", "On Friday.", "UPDATE address SET kind = 'name'"),
    ("channel", "On Friday.", "UPDATE channel SET enabled = 0"),
]


@pytest.mark.parametrize("reason,text,before", REFUSED)
def test_an_answer_that_may_not_go_says_why(gw, reason, text, before):
    if before:
        gw.store.write(lambda db: db.execute(before).rowcount)
    with pytest.raises(Refused) as refused:
        respond.reply(gw, BY, "A7K2", text)
    assert refused.value.reason == reason
    assert gw.store.read.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0


def test_taking_makes_it_mine_and_in_progress(gw):
    respond.take(gw, BY, "A7K2")
    assert (item(gw)["assignee_name"], item(gw)["status"]) == ("bikash", "in_progress")


@pytest.mark.parametrize("name", ["noor", "nobody"])
def test_an_item_is_given_only_to_those_who_answer(gw, name):
    with pytest.raises(Refused, match="Choose somebody"):
        respond.assign(gw, BY, "A7K2", name)
    assert item(gw)["assignee"] is None


def test_an_item_can_be_given_back(gw):
    respond.assign(gw, BY, "A7K2", "sita")
    respond.assign(gw, "user:sita", "A7K2", None)
    assert (item(gw)["assignee"], history(gw)[0][1:]) == (None, ("sita", BY))


def test_closing_says_how_and_reopening_takes_it_up(gw):
    respond.take(gw, BY, "A7K2")
    respond.close(gw, BY, "A7K2", "announced_to_community", "read out at the market")
    assert item(gw)["loop_closed"] == "announced_to_community"
    respond.reopen(gw, BY, "A7K2", "the road is still closed")
    assert (item(gw)["status"], item(gw)["closed_at"]) == ("reopened", None)


def test_a_move_that_is_not_open_leaves_no_trace(gw):
    with pytest.raises(NotAllowed, match="triaged or rejected"):
        respond.close(gw, BY, "A7K2", "replied_to_person")
    assert (history(gw), acts(gw)) == ([], [])


BAD_CODES = [("hazard/weather", "code"), ("road_blocked", "code"), ("wash/latrines", "code")]


@pytest.mark.parametrize("code,reason", BAD_CODES)
def test_only_codes_on_offer_are_given(gw, code, reason):
    every = codes.every(gw.store.read)
    latrines = next(row["id"] for row in every if row["code"] == "latrines")
    gw.store.write(lambda db: codes.retire(db, latrines, NOW))
    with pytest.raises(Refused) as refused:
        respond.code(gw, BY, "A7K2", "question", code)
    assert refused.value.reason == reason


def test_a_code_of_one_type_goes_with_no_other(gw):
    row = {"type": "rumour", "category": "dam", "code": "breaks"}
    gw.store.write(lambda db: codes.take_in(db, [row]))
    with pytest.raises(Refused, match="another type"):
        respond.code(gw, BY, "A7K2", "question", "dam/breaks")


def test_one_message_becomes_several_items_that_keep_the_link(gw):
    made = respond.split(gw, BY, "A7K2", ["The bridge is gone", " ", "No water"])
    rows = [item(gw, reference) for reference in made]
    assert [row["text"] for row in rows] == ["The bridge is gone", "No water"]
    assert {(row["inbound"], row["address"], row["created_at"]) for row in rows} == {
        (1, 1, NOW - 60)
    }
    assert item(gw)["text"] == QUESTION
    assert history(gw) == [("note", "split", BY)]


def test_any_staff_marks_sensitive_and_unmarking_needs_a_reason(gw):
    respond.mark_sensitive(gw, BY, "A7K2", "names a worker")
    assert feedback.page(gw.store.read) == []
    with pytest.raises(Refused, match="Give the reason"):
        respond.unmark(gw, "user:ada", "A7K2", " ")
    respond.unmark(gw, "user:ada", "A7K2", "a shop, not a worker")
    assert [row["reference"] for row in feedback.page(gw.store.read)] == ["A7K2"]


def test_coding_as_sensitive_marks_it(gw):
    respond.code(gw, BY, "A7K2", "sensitive", "protection/fraud")
    assert (item(gw)["sensitive"], item(gw)["priority"]) == (1, "p2")


def test_a_button_pressed_twice_answers_once(gw):
    respond.reply(gw, BY, "A7K2", "On Friday.")
    with pytest.raises(respond.Refused, match="not sent twice"):
        respond.reply(gw, BY, "A7K2", " On Friday. ")
    assert gw.store.read.execute("SELECT count(*) FROM outbox").fetchone()[0] == 1
    respond.reply(gw, BY, "A7K2", "On Saturday.")


def test_the_trail_does_not_say_what_a_sensitive_item_is_about(gw):
    respond.code(gw, BY, "A7K2", "sensitive", "protection/fraud")
    assert gw.store.read.execute("SELECT detail FROM audit ORDER BY id DESC").fetchone()[0] == "{}"


def test_what_is_split_off_a_sensitive_item_is_sensitive(gw):
    respond.mark_sensitive(gw, BY, "A7K2")
    [made] = respond.split(gw, "user:ada", "A7K2", ["the second thing"])
    assert item(gw, made)["sensitive"] == 1


def test_an_item_that_is_not_there_is_refused(gw):
    with pytest.raises(Refused, match="no such item"):
        respond.note(gw, BY, "ZZZ9", "hello")
