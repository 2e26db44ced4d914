"""A clinic's phone and its SIM: a message in, an answer out, and what became of it."""

from collections.abc import Iterator

import pytest

from tests.journeys.android_phone import NUMBER, AndroidPhone
from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until

ONE, TWO = "+254700000001", "+254700000002"


@pytest.fixture(scope="module")
def phone() -> Iterator[AndroidPhone]:
    with AndroidPhone() as phone:
        yield phone


@pytest.fixture(scope="module")
def gateway(make: Make, phone: AndroidPhone) -> GatewayProcess:
    gateway = make(LANGUAGE="en", REGION="KE")
    gateway.add_channel("clinic", "android", phone, NUMBER)
    gateway.command("channel", "set", "clinic", "--rate", "50")
    gateway.start()
    return gateway


def state(gateway: GatewayProcess, number: str) -> list[str]:
    sql = "SELECT state FROM outbox WHERE recipient = ? ORDER BY id"
    return [row["state"] for row in gateway.rows(sql, number)]


def test_a_message_is_answered_and_its_answer_is_followed_to_the_end(
    gateway: GatewayProcess, phone: AndroidPhone
) -> None:
    assert phone.brings(gateway.hook("clinic"), "0700000001", "HELP").status == 200
    until(lambda: state(gateway, ONE) == ["sent"], "an answer is sent", told=gateway.log)
    assert len(phone.to(ONE)) == 1
    (id,) = phone.messages
    for event, at in (("sms:sent", "sentAt"), ("sms:delivered", "deliveredAt")):
        told = {"messageId": id, "sender": NUMBER, "recipient": ONE, "partsCount": 1}
        assert phone.tells(gateway.hook("clinic", "receipt"), event, at, **told).status == 200
    assert state(gateway, ONE) == ["delivered"]


def test_a_line_that_breaks_sends_nothing_twice(
    gateway: GatewayProcess, phone: AndroidPhone
) -> None:
    phone.cut = 1
    assert phone.brings(gateway.hook("clinic"), TWO, "HELP").status == 200
    until(lambda: state(gateway, TWO) == ["sent"], "it is asked again", 30, gateway.log)
    assert len(phone.to(TWO)) == 1
    assert len(phone.told_before) == 1


def test_nobody_else_is_believed(gateway: GatewayProcess) -> None:
    before = gateway.value("SELECT count(*) FROM inbound")
    stranger = AndroidPhone(key="another-signing-key")
    assert stranger.brings(gateway.hook("clinic"), ONE, "STOP").status == 403
    assert gateway.value("SELECT count(*) FROM inbound") == before
