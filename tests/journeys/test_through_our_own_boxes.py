"""A Kannel or a Jasmin of our own between the gateway and the network: there and back."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.journeys.boxes import Box, JasminBox, KannelBox, Order
from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until

NUMBERS = count(1)


@pytest.fixture(scope="module", params=[KannelBox, JasminBox], ids=["kannel", "jasmin"])
def box(request: pytest.FixtureRequest) -> Iterator[Box]:
    with request.param() as server:
        yield server


@pytest.fixture(scope="module")
def gateway(make: Make, box: Box) -> GatewayProcess:
    gateway = make(REGION="RW")
    gateway.add_channel("relief", box.provider, box, "1234")
    gateway.start()
    return gateway


@pytest.fixture
def person() -> str:
    return f"+2507880000{next(NUMBERS):02}"


@pytest.fixture(autouse=True)
def plain(box: Box) -> None:
    box.hasty = box.mute = False


def answered(gateway: GatewayProcess, box: Box, person: str, words: str = "MAJI") -> Order:
    """Text the gateway as the person; return the order of the answer."""
    before = len(box.orders)
    assert box.bring(gateway.hook("relief"), person, words).status == 200
    until(lambda: len(box.orders) > before, "an answer", told=gateway.log)
    assert box.orders[-1].to == person
    return box.orders[-1]


def state(gateway: GatewayProcess, person: str) -> str:
    sql = "SELECT state FROM outbox WHERE recipient = ? ORDER BY id DESC LIMIT 1"
    return str(gateway.value(sql, person))


def becomes(gateway: GatewayProcess, person: str, wanted: str) -> None:
    until(lambda: state(gateway, person) == wanted, wanted, told=lambda: state(gateway, person))


def test_a_message_is_answered_and_the_phone_confirms(gateway, box, person):
    order = answered(gateway, box, person)
    becomes(gateway, person, "sent")
    for word, after in (("network", "sent"), ("phone", "delivered"), ("network", "delivered")):
        assert box.report(order, word).status == 200
        assert state(gateway, person) == after


def test_a_report_that_overtakes_the_answer_counts(gateway, box, person):
    box.hasty = True
    answered(gateway, box, person)
    becomes(gateway, person, "delivered")


def test_what_a_broken_line_left_unknown_is_settled_by_its_report(gateway, box, person):
    box.mute = True
    order = answered(gateway, box, person)
    becomes(gateway, person, "unknown")
    box.mute = False
    assert box.report(order, "phone").status == 200
    becomes(gateway, person, "delivered")
    assert [one.to for one in box.orders].count(person) == 1


def test_a_message_told_twice_is_answered_once(gateway, box, person):
    url, before = gateway.hook("relief"), len(box.orders)
    first, again = (box.bring(url, person, "MAJI", id=f"told-{person}") for _ in range(2))
    assert (first.status, first.body) == (again.status, again.body)
    assert first.text == ("ACK/Jasmin" if box.provider == "jasmin" else "")
    until(lambda: len(box.orders) > before, "an answer", told=gateway.log)
    answered(gateway, box, f"{person[:-2]}99")
    assert [one.to for one in box.orders].count(person) == 1


def test_who_does_not_know_our_word_is_refused_and_leaves_no_trace(
    gateway, box, person, monkeypatch
):
    monkeypatch.setattr("tests.journeys.boxes.KEY", "another-word-altogether")
    assert box.bring(gateway.hook("relief"), person, "MAJI").status == 403
    assert gateway.value("SELECT count(*) FROM inbound WHERE sender = ?", person) == 0
    assert gateway.value("SELECT count(*) FROM kept_call") == 0


def test_the_channel_is_tried_without_texting_anybody(gateway, box):
    before = len(box.orders)
    done = gateway.try_command("channel", "test", "relief")
    assert (done.returncode, len(box.orders)) == (0, before), done.stdout + done.stderr


def test_no_log_tells_a_number_or_a_secret(gateway, box):
    log = gateway.log()
    assert "open-sesame" not in log
    assert "78800" not in log
    assert "a-long-word" not in log
