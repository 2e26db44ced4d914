"""J8, outward: power goes in the middle of sending, and comes back.

What nobody knows the fate of is sent again only where life is at stake.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.conftest import Make, StartWorker
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until
from tests.providers.twilio_server import Taken, TwilioServer
from tests.surroundings.redis import RedisServer

PEOPLE = [f"+447700900{number:03}" for number in range(200)]
WARNED = "+447700900999"
Begin = Callable[..., "Sending"]

SILENCE = 0.2  # seconds until the provider says that it took a message
RATE = "100"  # parts a second, so that the 200 take two
BATCH = 50  # half a second of sending: what one claim may hold


@pytest.fixture
def slow() -> Iterator[TwilioServer]:
    """A provider that takes a message at once and says so a while later."""
    with TwilioServer() as server:
        server.silence = SILENCE
        yield server


@dataclass
class Sending:
    """A gateway with 200 ordinary messages to send, and its provider."""

    gateway: GatewayProcess
    server: TwilioServer
    token: str

    def queue(self, to: list[str], class_: str) -> None:
        expires = datetime.now(UTC) + timedelta(hours=6)
        order = {"to": to, "text": "Water at 4 pm", "class": class_, "channel": "water"}
        reply = self.gateway.api(
            self.token, "POST", "/messages", order | {"expires": expires.isoformat()}
        )
        assert reply.status == 202, reply
        assert [line["state"] for line in reply.json["messages"]] == ["queued"] * len(to)

    def taken(self, *to: str) -> list[Taken]:
        """Return the messages the provider has for some people, for all where none is named."""
        return [m for m in tuple(self.server.messages) if not to or m.form["To"] in to]

    def reaches(self, count: int) -> None:
        until(lambda: len(self.taken(*PEOPLE)) >= count, f"{count} sent", told=self.gateway.log)

    def ends(self) -> None:
        """Wait until nothing is queued or on its way."""
        open_ones = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'claimed')"
        until(lambda: not self.gateway.value(open_ones), "an end", 30, self.gateway.log)

    def states(self) -> dict[str, str]:
        """Return the state of the message to each person."""
        found = self.gateway.rows("SELECT recipient, state FROM outbox")
        assert len(found) == len({row["recipient"] for row in found})
        return {row["recipient"]: row["state"] for row in found}

    def deliver(self) -> None:
        """Bring a receipt for everything the provider ever took, the newest first."""
        for message in reversed(self.taken()):
            assert self.server.tell(message, "delivered") == 200


@pytest.fixture
def begin(make: Make, slow: TwilioServer) -> Begin:
    def begin(**settings: str) -> Sending:
        gateway = make(**settings)
        gateway.add_twilio("water", slow)
        gateway.command("channel", "set", "water", "--rate", RATE)
        token = gateway.add_token("field", "operator")
        gateway.start()
        sending = Sending(gateway, slow, token)
        sending.queue(PEOPLE, "normal")
        return sending

    return begin


def no_message_is_lost_or_repeated(sending: Sending) -> None:
    """Everybody has one row, and whoever the provider has a message for has just one."""
    states = sending.states()
    assert set(states) >= set(PEOPLE)
    copies = Counter(message.form["To"] for message in sending.taken(*PEOPLE))
    assert set(copies.values()) == {1}
    assert {states[to] for to in PEOPLE} <= {"sent", "unknown"}
    never = set(PEOPLE) - set(copies)
    assert {states[to] for to in never} <= {"unknown"}


def receipts_settle_the_rest(sending: Sending) -> None:
    """A late receipt settles what was unknown; the others go on waiting for a person."""
    sending.deliver()
    got = {message.form["To"] for message in sending.taken()}
    states = sending.states()
    assert {to for to, state in states.items() if state == "delivered"} == got
    assert {states[to] for to in set(states) - got} <= {"unknown"}


def pull_the_plug(gateway: GatewayProcess) -> None:
    gateway.kill()
    gateway.start()


def kill_the_supervisor(gateway: GatewayProcess) -> None:
    gateway.kill_supervisor()
    gateway.start()


def kill_who_serves(gateway: GatewayProcess) -> None:
    """The supervisor brings it back unattended."""
    gateway.kill_worker()
    until(gateway.serves, "the supervisor starts it again", 20, gateway.log)


@pytest.mark.parametrize("cut", [pull_the_plug, kill_the_supervisor, kill_who_serves])
def test_a_cut_in_sending_loses_nothing_and_repeats_only_the_emergency(
    begin: Begin, cut: Callable[[GatewayProcess], None]
):
    sending = begin()
    points = sorted(random.Random(cut.__name__).sample(range(5, 90), 2))
    sending.reaches(points[0])
    sending.server.silence = 1.5  # so that it is still on its way when the power goes
    sending.queue([WARNED], "emergency")
    until(lambda: sending.taken(WARNED), "the emergency", told=sending.gateway.log)
    cut(sending.gateway)
    sending.server.silence = SILENCE
    sending.reaches(len(sending.taken(*PEOPLE)) + points[1] // 3)
    cut(sending.gateway)
    sending.ends()
    no_message_is_lost_or_repeated(sending)
    assert len(sending.taken(WARNED)) == 2
    assert sending.states()[WARNED] == "sent"
    assert "unknown" in sending.states().values()
    receipts_settle_the_rest(sending)


def test_a_gateway_told_to_stop_leaves_nothing_unknown(begin: Begin):
    sending = begin()
    sending.reaches(20)
    sending.gateway.stop()
    assert "unknown" not in sending.states().values()
    sending.gateway.start()
    sending.ends()
    no_message_is_lost_or_repeated(sending)
    assert set(sending.states().values()) == {"sent"}


def test_a_worker_elsewhere_goes_on_while_the_gateway_is_down(
    begin: Begin, own_redis: RedisServer, worker: StartWorker
):
    sending = begin(REDIS=own_redis.url)
    worker(sending.gateway, "water")
    sending.reaches(30)
    pull_the_plug(sending.gateway)
    queued = "SELECT count(*) FROM outbox WHERE state = 'queued'"
    until(lambda: not sending.gateway.value(queued), "the rest", 60, sending.gateway.log)
    until(lambda: len(sending.taken(*PEOPLE)) >= len(PEOPLE) - BATCH, "all but one batch")
    with sending.gateway.long_ago() as db:  # a batch that was claimed and not yet handed over
        db.execute("UPDATE outbox SET claimed_at = claimed_at - 1000 WHERE state = 'claimed'")
    sending.ends()
    no_message_is_lost_or_repeated(sending)
    states = Counter(sending.states().values())
    assert states["sent"] >= len(PEOPLE) - BATCH


def test_a_worker_killed_in_sending_leaves_some_unknown_and_none_twice(
    begin: Begin, own_redis: RedisServer, worker: StartWorker
):
    sending = begin(REDIS=own_redis.url)
    first = worker(sending.gateway, "water")
    sending.reaches(30)
    first.kill()
    first.wait()
    worker(sending.gateway, "water")
    claimed = "SELECT count(*) FROM outbox WHERE state = 'claimed'"
    queued = "SELECT count(*) FROM outbox WHERE state = 'queued'"
    until(lambda: not sending.gateway.value(queued), "the rest", 60, sending.gateway.log)
    assert sending.gateway.value(claimed) > 0
    with sending.gateway.long_ago() as db:
        db.execute("UPDATE outbox SET claimed_at = claimed_at - 1000 WHERE state = 'claimed'")
    sending.ends()
    no_message_is_lost_or_repeated(sending)
    assert "unknown" in sending.states().values()
    receipts_settle_the_rest(sending)
