"""J8 over a network's own line: power goes, the line breaks, the network slows down or leaves."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import pytest

from gateway.providers.smpp.pdu import Message
from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.smpp_network import (
    CODE,
    Burst,
    Network,
    all_ended,
    from_person,
    nothing_lost_or_doubled,
    receipt_for,
    states,
)
from tests.journeys.waiting import until

NUMBERS = count()  # nobody is in two of these tests
THROTTLED = 0x58
LINK = "SELECT link FROM channel WHERE name = 'mno'"
Cut = Callable[[GatewayProcess], None]


@pytest.fixture(scope="module")
def line() -> Iterator[Network]:
    with Network() as network:
        yield network


@pytest.fixture(scope="module")
def running(make: Make, line: Network) -> GatewayProcess:
    """A gateway that is bound; what it has claimed at most is half a second of sending."""
    gateway = make()
    gateway.add_channel("mno", "smpp", line, CODE)
    gateway.command("channel", "set", "mno", "--rate", "80")
    gateway.token = gateway.add_token("field", "operator")
    gateway.start()
    return gateway


@pytest.fixture
def network(line: Network, running: GatewayProcess) -> Network:
    """The network as it was at first: it answers all, and one line is bound."""
    line.judge = lambda number: 0
    line.waits(running)
    return line


@pytest.fixture
def gateway(running: GatewayProcess, network: Network) -> GatewayProcess:
    return running


def some_people(how_many: int) -> list[str]:
    return [f"+447700900{next(NUMBERS):03}" for _ in range(how_many)]


def kill_all(gateway: GatewayProcess) -> None:
    gateway.kill()
    gateway.start()


def kill_who_serves(gateway: GatewayProcess) -> None:
    gateway.kill_worker()
    until(gateway.serves, "the supervisor starts it again", 20, gateway.log)


def send(gateway: GatewayProcess, people: list[str], class_: str = "normal") -> None:
    order = {"to": people, "text": "Water at 4 pm", "class": class_, "channel": "mno"}
    reply = gateway.api(gateway.token, "POST", "/messages", order)
    assert reply.status == 202, reply


# In

KEPT = "SELECT value, inbound.text FROM inbound JOIN address ON address.id = inbound.address"
ANSWERS = "SELECT inbound, recipient FROM outbox WHERE inbound IS NOT NULL"


@pytest.mark.parametrize("cut", [kill_all, kill_who_serves])
def test_what_was_acknowledged_is_kept_and_what_is_told_again_is_answered_once(
    gateway: GatewayProcess, network: Network, cut: Cut
):
    people = some_people(200)
    told = [from_person(person, f"closed road, {person[-3:]} cars wait") for person in people]
    burst = Burst(network, gateway, list(told))
    chance = random.Random(cut.__name__)
    for first in (0, 90):
        burst.tell(lambda: cut(gateway), after=first + chance.randrange(10, 80))
        assert burst.left
        assert set(map(read, burst.acknowledged)) <= set(kept(gateway, people))
    burst.tell()
    assert set(burst.statuses) <= {0, 0x14, 0x64}
    assert burst.left == []
    assert sorted(kept(gateway, people)) == sorted(map(read, told))
    answers = [row for row in gateway.rows(ANSWERS) if row["recipient"] in people]
    assert len(answers) == len({row["inbound"] for row in answers}) == len(people)
    all_ended(gateway)
    nothing_lost_or_doubled(gateway, network, people)


def kept(gateway: GatewayProcess, people: list[str]) -> list[tuple[str, str]]:
    rows = [(row["value"], row["text"]) for row in gateway.rows(KEPT)]
    return [row for row in rows if row[0] in people]


def read(message: Message) -> tuple[str, str]:
    return f"+{message.source[2]}", message.text.decode()


def test_receipts_that_came_while_the_gateway_was_down_are_told_when_it_is_back(
    gateway: GatewayProcess, network: Network
):
    people, before = some_people(40), len(network.submitted)
    send(gateway, people)
    all_ended(gateway)
    told = enumerate(network.submitted[before:], start=before + 1)
    burst = Burst(network, gateway, [receipt_for(f"{n:08X}", m.to[2]) for n, m in told])
    burst.tell(lambda: kill_all(gateway), after=15)
    burst.tell()

    def delivered() -> bool:
        return set(states(gateway, people).values()) == {"delivered"}

    until(delivered, "all delivered", told=gateway.log)


# Out


@pytest.mark.parametrize("cut", [kill_all, kill_who_serves])
def test_a_cut_in_sending_loses_nothing_and_doubles_nothing(
    gateway: GatewayProcess, network: Network, cut: Cut
):
    network.judge = slowly
    people = some_people(120)
    send(gateway, people)
    for point in sorted(random.Random(cut.__name__).sample(range(5, 60), 2)):
        until(partial(network.reached, people, point), f"{point} sent", 30, gateway.log)
        cut(gateway)
    all_ended(gateway)
    nothing_lost_or_doubled(gateway, network, people)
    assert set(states(gateway, people).values()) == {"sent", "unknown"}


def slowly(number: int) -> int:
    """Take a message at once and say so a while later."""
    time.sleep(0.01)
    return 0


def test_a_line_cut_before_the_answer_leaves_unknown_what_was_taken_and_sends_the_rest(
    gateway: GatewayProcess, network: Network
):
    people, before, lines = some_people(60), len(network.submitted), len(network.lines)
    network.judge = lambda n: 0 if n <= before + 30 or len(network.lines) > lines else None
    send(gateway, people)
    until(lambda: len(network.sent(people)) > 30, "one without an answer", told=gateway.log)
    time.sleep(0.2)  # for others of its batch
    taken = len(network.sent(people))
    network.bound[-1].cut()
    all_ended(gateway)
    nothing_lost_or_doubled(gateway, network, people)
    assert 31 <= taken <= 40
    assert Counter(states(gateway, people).values()) == {"sent": 90 - taken, "unknown": taken - 30}
    assert len(network.sent(people)) == 60


def test_an_emergency_of_which_no_answer_came_is_sent_once_more(
    gateway: GatewayProcess, network: Network
):
    first = len(network.submitted) + 1
    network.judge = lambda number: None if number == first else 0
    (person,) = some_people(1)
    send(gateway, [person], "emergency")
    until(lambda: network.sent([person]), "it was taken", told=gateway.log)
    network.bound[-1].cut()
    all_ended(gateway)
    assert network.copies([person]) == {person: 2}
    assert states(gateway, [person]) == {person: "sent"}


def test_a_network_that_throttles_gets_everything_later_and_nothing_twice(
    gateway: GatewayProcess, network: Network
):
    people, before = some_people(40), len(network.submitted)
    refused: Counter[str] = Counter()

    def judge(number: int) -> int:
        if number - before not in (7, 8, 25):
            return 0
        refused[f"+{network.submitted[number - 1].to[2]}"] += 1
        return THROTTLED

    network.judge = judge
    send(gateway, people)
    all_ended(gateway, 60)
    assert set(states(gateway, people).values()) == {"sent"}
    assert network.copies(people) - refused == dict.fromkeys(people, 1)
    assert refused.total() == 3


def test_what_is_queued_while_the_network_is_away_goes_when_it_returns(
    gateway: GatewayProcess, network: Network
):
    """The last one: the network that returns is another object at the same port."""
    people = some_people(50)
    network.__exit__()
    until(lambda: gateway.value(LINK) != "bound", "they are seen to be away", 20, gateway.log)
    send(gateway, people)
    with Network(port=network.port) as returned:
        all_ended(gateway, 60)
        assert returned.copies(people) == dict.fromkeys(people, 1)
        assert set(states(gateway, people).values()) == {"sent"}
        until(lambda: gateway.value(LINK) == "bound", "they are seen to be back", 20, gateway.log)
        assert network.sent(people) == []
        (person,) = some_people(1)
        assert returned.deliver(from_person(person, "is there water today?")).status == 0
