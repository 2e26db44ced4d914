"""What the gate held and whom we answer no more, as staff and programs see it."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway import receive, send, submit
from gateway.context import Channel, Gateway
from gateway.domain.gate import ENOUGH_THIS_WEEK, ENOUGH_TODAY, PASSED, QUIET, SAID
from gateway.domain.loops import ENOUGH, MACHINE
from gateway.domain.messages import Class, Inbound
from gateway.settings import Settings
from gateway.store import audit, refused
from gateway.web.console.gate_words import ROWS, WHY
from tests.web.conftest import NOW, Clock
from tests.web.people import Browser
from tests.web.programs import Program, add_channel

Sit = Callable[[str], Browser]
MAYA = "+15550100"
DRIVING = "I am driving now and will answer you later"
NIGHT = NOW + 4 * 3600  # 20:51 in Kathmandu


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings({**settings.values, "GATEWAY_QUIET_HOURS": "20:00-07:00"})


@pytest.fixture
def channel(gw: Gateway) -> Channel:
    add_channel(gw)
    found = gw.channels.get("sim")
    assert found is not None
    return found


def write(gw: Gateway, channel: Channel, *texts: str) -> None:
    for number, text in enumerate(texts):
        receive.take(gw, channel, [Inbound(MAYA, "4040", text, f"{text}-{number}")])


@pytest.fixture
def machine(gw: Gateway, channel: Channel) -> str:
    """The page of somebody whose phone answers by itself."""
    write(gw, channel, *[DRIVING] * 4)
    return "/contacts/1"


def test_the_page_of_a_machine_says_why_it_gets_no_answers(
    sit: Sit, machine: str, clock: Clock
) -> None:
    seat = sit("auditor")
    page = seat.get(machine).text
    assert "A machine seems to write from here" in page
    assert "Answer again" not in page
    clock.now += 6 * 3600
    assert "A machine seems" not in sit("operator").get(machine).text


def test_who_is_no_machine_is_answered_again_and_that_is_written_down(
    sit: Sit, gw: Gateway, channel: Channel, machine: str
) -> None:
    seat = sit("operator")
    answers = "SELECT count(*) FROM outbox WHERE inbound IS NOT NULL"
    write(gw, channel, "FLOOD muted")
    before = gw.store.read.execute(answers).fetchone()[0]
    assert seat.post(f"{machine}/unmute", {}, page=machine).status_code == 303
    assert "A machine seems" not in seat.get(machine).text
    write(gw, channel, "the bridge is gone")
    assert gw.store.read.execute(answers).fetchone()[0] == before + 1
    (entry,) = audit.page(gw.store.read, act="contact.unmute")
    assert (entry["by"], entry["subject"]) == ("user:sita", "contact:1")


def test_only_those_who_work_with_contacts_lift_a_mute(sit: Sit, machine: str) -> None:
    for role in ("auditor", "field_staff", "approver"):
        assert sit(role).post(f"{machine}/unmute", {}, page="/").status_code == 403
    assert sit("operator").post("/contacts/99/unmute", {}, page="/").status_code == 404


def test_an_item_says_in_words_what_the_gateway_thinks_of_it(
    sit: Sit, gw: Gateway, machine: str
) -> None:
    sql = "SELECT reference FROM feedback JOIN feedback_event AS e ON e.feedback = feedback.id"
    (item,) = gw.store.read.execute(f"{sql} WHERE e.text = 'loop'").fetchall()
    seat = sit("field_staff")
    page = seat.get(f"/feedback/{item['reference']}").text
    assert "A machine seems to write" in page
    said = {"note": "loop"}
    seat.post(f"/feedback/{item['reference']}/note", said, page=f"/feedback/{item['reference']}")
    page = seat.get(f"/feedback/{item['reference']}").text
    assert page.count("A machine seems to write") == 1  # what staff note stays as they wrote it


def test_a_held_message_says_what_it_waits_for(
    sit: Sit, gw: Gateway, channel: Channel, clock: Clock
) -> None:
    clock.now = NIGHT
    submit.submit(gw, "token:1", submit.Order([MAYA], "Water at the school."))
    send.prepare(gw, channel, 10, 10.0)
    contact = gw.store.read.execute("SELECT contact FROM address").fetchone()[0]
    page = sit("operator").get(f"/contacts/{contact}").text
    assert "waits for the morning there" in page


def test_every_reason_of_the_gate_has_words() -> None:
    reasons = {QUIET, ENOUGH_TODAY, ENOUGH_THIS_WEEK, SAID}
    assert reasons <= ROWS.keys()
    assert ROWS.keys() | {PASSED, ENOUGH, MACHINE} == WHY.keys()


def test_a_program_reads_the_counts_of_a_day(gw: Gateway, channel: Channel, clock: Clock) -> None:
    program = Program(gw, "auditor")
    assert program.get("/refused").json == {"day": "2026-11-18", "refused": []}
    clock.now = NIGHT
    for class_ in (Class.NORMAL, Class.NORMAL, Class.EMERGENCY):
        order = submit.Order([MAYA], f"Words {class_}.", class_=class_)
        submit.submit(gw, "token:1", order)
    gw.store.write(lambda db: refused.count(db, "2026-11-17", channel.id, {(3, "left"): 7}))
    send.prepare(gw, channel, 10, 10.0)
    told: Any = program.get("/refused").json
    assert [tuple(one.values()) for one in told["refused"]] == [
        ("sim", "emergency", "quiet hours passed", 1),
        ("sim", "normal", "quiet hours", 2),
    ]
    before: Any = program.get("/refused", day="2026-11-17").json
    assert before["refused"] == [
        {"channel": "sim", "class": "bulk", "reason": "left", "messages": 7}
    ]
    assert program.get("/refused", day="yesterday").status_code == 422
