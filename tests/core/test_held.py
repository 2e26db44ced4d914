"""What the gate holds: nights where people are, what they had already, what was said just now."""

import itertools
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import receive, send
from gateway.context import open_gateway
from gateway.domain.messages import Class, Inbound, Outcome, Result
from gateway.settings import BadSetting, Settings
from gateway.store import areas, channels, outbox
from gateway.submit import Order, submit
from tests.core.box import Box
from tests.core.field import AMINA, MAYA, Field

EVENING = 1_795_032_000.0  # 2026-11-18, 20:00 in UTC
MORNING = EVENING + 11 * 3600
DAY = 86400.0
NUMBERS = itertools.count()


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Field]:
    made = Field(tmp_path, QUIET_HOURS="20:00-07:00")
    made.text("FLOOD")
    made.text("FLOOD", sender=AMINA)
    made.do("DELETE FROM outbox")
    made.clock.now = EVENING + 60
    yield made
    made.close()


def queue(field: Field, class_: Class = Class.NORMAL, to: str = MAYA, **more: object) -> int:
    address = field.one("SELECT id FROM address WHERE value = ?", to)
    row = {
        "address": address, "recipient": to, "channel": field.channel.id, "class_": class_,
        "text": f"words {next(NUMBERS)}", "language": "en", "source": "api", "parts": 1,
        "alphabet": "gsm7", "due_at": field.clock.now, "now": field.clock.now,
    } | more  # fmt: skip
    return field.gw.store.write(lambda db: outbox.add(db, **row))


def go(field: Field) -> list[int]:
    """Let all go that may; return the ids."""
    batch = send.prepare(field.gw, field.channel, 100, 1000.0).batch
    if batch is None:
        return []
    taken = [Result(one.id, Outcome.ACCEPTED, reference=f"x{one.id}") for one in batch.messages]
    send.settle(field.gw, [("simulator", batch.id, taken)])
    return [one.id for one in batch.messages]


def row(field: Field, id: int) -> tuple[str, str | None, float, int]:
    found = field.rows("SELECT state, reason, due_at, attempts FROM outbox WHERE id = ?", id)[0]
    return found["state"], found["reason"], found["due_at"], found["attempts"]


def counted(field: Field) -> dict[tuple[str, str], int]:
    sql = "SELECT class, reason, rows FROM refused"
    return {(Class(r["class"]).word, r["reason"]): r["rows"] for r in field.rows(sql)}


def test_held_over_night_goes_at_seven_expired_first(night: Field) -> None:
    held = queue(night)
    over = queue(night, expires_at=MORNING - 1)
    assert go(night) == []
    assert row(night, held) == ("queued", "quiet hours", MORNING, 0)
    assert night.one("SELECT batch FROM outbox WHERE id = ?", held) is None
    night.clock.now = MORNING - 1
    assert go(night) == []
    night.clock.now = MORNING
    assert go(night) == [held]
    assert row(night, over)[:2] == ("expired", "expired")
    assert counted(night) == {("normal", "quiet hours"): 2, ("normal", "expired"): 1}


def test_an_emergency_passes_and_that_is_counted(night: Field) -> None:
    emergency = queue(night, Class.EMERGENCY)
    assert go(night) == [emergency]
    assert counted(night) == {("emergency", "quiet hours passed"): 1}


def test_the_log_says_once_a_batch_that_emergencies_passed(night: Field, caplog) -> None:
    caplog.set_level(logging.WARNING)  # what a gateway that runs writes down
    for class_, to in ((Class.EMERGENCY, MAYA), (Class.EMERGENCY, AMINA), (Class.NORMAL, MAYA)):
        queue(night, class_, to, text=f"leave now {class_}")
    assert len(go(night)) == 2
    said = "channel simulator: 2 emergency messages went in quiet hours"
    assert [one.getMessage() for one in caplog.records].count(said) == 1
    queue(night, Class.NORMAL, AMINA)
    queue(night, Class.EMERGENCY, forced=True)  # what was forced needs no leave
    assert len(go(night)) == 1
    assert caplog.text.count("quiet hours") == 1
    assert not any(word in caplog.text for word in (MAYA, AMINA, "leave now"))


def test_answers_and_what_is_forced_go_at_night_uncounted(night: Field) -> None:
    night.text("FLOOD")
    forced = queue(night, forced=True)
    assert len(go(night)) == 2
    assert row(night, forced)[0] == "sent"
    assert counted(night) == {}


def test_a_program_may_force_what_it_hands_in(night: Field) -> None:
    lines = [
        submit(night.gw, "token:1", Order([MAYA], text=f"Words {forced}", forced=forced))[0]
        for forced in (False, True)
    ]
    assert go(night) == [lines[1].id]


def test_it_is_night_where_the_person_is(night: Field) -> None:
    """By the zone of their area, or of the nearest around it; an unknown one is as none."""

    def places(db: object) -> None:
        for pcode, parent, zone in (
            ("XA", None, "Pacific/Fiji"),
            ("XA01", "XA", None),
            ("XB", None, "Middle/Earth"),
        ):
            areas.add(db, pcode, pcode, pcode, parent, timezone=zone)  # type: ignore[arg-type]

    night.gw.store.write(places)
    where = "UPDATE contact SET area = (SELECT id FROM area WHERE pcode = ?) WHERE id = "
    where += "(SELECT contact FROM address WHERE value = ?)"
    night.do(where, "XA01", MAYA)  # 08:01 in the morning there
    night.do(where, "XB", AMINA)
    awake, asleep = queue(night), queue(night, to=AMINA)
    assert go(night) == [awake]
    assert row(night, asleep)[1:3] == ("quiet hours", MORNING)


def test_while_nobody_knows_the_time_it_is_never_night_nor_enough(tmp_path: Path) -> None:
    field = Field(tmp_path, QUIET_HOURS="00:01-00:00")
    field.text("FLOOD")
    box = Box(field)
    box.power_cut()
    bulk = [queue(field, Class.BULK, now=box.now, due_at=box.now) for _ in range(2)]
    assert {*go(field)} > {*bulk}
    field.close()


def test_one_bulk_message_a_week(field: Field) -> None:
    field.text("FLOOD")
    first, second = queue(field, Class.BULK), queue(field, Class.BULK)
    went = field.clock.now
    assert first in go(field)
    assert row(field, second)[:3] == ("queued", "enough for a week", went + 7 * DAY)
    third = queue(field, Class.BULK)
    assert go(field) == []
    assert row(field, third)[2] == went + 7 * DAY
    field.clock.now = went + 7 * DAY
    assert go(field) == [second]
    assert row(field, third)[2] == went + 14 * DAY


def test_single_messages_of_programs_answers_and_forced_ones_do_not_count(field: Field) -> None:
    field.text("FLOOD")
    for _ in range(5):
        queue(field, Class.HIGH)
        queue(field, Class.BULK, forced=True)
    assert len(go(field)) == 11
    assert go(field) == []
    bulk = queue(field, Class.BULK)
    assert go(field) == [bulk]


def test_three_alerts_a_day_and_emergencies_always(field: Field) -> None:
    field.text("FLOOD")
    went = field.clock.now
    ids = [queue(field) for _ in range(4)]
    emergency = queue(field, Class.EMERGENCY)
    for id in (*ids, emergency):
        field.do(
            "INSERT INTO alert (id, state, class, expires_at, audience, author, hash, created_at)"
            " VALUES (?, 'running', 2, ?, '{}', 'user:a', 'h', 1)", id, went + 9 * DAY,
        )  # fmt: skip
        field.do("UPDATE outbox SET alert = ? WHERE id = ?", id, id)
    assert set(go(field)) > {*ids[:3], emergency}
    assert row(field, ids[3])[:3] == ("queued", "enough for a day", went + DAY)
    field.clock.now = went + DAY
    assert go(field) == [ids[3]]


def test_no_caps_where_they_are_switched_off(tmp_path: Path) -> None:
    field = Field(tmp_path, CAP_DAY="0", CAP_WEEK="0")
    field.text("FLOOD")
    for _ in range(6):
        queue(field, Class.BULK)
    assert len(go(field)) == 7
    field.close()


def test_the_same_text_goes_to_a_number_once_in_ten_minutes(field: Field) -> None:
    field.text("FLOOD")
    first, beside = queue(field, text="Water"), queue(field, text="Water")
    other = queue(field, text="Food")
    assert {first, other} < set(go(field))
    assert row(field, beside)[:2] == ("withdrawn", "said just now")
    field.clock.now += 599
    soon, forced = queue(field, text="Water"), queue(field, text="Water", forced=True)
    assert go(field) == [forced]
    assert row(field, soon)[:2] == ("withdrawn", "said just now")
    field.clock.now += 600
    later = queue(field, text="Water")
    assert go(field) == [later]
    assert counted(field) == {("normal", "said just now"): 2}


def test_what_went_before_a_start_is_not_said_again_after_it(field: Field) -> None:
    field.text("FLOOD")
    queue(field, text="Water")
    waits = send.prepare(field.gw, field.channel, 1, 9.0)
    field.gw.store.close()
    field.gw = open_gateway(field.settings)
    field.gw.clock = field.clock
    field.clock.now += 1
    assert waits.batch is not None
    assert len(go(field)) == 1
    again = queue(field, text="Water")
    said = queue(field, text=field.one("SELECT text FROM outbox WHERE inbound IS NOT NULL"))
    assert go(field) == []
    assert {row(field, id)[1] for id in (again, said)} == {"said just now"}


def test_an_answer_that_went_back_in_the_call_is_not_said_again(field: Field) -> None:
    sealed, now = field.gw.sealer.seal({"secret": "x"}), field.clock.now
    field.gw.store.write(lambda db: channels.add(db, "phone", "smssync", "4040", sealed, now))
    phone = field.gw.channels.get("phone")
    assert phone is not None
    assert phone.hands_back
    receive.take(field.gw, phone, [Inbound(MAYA, "4040", "FLOOD", "r1")])
    answer = field.rows("SELECT state, text FROM outbox")[-1]
    assert answer["state"] == "sent"
    other = queue(field, text="Water")
    again = queue(field, text=answer["text"])
    assert go(field) == [other]
    assert row(field, again)[:2] == ("withdrawn", "said just now")


def test_of_two_that_are_on_their_way_who_was_claimed_later_gives_way(field: Field) -> None:
    """Also where it was written first, and waited."""
    field.text("FLOOD")
    go(field)
    waited = queue(field, text="Water", due_at=field.clock.now + 30)
    first = queue(field, text="Water")
    on_its_way = send.prepare(field.gw, field.channel, 9, 9.0).batch
    assert on_its_way is not None
    assert [one.id for one in on_its_way.messages] == [first]
    field.clock.now += 60
    assert go(field) == []
    assert row(field, waited)[:2] == ("withdrawn", "said just now")


def test_what_went_before_a_power_cut_was_not_said_just_now(field: Field) -> None:
    """Where the time goes on from the newest in the store, a month ago looks like a moment ago."""
    field.text("FLOOD")
    queue(field, text="The river is at 3 m.")
    go(field)
    box = Box(field)
    box.power_cut()
    box.wait(5)
    again = queue(field, text="The river is at 3 m.", now=box.now, due_at=box.now)
    assert go(field) == [again]
    twice = queue(field, text="The river is at 3 m.", now=box.now, due_at=box.now)
    assert go(field) == []
    assert row(field, twice)[:2] == ("withdrawn", "said just now")


def test_what_failed_may_be_said_again_and_who_asks_twice_is_told_twice(field: Field) -> None:
    field.text("FLOOD")
    field.text("FLOOD")
    assert len(go(field)) == 2
    queue(field, text="Water")
    batch = send.prepare(field.gw, field.channel, 9, 9.0).batch
    assert batch is not None
    lost = [Result(one.id, Outcome.REJECTED, error="no") for one in batch.messages]
    send.settle(field.gw, [("simulator", batch.id, lost)])
    again = queue(field, text="Water")
    assert go(field) == [again]


def test_an_emergency_may_go_a_second_time_when_nobody_knows(field: Field) -> None:
    field.text("FLOOD")
    go(field)
    id = queue(field, Class.EMERGENCY)
    send.prepare(field.gw, field.channel, 9, 9.0)
    send.give_up_on(field.gw, [id])
    field.clock.now += 60
    assert go(field) == [id]


def test_nothing_is_looked_up_for_answers(night: Field) -> None:
    night.text("FLOOD")
    told: list[str] = []
    db = night.gw.store.read
    db.set_trace_callback(told.append)
    assert len(go(night)) == 1
    db.set_trace_callback(None)
    assert [sql for sql in told if "past" in sql or "RECURSIVE" in sql] == []


def test_the_environment_may_say_that_there_are_no_quiet_hours(tmp_path: Path) -> None:
    given = {"GATEWAY_DATA": str(tmp_path)}
    assert Settings.load(given)["QUIET_HOURS"] == "20:00-07:00"
    assert Settings.load(given | {"GATEWAY_QUIET_HOURS": ""})["QUIET_HOURS"] == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUIET_HOURS", "at night"),
        ("CAP_DAY", "-1"),
        ("CAP_WEEK", "some"),
        ("LANGUAGE", "English"),
        ("LANGUAGE", "ne,en"),
        ("LANGUAGES", "ne, english"),
        ("EMERGENCY", "the police"),
        ("CURRENCY", "francs"),
    ],
)
def test_a_wrong_setting_says_what_would_be_right(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"GATEWAY_{name}"):
        Settings.load({"GATEWAY_DATA": str(tmp_path), f"GATEWAY_{name}": value})
