"""J3 over a network's own line, which breaks: the network tells again what we took."""

from collections.abc import Iterator
from itertools import count

import pytest

from gateway.domain.sms import decode
from gateway.providers.smpp.pdu import Command, Message, Pdu, Tag, write_message
from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.smpp_network import CODE, Network, step
from tests.journeys.waiting import until

START, INPUT = 0x01, 0x12
GOES_ON, ENDS = b"\x02", b"\x11"
WORDS = "no water since Monday"
NUMBERS = count(900)


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with Network() as network:
        yield network


@pytest.fixture(scope="module")
def gateway(make: Make, network: Network) -> GatewayProcess:
    gateway = make()
    gateway.add_channel("mno", "smpp", network, CODE)
    gateway.start()
    network.waits(gateway)
    return gateway


class Handset:
    """A person's phone, and the network it is at; `session` is the network's number for it."""

    def __init__(self, gateway: GatewayProcess, network: Network) -> None:
        self.gateway, self.network = gateway, network
        self.person = f"+447700900{next(NUMBERS):03}"
        self.session = 2 * (next(NUMBERS) % 100)
        self.told = Message((0, 0, ""), (0, 0, ""))

    def dial(self) -> Message:
        return self.tells(step(self.person, "*404#", START, self.session))

    def type(self, words: str) -> Message:
        return self.tells(step(self.person, words, INPUT, self.session))

    def tells(self, told: Message) -> Message:
        """Tell a step, see it acknowledged, and return the screen that comes."""
        self.told, seen = told, len(self.screens())
        assert self.network.deliver(told).status == 0
        return self.next_screen(seen)

    def tells_and_hears_nothing(self, words: str) -> None:
        """Tell a step over a line that breaks before either side's answer is read."""
        self.network.judge = lambda number: None
        self.told, seen = step(self.person, words, INPUT, self.session), len(self.screens())
        line = self.network.bound[-1]
        line.say(Pdu(Command.DELIVER_SM, 0, 4711, write_message(self.told)))
        self.next_screen(seen)
        line.cut()
        until(lambda: line.sock.fileno() < 0, "the line is gone")
        self.network.judge = lambda number: 0

    def tells_again(self) -> Message:
        """Do what a network does that missed our answer: bind again, tell the same again."""
        self.network.waits(self.gateway)
        return self.tells(self.told)

    def screens(self) -> list[Message]:
        sent = tuple(self.network.submitted)
        return [m for m in sent if m.service == "USSD" and f"+{m.to[2]}" == self.person]

    def next_screen(self, seen: int) -> Message:
        until(lambda: len(self.screens()) > seen, "a screen", told=self.gateway.log)
        return self.screens()[-1]

    def items(self) -> list[str]:
        sql = """SELECT feedback.text FROM feedback JOIN address ON address.id = feedback.address
                  WHERE address.value = ?"""
        return [row["text"] for row in self.gateway.rows(sql, self.person)]


@pytest.fixture
def handset(gateway: GatewayProcess, network: Network) -> Handset:
    network.waits(gateway)
    return Handset(gateway, network)


def words(screen: Message) -> str:
    return decode(screen.text)


def walk(handset: Handset) -> Message:
    """Ask for help up to the last question."""
    menu = handset.dial()
    assert words(menu).splitlines()[1].startswith("1 ")
    assert "village or area" in words(handset.type("2"))
    handset.type("0")
    return handset.type(WORDS)


def test_a_session_goes_from_the_menu_to_an_item(handset: Handset):
    last = walk(handset)
    assert last.tlvs == {
        Tag.USSD_SERVICE_OP: GOES_ON,
        Tag.ITS_SESSION_INFO: bytes((handset.session, 0)),
    }
    end = handset.type("1")
    assert end.tlvs[Tag.USSD_SERVICE_OP] == ENDS
    assert handset.items() == [WORDS]


@pytest.mark.parametrize("times", [1, 2])
def test_a_step_told_again_shows_the_same_screen_and_makes_nothing_twice(
    handset: Handset, times: int
):
    shown = [handset.dial()]
    for typed in ("2", "0", WORDS, "1"):
        handset.tells_and_hears_nothing(typed)
        shown.append(handset.screens()[-1])
        for _ in range(times - 1):
            handset.network.waits(handset.gateway)
            handset.tells_and_hears_nothing(typed)
        again = handset.tells_again()
        assert (words(again), again.tlvs) == (words(shown[-1]), shown[-1].tlvs)
    assert len(set(map(words, shown))) == 5
    assert handset.items() == [WORDS]


def test_a_step_told_again_after_the_power_came_back_goes_no_further(handset: Handset):
    handset.dial()
    handset.tells_and_hears_nothing("2")
    shown = handset.screens()[-1]
    handset.gateway.kill()
    handset.gateway.start()
    assert words(handset.tells_again()) == words(shown)
    handset.type("0")
    handset.type(WORDS)
    assert handset.type("1").tlvs[Tag.USSD_SERVICE_OP] == ENDS
    assert handset.items() == [WORDS]


def test_the_same_key_pressed_twice_is_two_steps(handset: Handset):
    """Nothing broke in between, so it is not the network that says it again."""
    handset.dial()
    first = handset.type("2")
    assert words(handset.type("2")) != words(first)
