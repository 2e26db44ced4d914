"""What the gateway answers to what people text, and what it keeps."""

import json
from functools import partial
from pathlib import Path

import pytest

from gateway import receive
from gateway.domain.keywords import references
from gateway.domain.messages import Class, Inbound
from tests.core.field import AMINA, MAYA, NOW, Field

DECIDED = {
    "FLOOD": "topic:flood/1@1",
    " flood!! ": "topic:flood/1@1",
    "Flood 2": "topic:flood/2@1",
    "MAFURIKO": "topic:flood/1@1",
    "STOP": "stop",
    "“Stop.”": "stop",
    "ＳＴＯＰ": "stop",
    "बन्द": "stop",
    "STOP FLOOD": "stop:flood",
    "START": "start:in",
    "START ALERT": "start:alerts",
    "HELP": "help",
    "मद्दत": "help",
    "SOS": "cry",
    "Stop. Thank you": "maybe_stop",
    "MENU": "dialogue:menus.home",
    "FLUD": "suggest:flood",
    "LANGUAGE": "dialogue:menus.language",
    "LANGUAGE Kiswahili": "language:sw",
    "ASK": "dialogue:forms.question",
    "": "dialogue:menus.home",
    "💧💧": "dialogue:menus.home",
}


@pytest.mark.parametrize("words", DECIDED)
def test_a_message_is_understood(field: Field, words: str) -> None:
    answers = field.text(words)
    assert field.decision() == DECIDED[words]
    assert len(answers) == 1


@pytest.mark.parametrize(
    "words",
    [
        "When will the road open?",
        "we have got to STOP this bill",
        "STOP 12345",
        "x" * 10_000,
        "\ufffd\ufffd binary \x01\x02",
        "",
        "🌊",
    ],
    ids=["question", "stop inside", "stop number", "10,000 letters", "binary", "empty", "sign"],
)
def test_words_for_a_person_are_kept_as_they_came(field: Field, words: str) -> None:
    field.text(words)
    assert field.one("SELECT text FROM inbound") == words
    assert [item["text"] for item in field.items()] == [words]
    assert field.consent() == "none"


def test_unknown_words_get_a_receipt_with_the_reference(field: Field) -> None:
    answer = field.text("When will the road open?")[0]
    item = field.items()[0]
    assert item["reference"] in answer
    assert len(item["reference"]) == 4
    assert (item["type"], item["status"]) == ("other", "acknowledged")


@pytest.mark.parametrize(
    ("words", "type", "kept"),
    [
        ("ASK when does the clinic open", "question", "when does the clinic open"),
        ("NEED water at the school", "request", "water at the school"),
        ("HEARD the dam will break", "rumour", "the dam will break"),
    ],
)
def test_a_type_word_files_what_follows(field: Field, words: str, type: str, kept: str) -> None:
    field.text(words)
    assert [(item["type"], item["text"]) for item in field.items()] == [(type, kept)]


@pytest.mark.parametrize(
    "words, most",
    [
        ("HELP my house is flooded", 2),
        ("AIDE ma maison est dans l'eau", 2),
        ("MSAADA nyumba yangu imefurika", 2),
        ("मद्दत मेरो घर डुब्यो", 3),
        ("مساعدة بيتي غرق", 3),
    ],
)
def test_help_with_more_words_tells_that_they_are_kept_and_whom_to_call(
    field: Field, words: str, most: int
) -> None:
    (answer,) = field.text(words)
    item = field.items()[0]
    assert (item["text"], item["priority"]) == (words, "p2")
    assert item["reference"] in answer.splitlines()[0]
    assert "112" in answer.splitlines()[1]
    row = field.rows("SELECT source, class, parts FROM outbox")[0]
    assert (row["source"], row["class"]) == ("help", Class.HIGH)
    assert row["parts"] <= most


def test_what_was_said_with_help_can_be_added_to(field: Field) -> None:
    field.text("HELP my house is flooded")
    reference = field.items()[0]["reference"]
    assert reference in field.text(f"{reference} we are on the roof")[0]
    assert len(field.items()) == 1


def test_help_alone_is_answered_in_one_line_and_keeps_nothing(field: Field) -> None:
    (answer,) = field.text("HELP")
    assert (answer.count("\n"), field.items()) == (0, [])


def test_topics_come_in_numbered_parts_and_more_goes_on(field: Field) -> None:
    told = [field.text(words)[0] for words in ("FLOOD", "more", "More.", "MORE")]
    assert [text[:3] for text in told[:3]] == ["1/3", "2/3", "3/3"]
    assert told[0].endswith("MORE.")
    assert "\n1 Ask a question\n" in told[3]


def test_every_answer_says_what_it_is_and_in_which_language(field: Field) -> None:
    field.text("MAFURIKO")
    row = field.rows("SELECT * FROM outbox")[0]
    assert (row["source"], row["language"], row["parts"]) == ("topic:flood/1@1", "sw", 1)


def test_a_newcomer_is_answered_in_the_language_of_the_keyword_and_it_is_remembered(
    field: Field,
) -> None:
    field.text("बाढी")
    assert field.rows("SELECT language FROM outbox")[0]["language"] == "ne"
    field.text("HELP")
    assert field.rows("SELECT language FROM outbox ORDER BY id")[1]["language"] == "ne"


def test_yes_after_a_suggestion_shows_the_topic(field: Field) -> None:
    field.text("FLUD")
    assert field.text("yes")[0].startswith("1/3")
    assert field.consent() == "none"


def test_a_message_told_twice_is_answered_once(field: Field) -> None:
    assert len(field.text("FLOOD", reference="same")) == 1
    assert field.text("FLOOD", reference="same") == []
    assert field.one("SELECT count(*) FROM inbound") == 1


def test_two_honest_equal_texts_are_two_messages(field: Field) -> None:
    field.text("Water is gone")
    field.text("Water is gone")
    assert len(field.items()) == 2


def test_leaving_is_on_record_before_it_is_confirmed_and_takes_back_what_waits(
    field: Field,
) -> None:
    field.text("FLOOD")
    answer = field.text("STOP")
    assert len(answer) == 1
    assert field.consent() == "out"
    states = [
        (row["source"], row["state"], row["reason"])
        for row in field.rows("SELECT * FROM outbox ORDER BY id")
    ]
    assert states == [("topic:flood/1@1", "withdrawn", "left"), ("stopped", "queued", None)]
    entry = field.rows("SELECT * FROM consent ORDER BY id DESC")[0]
    assert (entry["state"], entry["how"], entry["wording"]) == ("out", "keyword", "stopped")
    assert entry["inbound"] == field.one("SELECT max(id) FROM inbound")
    assert MAYA not in entry["number_key"]


def test_leaving_ends_a_form_and_is_no_answer_to_it(field: Field) -> None:
    field.text("ASK")
    field.text("STOP")
    assert field.consent() == "out"
    field.text("When?")
    assert [item["type"] for item in field.items()] == ["other"]


def test_help_inside_a_form_leaves_it_open(field: Field) -> None:
    field.text("ASK")
    field.text("HELP")
    field.text("When does it open?")
    assert [(item["type"], item["text"]) for item in field.items()] == [
        ("question", "When does it open?")
    ]


def test_coming_back_is_a_new_entry(field: Field) -> None:
    for words in ("STOP", "START"):
        field.text(words)
    assert field.consent() == "in"
    assert [
        row["state"]
        for row in field.rows("SELECT state FROM consent WHERE how <> 'demo' ORDER BY id")
    ] == [
        "out",
        "in",
    ]


def test_a_soft_sign_of_leaving_pauses_and_goes_to_a_person(field: Field) -> None:
    field.text("please stop sending me messages")
    assert field.one("SELECT paused_at FROM address WHERE value = ?", MAYA) == NOW
    assert [item["priority"] for item in field.items()] == ["p2"]


def test_a_leaver_who_was_forgotten_comes_back_in_as_a_leaver(field: Field) -> None:
    field.text("STOP")
    field.do("UPDATE consent SET address = NULL")
    for table in ("outbox", "inbound", "address"):
        field.do(
            f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table}"
            + (" WHERE value = '" + MAYA + "')" if table == "address" else ")")
        )
    field.text("hello there")
    assert field.consent() == "out"


def test_a_reference_with_ok_closes_and_with_words_reopens(field: Field) -> None:
    field.text("ASK when does the road open")
    item = field.items()[0]
    for status in ("triaged", "in_progress", "answered"):
        field.do("UPDATE feedback SET status = ? WHERE id = ?", status, item["id"])
    field.text(f"{item['reference'].lower()} ok")
    assert (field.items()[0]["status"], field.items()[0]["loop_closed"]) == (
        "closed",
        "replied_to_person",
    )
    field.text(f"Ref {item['reference']}: still closed")
    assert field.items()[0]["status"] == "reopened"
    assert len(field.items()) == 1


def test_a_reference_of_somebody_else_opens_an_item_of_ones_own(field: Field) -> None:
    field.text("ASK when")
    reference = field.items()[0]["reference"]
    field.text(f"{reference} OK", sender="+15550102")
    assert field.items()[0]["status"] == "acknowledged"
    assert len(field.items()) == 2


def called(field: Field, *references: str) -> None:
    """Give items references, in the order in which they were filed."""
    for id, reference in enumerate(references, 1):
        field.do("UPDATE feedback SET reference = ? WHERE id = ?", reference, id)


SLIPS = ["XC5P", "mx5p", "MC6P", "MC5Q", "mo5p", "MC0P", "CM5P", "M5CP", "MCP5"]


@pytest.mark.parametrize("typed", SLIPS)
def test_a_reference_with_one_slip_is_taken_for_the_one_it_can_be(field: Field, typed: str) -> None:
    field.text("ASK when does the road open")
    called(field, "MC5P")
    (answer,) = field.text(f"ref {typed}: we are cut off")
    assert "MC5P" in answer
    assert field.decision() == "item:MC5P:words"
    assert len(field.items()) == 1
    told = field.rows("SELECT text FROM feedback_event WHERE kind = 'message'")
    assert [row["text"] for row in told] == [f"ref {typed}: we are cut off"]


def test_a_slip_with_ok_closes_and_says_what_was_closed(field: Field) -> None:
    field.text("ASK when does the road open")
    called(field, "MC5P")
    field.do("UPDATE feedback SET status = 'answered'")
    (answer,) = field.text("MC6P OK")
    assert "MC5P" in answer
    assert field.items()[0]["status"] == "closed"


def test_a_slip_beside_somebody_elses_reference_opens_an_item_of_ones_own(field: Field) -> None:
    field.text("ASK when")
    called(field, "MC5P")
    field.text("MC6P OK", sender=AMINA)
    assert [item["status"] for item in field.items()] == ["acknowledged"] * 2
    assert field.items()[1]["text"] == "MC6P OK"
    assert field.one("SELECT count(*) FROM feedback_event WHERE kind = 'message'") == 0


@pytest.mark.parametrize("typed", ["MC6P", "MX7P", "23kg", "MC5P6", "10am", "2026"])
def test_what_may_be_two_of_ones_own_or_none_is_a_message_of_its_own(
    field: Field, typed: str
) -> None:
    field.text("ASK when")
    field.text("NEED water")
    called(field, "MC5P", "MR6P")
    field.text(f"{typed} we are cut off")
    assert [item["text"] for item in field.items()][2:] == [f"{typed} we are cut off"]


def test_a_keyword_is_no_slip(tmp_path: Path) -> None:
    (tmp_path / "locales").mkdir()
    said = {"en": {"status": "documented", "words": {"flood": ["MC6P"]}}}
    (tmp_path / "locales" / "keywords.json").write_text(json.dumps({"languages": said}))
    field = Field(tmp_path)
    field.text("ASK when does the road open")
    called(field, "MC5P")
    field.text("MC6P")
    assert field.decision() == "topic:flood/1@1"
    field.close()


def test_of_very_many_items_only_the_newest_are_looked_at(field: Field) -> None:
    for number in range(21):
        field.text(f"ASK when, for the {number} time")
        field.clock.now += 3600
    called(field, "MC5P", *references("4H")[:20])
    field.text("MC6P and now")
    assert field.items()[21]["text"] == "MC6P and now"


def test_a_form_over_sms_asks_one_question_a_message(field: Field) -> None:
    field.text("MENU")
    asked = field.text("2")[0]
    assert "0 " in asked
    field.text("Lower Bank")
    closing = field.text("clean water")[0]
    item = field.items()[0]
    assert (item["type"], item["text"]) == ("request", "clean water")
    assert item["area"] == field.one("SELECT id FROM area WHERE pcode = 'ZZ0102'")
    assert item["reference"] in closing


@pytest.mark.parametrize("sender", ["4636", "InfoRC", "+15550100", "0917", "@@@"])
def test_every_kind_of_sender_is_kept(field: Field, sender: str) -> None:
    receive.take(field.gw, field.channel, [Inbound(sender, "4040", "hello there all", "r1")])
    assert field.one("SELECT sender FROM inbound") == sender
    assert field.one("SELECT count(*) FROM feedback") == 1


def test_a_name_is_not_answered(field: Field) -> None:
    assert field.text("FLOOD", sender="InfoRC") == []


def test_a_talk_nobody_goes_on_with_is_kept_as_partial(field: Field) -> None:
    from gateway.receive import talk
    from gateway.store import sessions

    field.text("MENU")
    field.text("4")
    field.text("they say the dam breaks")
    field.clock.now += 73 * 3600
    rows = sessions.stale(field.gw.store.read, "sms", field.clock.now - 72 * 3600)
    for row in rows:
        field.gw.store.write(partial(talk.expire, field.gw, row=row, now=field.clock.now))
    assert [(item["type"], item["partial"], item["text"]) for item in field.items()] == [
        ("rumour", 1, "they say the dam breaks")
    ]


def test_who_joins_is_asked_where_they_live(field: Field) -> None:
    asked = field.text("JOIN")[0]
    assert "0 " in asked
    assert field.consent() == "in"
    assert field.rows("SELECT wording FROM consent ORDER BY id DESC")[0]["wording"] == "join.place"
    assert "Lower Bank" in field.text("lower bank")[0]
    pcode = "SELECT pcode FROM contact JOIN area ON area.id = area WHERE contact.id ="
    who = "(SELECT contact FROM address WHERE value = ?)"
    assert field.one(f"{pcode} {who}", MAYA) == "ZZ0102"


def test_a_question_instead_of_a_place_is_a_message_of_its_own(field: Field) -> None:
    field.text("JOIN")
    field.text("when will the water come back to us")
    assert [item["text"] for item in field.items()] == ["when will the water come back to us"]


def test_where_no_place_is_known_nobody_is_asked(field: Field) -> None:
    field.do("UPDATE area SET retired_at = 1")
    assert "0 " not in field.text("JOIN")[0]
    assert field.consent() == "in"
