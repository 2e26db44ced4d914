"""Machines that answer machines, and messages that come under two names."""

from dataclasses import replace
from datetime import UTC, datetime

from gateway import receive
from gateway.context import Channel
from gateway.domain.messages import Inbound
from gateway.store import inbox
from tests.core.field import AMINA, MAYA, Field

DRIVING = "I am driving now and will answer you later"


def notes(field: Field) -> list[str]:
    """What the gateway noted of items, oldest first."""
    sql = "SELECT text FROM feedback_event WHERE kind = 'note' ORDER BY id"
    return [row["text"] for row in field.rows(sql)]


def withheld(field: Field) -> dict[str, int]:
    """How many answers staff read that somebody did not get, and why."""
    return {row["reason"]: row["rows"] for row in field.rows("SELECT reason, rows FROM refused")}


def test_a_machine_that_says_the_same_for_ever_is_soon_left_alone(field: Field) -> None:
    answers = [field.text(DRIVING) for _ in range(50)]
    assert [len(told) for told in answers[:4]] == [1, 1, 1, 0]
    assert not any(answers[3:])
    assert len(field.items()) == 3 + 1
    assert notes(field) == ["loop"]
    assert field.one("SELECT count(*) FROM inbound") == 50
    assert field.decision() == "repeated"
    field.text("FLOOD")
    assert withheld(field) == {"a machine": 47 + 1}


def test_two_machines_facing_each_other_for_an_hour_cost_a_few_messages(field: Field) -> None:
    words, sent = "hello there all", 0
    for _ in range(360):
        answers = field.text(words)
        sent += len(answers)
        words = f"You wrote: {answers[0]}" if answers else words + "."
        field.clock.now += 10
    assert sent <= 5


def test_an_hour_later_a_person_is_answered_again(field: Field) -> None:
    for number in range(40):
        field.text(f"ASK question number {number} of many")
    assert field.text("FLOOD") == []
    field.clock.now += 3601
    assert len(field.text("FLOOD")) == 1


def test_words_that_ask_nothing_get_five_answers_an_hour_however_they_differ(field: Field) -> None:
    told = [
        "the bridge is gone",
        "the road too",
        "so is the well",
        "we are ten",
        "FLUD",
        "all safe",
    ]
    answers = [len(field.text(words)) for words in (*told, "nobody hurt")]
    assert answers == [1] * 5 + [0] * 2
    assert [len(field.text(words)) for words in ("FLOOD", "MORE", "ASK where is food?")] == [1] * 3
    assert [item["text"] for item in field.items()][:3] == told[:3]
    assert len(field.items()) == 4 + 2 + 1
    assert withheld(field) == {"enough answers": 2}


def test_leaving_counts_however_many_answers_were_sent(field: Field) -> None:
    for number in range(40):
        field.text(f"message number {number} of many")
    field.text("STOP")
    assert field.consent() == "out"


def test_one_who_is_answered_no_more_takes_nothing_from_others(field: Field) -> None:
    for _ in range(50):
        field.text(DRIVING)
    assert len(field.text(DRIVING, sender=AMINA)) == 1


def test_a_keyword_gets_the_same_answer_five_times_an_hour(field: Field) -> None:
    assert [len(field.text("FLOOD")) for _ in range(8)] == [1] * 5 + [0] * 3
    assert withheld(field) == {"enough answers": 3}
    assert len(field.text("HEALTH")) == 1
    field.clock.now += 3601
    assert len(field.text("FLOOD")) == 1
    assert notes(field) == []


def test_a_gateway_that_sends_our_words_back_is_muted_and_staff_are_told(field: Field) -> None:
    words, sent = "hello there all", []
    for _ in range(12):
        if answers := field.text(words):
            words = answers[0]
            sent += answers
        field.clock.now += 10
    assert len(sent) == 3
    assert field.decision() == "loop"
    assert notes(field) == ["loop"]
    assert field.one("SELECT count(*) FROM inbound") == 12
    assert len(field.text("hello", sender=AMINA)) == 1


def test_who_is_muted_is_kept_and_answered_once_in_danger_or_on_leaving(field: Field) -> None:
    for _ in range(4):
        field.text(DRIVING)
    before = len(field.items())
    assert field.text("the bridge is gone") == []
    assert len(field.items()) == before + 1
    assert [len(field.text("HELP")) for _ in range(3)] == [1, 0, 0]
    assert len(field.text("STOP")) == 1
    assert field.consent() == "out"


def test_a_mute_ends(field: Field) -> None:
    for _ in range(4):
        field.text(DRIVING)
    field.clock.now += 6 * 3600 - 1
    assert field.text("FLOOD") == []
    field.clock.now += 1
    assert len(field.text("FLOOD")) == 1


def test_the_same_choice_in_a_menu_is_no_loop(field: Field) -> None:
    """One says 1 again and again, to other questions."""
    answers = [field.text(words) for words in ("MENU", "1", "MENU", "1", "FLOOD", "MORE", "MORE")]
    assert all(len(told) == 1 for told in answers[:6])


def test_people_who_rarely_write_are_not_looked_at_closer(field: Field) -> None:
    told: list[str] = []
    closer = "JOIN inbound ON inbound.id = outbox.inbound"
    field.gw.store.write(lambda db: db.set_trace_callback(told.append))
    for _ in range(3):
        field.text("FLOOD")
    assert [sql for sql in told if closer in sql] == []
    field.text("FLOOD")
    assert len([sql for sql in told if closer in sql]) == 1
    field.gw.store.write(lambda db: db.set_trace_callback(None))


def message(reference: str, second: int = 7, words: str = "Water is gone") -> Inbound:
    at = datetime(2026, 11, 18, 9, 30, second, tzinfo=UTC)
    return Inbound(MAYA, "4040", words, reference, at=at)


def retelling(field: Field) -> Channel:
    """A channel of a phone that may tell one message twice with new ids."""
    channel = field.channel
    channel.provider.can = replace(channel.provider.can, retells=True)
    return channel


def test_the_same_words_of_the_same_second_are_one_message_where_a_phone_retells(
    field: Field,
) -> None:
    channel = retelling(field)
    for reference in ("event-1", "event-2"):
        receive.take(field.gw, channel, [message(reference)])
    assert field.one("SELECT count(*) FROM inbound") == 1
    assert len(field.items()) == 1


def test_where_references_are_sure_every_message_counts(field: Field) -> None:
    for reference in ("SM1", "SM2"):
        receive.take(field.gw, field.channel, [message(reference)])
    assert field.one("SELECT count(*) FROM inbound") == 2


def test_the_same_words_of_another_second_or_other_words_are_another_message(
    field: Field,
) -> None:
    channel = retelling(field)
    for told in (message("1"), message("2", second=8), message("3", words="Water is gone!")):
        receive.take(field.gw, channel, [told])
    assert len(field.items()) == 3


def test_refused_calls_do_not_fill_the_disk(field: Field) -> None:
    def flood(db: object) -> None:
        for number in range(1200):
            inbox.keep_call(db, "simulator", "message", "bad_json", b"x", number)  # type: ignore[arg-type]

    field.gw.store.write(flood)
    assert field.one("SELECT count(*) FROM kept_call") == 1000
    assert field.one("SELECT max(at) FROM kept_call") == 1199
