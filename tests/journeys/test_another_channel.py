"""A provider dies, refuses or falls silent: its messages go by another, and nobody gets two."""

import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread

import pytest

from tests.journeys.boxes import KannelBox, Order
from tests.journeys.conftest import Make, StartWorker
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until

PEOPLE = [f"+4477009001{number:02}" for number in range(60)]
WARNED = [f"+4477009002{number:02}" for number in range(3)]
RATE = "20"  # parts a second, so that what fails is known before all is handed over


class Network(KannelBox):
    """A provider that can die and come back, and that may refuse all for want of a route."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.refuses = False
        self.lines: list[socket.socket] = []

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        line, address = super().get_request()
        self.lines.append(line)
        return line, address

    def heard(self, order: Order) -> tuple[int, str]:
        if not self.refuses:
            return super().heard(order)
        self.orders.remove(order)
        return 403, "Not routable. Do not try again."

    def begin(self) -> "Network":
        self.thread = Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def die(self) -> None:
        """Every line breaks, and no new one is taken."""
        self.shutdown()
        self.thread.join()
        self.server_close()
        for line in self.lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


@dataclass
class Town:
    """A gateway with two channels, the first of which is everybody's."""

    gateway: GatewayProcess
    first: Network
    second: Network
    token: str

    def write_to(self, people: list[str], class_: str = "normal") -> list[str]:
        order = {"to": people, "text": "Water at 4 pm", "class": class_}
        reply = self.gateway.api(self.token, "POST", "/messages", order)
        assert reply.status == 202, reply
        return [line["id"] for line in reply.json["messages"]]

    def works_after(self, people: Iterator[str]) -> bool:
        """Whether the first channel works once one message more was handed in, and its moment."""
        self.write_to([next(people)])
        time.sleep(0.6)
        return not self.is_down()

    def got(self, network: Network) -> set[str]:
        return {order.to for order in tuple(network.orders)}

    def copies(self) -> Counter[str]:
        """How many copies each person was sent, or may have been."""
        return Counter(order.to for net in (self.first, self.second) for order in net.orders)

    def waits(self, true: object, what: str) -> None:
        until(true, what, 30, self.gateway.log)  # type: ignore[arg-type]

    def is_down(self) -> bool:
        sql = "SELECT down_since IS NOT NULL FROM channel WHERE name = 'first'"
        return bool(self.gateway.value(sql))

    def is_through(self) -> bool:
        sql = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'claimed')"
        return not self.gateway.value(sql)

    def later(self, seconds: float) -> None:
        """Let the first channel be down for so much longer."""
        with self.gateway.long_ago() as db:
            db.execute("UPDATE channel SET down_since = down_since - ?", (seconds,))

    def at(self, state: str, channel: str = "first") -> set[str]:
        sql = (
            "SELECT recipient FROM outbox JOIN channel ON channel.id = outbox.channel"
            " WHERE state = ? AND name = ?"
        )
        return {row["recipient"] for row in self.gateway.rows(sql, state, channel)}


@pytest.fixture(params=["threads", "workers"])
def town(request: pytest.FixtureRequest, make: Make, worker: StartWorker) -> Iterator[Town]:
    """The gateway carries by itself, or each channel has a worker behind Redis."""
    first, second = Network().begin(), Network().begin()
    gateway = make(REGION="GB", REDIS=_redis(request))
    for name, network in (("first", first), ("second", second)):
        gateway.add_channel(name, "kannel", network, "1234")
        gateway.command("channel", "set", name, "--rate", RATE)
    token = gateway.add_token("field", "operator")
    gateway.start()
    if gateway.settings["GATEWAY_REDIS"]:
        worker(gateway, "first")
        worker(gateway, "second")
    made = Town(gateway, first, second, token)
    yield made
    for network in (made.first, made.second):
        with suppress(OSError):
            network.die()


def _redis(request: pytest.FixtureRequest) -> str:
    if request.param == "threads":
        return ""
    return str(request.getfixturevalue("own_redis").url)


def test_a_provider_that_dies_is_left_and_taken_up_again(town: Town) -> None:
    town.write_to(PEOPLE[:1])
    town.waits(lambda: town.got(town.first) == {PEOPLE[0]}, "the first message")
    town.first.die()
    ids = town.write_to(PEOPLE[1:30])
    town.write_to(WARNED, "emergency")
    town.waits(lambda: town.got(town.second) >= set(WARNED), "the emergencies, at once")
    town.waits(town.is_down, "the channel is down")
    town.waits(lambda: town.at("queued") >= set(PEOPLE[1:30]), "the others wait for it")
    town.later(600)
    town.waits(lambda: town.got(town.second) == {*WARNED, *PEOPLE[1:30]}, "all the others")
    assert set(town.copies().values()) == {1}
    moved = town.gateway.api(town.token, "GET", f"/messages/{ids[0]}").json
    assert (moved["channel"], moved["moved_from"]) == ("second", "first")
    assert moved["moved_reason"] == "unreachable"

    port, orders = town.first.server_port, town.first.orders
    town.first = Network(port).begin()
    town.first.orders.extend(orders)
    with town.gateway.long_ago() as db:  # it is tried again within a minute
        db.execute("UPDATE channel SET down_until = 0 WHERE down_until IS NOT NULL")
    trying = iter(PEOPLE[30:50])
    town.waits(lambda: town.works_after(trying), "it works again")
    town.write_to(PEOPLE[50:60])
    town.waits(lambda: town.got(town.first) >= set(PEOPLE[50:60]), "new messages go by it")
    assert set(town.copies().values()) == {1}
    assert not any(number in town.gateway.log() for number in [*PEOPLE, *WARNED])


def test_what_one_provider_cannot_route_the_other_sends(town: Town) -> None:
    town.first.refuses = True
    town.write_to(PEOPLE[:20])
    town.waits(lambda: town.at("sent", "second") == set(PEOPLE[:20]), "all, by the second")
    assert town.got(town.first) == set()
    assert set(town.copies().values()) == {1}
    assert not town.is_down()


def test_what_a_provider_may_have_taken_stays_with_it(town: Town) -> None:
    town.first.mute = True
    town.write_to(PEOPLE)
    town.write_to(WARNED, "emergency")
    town.waits(town.is_down, "the channel is down")
    town.later(7200)
    town.waits(town.is_through, "the rest goes by the second")
    copies = town.copies()
    assert set(copies) == {*PEOPLE, *WARNED}
    assert {copies[person] for person in PEOPLE} == {1}
    assert {copies[person] for person in WARNED} <= {1, 2}
    silent = town.got(town.first) - set(WARNED)
    assert silent == town.at("unknown") - set(WARNED)
    assert town.got(town.second) >= set(PEOPLE) - silent != set()
