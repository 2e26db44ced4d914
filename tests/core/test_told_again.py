"""What comes a second time, or under somebody else's name, changes nothing that was said since."""

import pytest

from gateway import receive
from gateway.domain.messages import Event, Inbound, OptOut, Phase, Receipt, Screen, Status, Turn
from tests.core.field import AMINA, MAYA, Field

NETWORK_WORDS = "UNSTOP PLEASE ALL OF IT"  # words that only the network understands


def call(field: Field, reference: str, words: str, action: str) -> list[Event]:
    return [Inbound(MAYA, "4040", words, reference), OptOut(MAYA, "4040", action)]


def last_entry(field: Field) -> object:
    return field.rows("SELECT * FROM consent WHERE how <> 'demo' ORDER BY id DESC")[0]


def test_a_coming_back_that_is_told_again_does_not_undo_a_later_leaving(field: Field) -> None:
    back = call(field, "b1", NETWORK_WORDS, "start")
    receive.take(field.gw, field.channel, back)
    assert field.consent() == "in"
    field.text("STOP")
    receive.take(field.gw, field.channel, back)
    assert field.consent() == "out"


def test_a_receipt_of_a_leaver_that_is_told_again_does_not_undo_a_coming_back(
    field: Field,
) -> None:
    field.text("HELP")
    left: list[Event] = [Receipt("SM1", Status.FAILED, MAYA), OptOut(MAYA, None, "stop")]
    receive.take(field.gw, field.channel, left)
    assert field.consent() == "out"
    field.text("START")
    receive.take(field.gw, field.channel, left)
    assert field.consent() == "in"


def test_what_the_network_tells_is_on_record_with_who_told_it(field: Field) -> None:
    receive.take(field.gw, field.channel, call(field, "b1", NETWORK_WORDS, "stop"))
    entry = field.rows("SELECT * FROM consent ORDER BY id DESC")[0]
    assert (entry["how"], entry["proof"]) == ("provider", "channel simulator")


def test_joining_on_a_screen_is_on_record_with_its_session(field: Field) -> None:
    from gateway.domain.dialogue import Join, Move, Prompt
    from gateway.receive import effects
    from gateway.receive.asking import asking

    field.dial("")
    session = field.one("SELECT id FROM session")

    def join(db: object) -> None:
        person = receive.meet(field.gw, db, field.channel, AMINA, field.clock.now)  # type: ignore[arg-type]
        ask = asking(field.gw, db, person, screens=True)  # type: ignore[arg-type]
        now = field.clock.now
        scene = effects.Scene(field.gw, db, field.channel, person, now, ask, session=session)  # type: ignore[arg-type]
        effects.apply(scene, Move(None, Prompt("", ends=True), (Join(),)))

    field.gw.store.write(join)
    entry = field.rows("SELECT * FROM consent ORDER BY id DESC")[0]
    assert (entry["state"], entry["how"]) == ("in", "ussd")
    assert entry["proof"] == f"ussd session {session}"


@pytest.mark.parametrize(
    ("words", "sender"), [("Other words altogether", MAYA), ("Water is gone", AMINA)]
)
def test_another_message_under_a_known_reference_is_kept_for_a_person(
    field: Field, words: str, sender: str
) -> None:
    field.text("Water is gone", reference="same")
    assert field.text(words, sender=sender, reference="same") == []
    kept = field.rows("SELECT * FROM kept_call")
    assert [(row["reason"], row["body"]) for row in kept] == [
        ("reference told before", words.encode())
    ]


def test_a_true_repeat_is_kept_once(field: Field) -> None:
    for _ in range(2):
        field.text("Water is gone", reference="same")
    assert field.one("SELECT count(*) FROM inbound") == 1
    assert field.one("SELECT count(*) FROM kept_call") == 0


def test_one_reference_on_two_channels_is_two_messages(field: Field) -> None:
    field.do(
        "INSERT INTO channel (name, provider, settings, created_at)"
        " SELECT 'second', 'simulator', settings, 0 FROM channel"
    )
    other = field.gw.channels.get("second")
    assert other is not None
    field.text("Water is gone", reference="same")
    receive.take(field.gw, other, [Inbound(MAYA, "4040", "The road is shut", "same")])
    assert [item["text"] for item in field.items()] == ["Water is gone", "The road is shut"]


def press(field: Field, said: str, phase: Phase, hops: int | None = None) -> Screen:
    turn = Turn(AMINA, "*404#", "L1", phase, said, hops=hops)
    screen = receive.turn(field.gw, field.channel, turn)
    assert screen is not None
    return screen


def test_two_people_with_one_session_id_do_not_see_each_other(field: Field) -> None:
    for path in ("", "2", "2*Lower Bank", "2*Lower Bank*my neighbour beats me"):
        field.dial(path, "s1")
    other = field.dial("", "s1", sender="+15550199")
    assert other.text == field.dial("", "elsewhere", sender="+15550198").text
    field.dial("2*Lower Bank*my neighbour beats me*1", "s1")
    assert [item["address"] for item in field.items()] == [
        field.one("SELECT id FROM address WHERE value = ?", AMINA)
    ]


def test_a_session_id_used_again_after_the_end_begins_anew(field: Field) -> None:
    home = field.dial("", "s1")
    ended = field.dial("0", "s1")
    assert not ended.goes_on
    assert field.dial("", "s1") == ended  # asked again at once: the same step
    field.clock.now += 61
    assert field.dial("", "s1") == home
    assert field.one("SELECT count(*) FROM session WHERE reference LIKE 's1@%'") == 2


def test_an_old_step_of_an_ended_session_files_nothing_again(field: Field) -> None:
    steps = ("", "2", "2*Lower Bank", "2*Lower Bank*water", "2*Lower Bank*water*1")
    screens = [field.dial(path, "s1") for path in steps]
    field.clock.now += 3600
    assert field.dial(steps[-1], "s1") == screens[-1]
    assert len(field.items()) == 1


def test_a_phone_whose_sessions_are_all_called_the_same_can_dial_again(field: Field) -> None:
    press(field, "", Phase.START)
    press(field, "1", Phase.INPUT)
    press(field, "where is the clinic", Phase.INPUT)
    field.clock.now += 11 * 60
    assert "1 " in press(field, "", Phase.START).text
    assert [item["partial"] for item in field.items()] == [1]


def test_an_earlier_step_told_late_gets_the_present_screen(field: Field) -> None:
    press(field, "", Phase.START, hops=1)
    press(field, "1", Phase.INPUT, hops=2)
    asked = press(field, "where is the clinic", Phase.INPUT, hops=3)
    assert press(field, "1", Phase.INPUT, hops=2) == asked
    press(field, "1", Phase.INPUT, hops=4)
    assert [item["text"] for item in field.items()] == ["where is the clinic"]


def test_a_number_longer_than_any_topic_is_still_answered(field: Field) -> None:
    assert len(field.text("FLOOD " + "9" * 5000)) == 1
