"""A phone with SMSSync comes to fetch, and the power goes between giving and confirming."""

import json
from typing import Any

import pytest

from tests.journeys.calls import Reply, call
from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess

SECRET, NUMBER = "a-long-secret-word", "+15550199"
JSON = {"Content-Type": "application/json"}


class Phone:
    """The app: it asks for work, says what it has taken, and what became of it."""

    def __init__(self, gateway: GatewayProcess) -> None:
        self.gateway = gateway

    def settings(self, **more: str) -> dict[str, str]:
        return {"secret": SECRET, **more}

    def asks(self, task: str, secret: str = SECRET) -> Any:
        reply = call(f"{self.gateway.hook('clinic-7f3k9q')}?task={task}&secret={secret}")
        assert reply.status == 200
        return reply.json

    def fetches(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.asks("send")["payload"]["messages"]
        return found

    def tells(self, task: str, **told: Any) -> Reply:
        url = f"{self.gateway.hook('clinic-7f3k9q')}?task={task}"
        return call(url, json.dumps(told).encode(), JSON)


@pytest.fixture(scope="module")
def phone(make: Make) -> Phone:
    gateway = make(LANGUAGE="en")
    phone = Phone(gateway)
    gateway.add_channel("clinic-7f3k9q", "smssync", phone, NUMBER)
    gateway.token = gateway.add_token("program", "operator")
    gateway.start()
    return phone


def queue(gateway: GatewayProcess, to: str) -> int:
    order = {"to": to, "text": "The clinic is open", "channel": "clinic-7f3k9q"}
    (told,) = gateway.api(gateway.token, "POST", "/messages", order).json["messages"]
    return int(told["id"].removeprefix("out-"))


def state(gateway: GatewayProcess, id: int) -> str:
    return str(gateway.value("SELECT state FROM outbox WHERE id = ?", id))


def test_what_a_program_queues_is_fetched_taken_and_confirmed(phone: Phone) -> None:
    gateway = phone.gateway
    id = queue(gateway, "+15550100")
    (given,) = phone.fetches()
    assert state(gateway, id) == "claimed"
    took = phone.tells("sent", queued_messages=[given["uuid"]])
    assert took.json == {"message_uuids": [given["uuid"]]}
    assert state(gateway, id) == "sent"
    assert phone.asks("result") == {"message_uuids": [given["uuid"]]}
    result = {"uuid": given["uuid"], "sent_result_code": -1}
    told = [result | {"delivered_result_message": "SMS delivered"}]
    assert phone.tells("result", message_result=told).status == 200
    assert state(gateway, id) == "delivered"
    assert phone.fetches() == []


def test_nobody_without_the_secret_is_given_anything(phone: Phone) -> None:
    id = queue(phone.gateway, "+15550101")
    for task in ("send", "result"):
        refused = phone.asks(task, secret="a-guess")
        assert refused == {"payload": {"success": False, "error": "bad_secret"}}
    assert state(phone.gateway, id) == "queued"
    (given,) = phone.fetches()
    phone.tells("sent", queued_messages=[given["uuid"]])


def test_the_power_goes_between_giving_and_confirming(phone: Phone) -> None:
    gateway = phone.gateway
    id = queue(gateway, "+15550102")
    (given,) = phone.fetches()
    gateway.kill()
    gateway.start()
    assert state(gateway, id) == "claimed"
    assert phone.fetches() == []
    took = phone.tells("sent", queued_messages=[given["uuid"]])
    assert took.json == {"message_uuids": [given["uuid"]]}
    assert state(gateway, id) == "sent"
    assert gateway.value("SELECT count(*) FROM outbox") == 3


def test_what_was_never_taken_is_offered_again_under_its_name(phone: Phone) -> None:
    gateway = phone.gateway
    id = queue(gateway, "+15550103")
    first = phone.fetches()
    assert phone.fetches() == []
    with gateway.long_ago() as db:
        db.execute("UPDATE outbox SET claimed_at = claimed_at - 121 WHERE id = ?", (id,))
    assert phone.fetches() == first
    assert state(gateway, id) == "claimed"
