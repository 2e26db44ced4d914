"""A provider that slows us down, and an account that runs empty: late, but nothing lost."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until
from tests.providers.twilio_server import Answer, TwilioServer, _error

PEOPLE = [f"+447700900{number:03}" for number in range(120)]
Begin = Callable[..., GatewayProcess]


class Narrow(TwilioServer):
    """Takes so many messages a second, says 429 to more; broke, it takes none at all."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most, self.broke, self.refusals = most, False, 0
        self.began = 0.0

    def decide(self, path: str, user: str, form: Mapping[str, str]) -> Answer:
        if self.broke:
            return _error(403, 30002)
        now = time.monotonic()
        with self.lock:
            lately = sum(message.at > now - 1.0 for message in self.messages)
            full = lately >= self.most
            self.refusals += full
        return (
            _error(429, 20429, {"Retry-After": "1"}) if full else super().decide(path, user, form)
        )


@pytest.fixture
def server() -> Iterator[Narrow]:
    with Narrow(most=40) as made:
        assert isinstance(made, Narrow)
        yield made


@pytest.fixture
def begin(make: Make, server: Narrow) -> Begin:
    def begin(*limits: str) -> GatewayProcess:
        gateway = make()
        gateway.add_twilio("water", server)
        gateway.command("channel", "set", "water", "--rate", "200", *limits)
        token = gateway.add_token("field", "operator")
        gateway.start()
        expires = (datetime.now(UTC) + timedelta(hours=6)).isoformat()
        order = {"to": PEOPLE, "text": "Water at 4 pm", "channel": "water", "expires": expires}
        assert gateway.api(token, "POST", "/messages", order).status == 202
        return gateway

    return begin


def states(gateway: GatewayProcess) -> Counter[str]:
    return Counter(row["state"] for row in gateway.rows("SELECT state FROM outbox"))


def all_got_it_once(gateway: GatewayProcess, server: Narrow) -> None:
    until(lambda: states(gateway) == {"sent": len(PEOPLE)}, "all sent", 60, gateway.log)
    assert Counter(message.form["To"] for message in server.messages) == dict.fromkeys(PEOPLE, 1)


def test_a_provider_that_says_slow_down_is_obeyed_and_nobody_is_lost(
    begin: Begin, server: Narrow
) -> None:
    gateway = begin()
    all_got_it_once(gateway, server)
    assert server.refusals > 0
    assert gateway.value("SELECT max(attempts) FROM outbox") == 1, "no attempt was counted"


def test_an_empty_account_holds_the_queue_until_it_is_filled_up(
    begin: Begin, server: Narrow
) -> None:
    server.broke = True
    gateway = begin()
    held = "SELECT held_for FROM channel WHERE name = 'water'"
    until(lambda: gateway.value(held) == "account", "it is held", told=gateway.log)
    until(lambda: states(gateway) == {"queued": len(PEOPLE)}, "all wait", told=gateway.log)
    assert "water" in gateway.try_command("check").stdout
    server.broke = False
    gateway.command("channel", "set", "water", "--top-up", "1000")
    all_got_it_once(gateway, server)
    assert gateway.value("SELECT credit FROM channel WHERE name = 'water'") == 1000 - len(PEOPLE)


def test_our_own_count_holds_it_too_and_a_restart_forgets_nothing(
    begin: Begin, server: Narrow
) -> None:
    gateway = begin("--credit", "50", "--reserve", "10")
    until(lambda: states(gateway)["sent"] == 45, "all but the reserve", 30, gateway.log)
    gateway.kill()
    gateway.start()
    until(lambda: "only emergencies go" in gateway.log(), "it says so", 30, gateway.log)
    assert "has credit for emergencies only" in gateway.try_command("check").stdout
    assert states(gateway) == {"sent": 45, "queued": len(PEOPLE) - 45}
    assert len(server.messages) == 45
    gateway.command("channel", "set", "water", "--top-up", "500")
    all_got_it_once(gateway, server)
