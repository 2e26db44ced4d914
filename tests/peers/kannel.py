"""Debian's Kannel: bearerbox, smsbox, and its own fakesmsc as the network."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until
from tests.peers.fetching import debian, environment
from tests.peers.running import Program, Programs, listens
from tests.surroundings.network import unused_port

CODE, PERSON = "8008", "+447700900123"
KEY = "three-rivers-meet-here"
CONF = """
group = core
admin-port = {admin}
admin-password = bench
admin-interface = 127.0.0.1
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-level = 1
store-type = spool
store-location = {folder}
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = net
port = {network}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
log-level = 1
http-request-retry = 100000
http-queue-delay = 1

group = sendsms-user
username = relief
password = secret
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{hook}?key={key}&id=%I&from=%p&to=%P&text=%a&ts=%T&coding=%c&charset=%C&udh=%u"
"""


@dataclass
class Kannel:
    """A Kannel with the gateway on one side and its fakesmsc on the other."""

    programs: Programs
    unpacked: Path
    ports: dict[str, int]
    boxes: list[Program] = field(default_factory=list)
    networks: list[Program] = field(default_factory=list)

    def settings(self, **more: str) -> dict[str, str]:
        """Return the settings of a channel that hands over to this smsbox."""
        url = f"http://127.0.0.1:{self.ports['sendsms']}"
        own = {"base_url": url, "username": "relief", "password": "secret", "country": "GB"}
        return own | {"hook_key": KEY, **more}

    def start(self) -> None:
        for box, port in (("bearerbox", "boxes"), ("smsbox", "sendsms")):
            conf = str(self.programs.folder / "kannel.conf")
            self.boxes.append(self._program(box, "-v", "1", conf))
            until(partial(listens, self.ports[port]), f"{box} listens", told=self.log)
        self.network()

    def end(self) -> None:
        """Kill both boxes and the network, as a power cut would."""
        for program in (*self.boxes, *self.networks):
            program.process.kill()
            program.process.wait()

    def network(self, *messages: str) -> None:
        """Let the network bind anew, and people write; it hears one fakesmsc at a time."""
        for before in self.networks:
            before.end()
        words = ["-H", "127.0.0.1", "-r", str(self.ports["network"]), "-i", "0.01"]
        told = [f"{PERSON} {CODE} text {text}" for text in messages] or ["1 2 text none"]
        self.networks.append(self._program("fakesmsc", *words, "-m", str(len(messages)), *told))

    def took(self) -> list[str]:
        """Return what the network was handed: from, to, kind and words."""
        said = [line for network in self.networks for line in network.said]
        return [line.partition("<")[2].rstrip(">") for line in said if "Got message" in line]

    def log(self) -> str:
        return "\n".join(one.log() for one in (*self.boxes, *self.networks))

    def _program(self, name: str, *words: str) -> Program:
        (path,) = (one for one in self.unpacked.rglob(name) if one.parent.name != "doc")
        return self.programs.start([str(path), *words], environment(self.unpacked))


@pytest.fixture(scope="module")
def gateway(make: Make) -> GatewayProcess:
    gateway = make()
    gateway.token = gateway.add_token("field", "operator")
    return gateway


@pytest.fixture(scope="module")
def kannel(programs: Programs, gateway: GatewayProcess) -> Iterator[Kannel]:
    ports = {name: unused_port() for name in ("admin", "boxes", "network", "sendsms")}
    kannel = Kannel(programs, debian("kannel", "kannel-extras"), ports)
    conf = CONF.format(folder=programs.folder, hook=gateway.hook("relief"), key=KEY, **ports)
    (programs.folder / "kannel.conf").write_text(conf, encoding="ascii")
    kannel.start()
    gateway.add_channel("relief", "kannel", kannel, CODE)
    gateway.start()
    yield kannel
    kannel.end()


def send(gateway: GatewayProcess, text: str) -> int:
    order = {"to": PERSON, "text": text, "channel": "relief"}
    reply = gateway.api(gateway.token, "POST", "/messages", order)
    assert reply.status == 202, reply
    return int(reply.json["messages"][0]["id"].removeprefix("out-"))


def ends(gateway: GatewayProcess, kannel: Kannel, id: int, state: str = "delivered") -> None:
    def told() -> str:
        return f"{gateway.rows('SELECT state, reason FROM outbox WHERE id = ?', id)}{kannel.log()}"

    sql = "SELECT state FROM outbox WHERE id = ?"
    until(lambda: gateway.value(sql, id) == state, f"{state}", 30, told)


def test_the_channel_signs_in(kannel: Kannel, gateway: GatewayProcess):
    gateway.command("channel", "test", "relief")


def test_a_wrong_password_is_told(kannel: Kannel, gateway: GatewayProcess):
    wrong = dict(kannel.settings(), password="other")
    pairs = [f"--set={key}={value}" for key, value in wrong.items()]
    gateway.command("channel", "add", "wrong", "--provider=kannel", f"--address={CODE}", *pairs)
    done = gateway.try_command("channel", "test", "wrong")
    assert done.returncode != 0
    assert "refuses this account" in done.stdout


def test_a_text_reaches_the_network_and_its_report_comes_back(
    kannel: Kannel, gateway: GatewayProcess
):
    ends(gateway, kannel, send(gateway, "Water at 4 pm"))
    assert kannel.took()[-1] == f"{CODE} {PERSON} text Water at 4 pm"


def test_a_long_text_arrives_in_parts_and_letters_as_they_are(
    kannel: Kannel, gateway: GatewayProcess
):
    before = len(kannel.took())
    long = "Water at 4 pm, at the school. " * 9
    ends(gateway, kannel, send(gateway, long))
    parts = [line.split(" data ") for line in kannel.took()[before:]]
    assert [head.rpartition(" ")[2][-3:] for head, _ in parts] == ["%01", "%02"]
    joined = b"".join(unquote_to_bytes(text.replace("+", " ")) for _, text in parts)
    assert joined.decode() == long
    ends(gateway, kannel, send(gateway, LETTERS))
    text = kannel.took()[-1].removeprefix(f"{CODE} {PERSON} ucs-2 ")
    assert unquote_to_bytes(text.replace("+", " ")).decode("utf-16-be") == LETTERS


LETTERS = "L\u2019eau \u1230\u120b\u121d \u20ac {x}"
KEPT = "SELECT text FROM inbound ORDER BY id"


def test_what_people_write_is_kept_once_and_answered(kannel: Kannel, gateway: GatewayProcess):
    before = len(kannel.took())
    kannel.network("the road to the market is closed")
    until(lambda: gateway.rows(KEPT), "it is kept", told=kannel.log)
    assert [row["text"] for row in gateway.rows(KEPT)] == ["the road to the market is closed"]
    until(lambda: len(kannel.took()) > before, "an answer", told=kannel.log)
    assert kannel.took()[-1].startswith(f"{CODE} {PERSON} text Thank you.")


def test_what_comes_while_the_gateway_is_down_comes_when_it_is_back(
    kannel: Kannel, gateway: GatewayProcess
):
    gateway.kill()
    kannel.network("is there water today?")
    until(lambda: "ERROR" in kannel.log() or "WARNING" in kannel.log(), "a call that failed")
    gateway.start()
    until(lambda: len(gateway.rows(KEPT)) == 2, "it is kept", 30, kannel.log)
    assert gateway.rows(KEPT)[-1] == {"text": "is there water today?"}


def test_what_is_queued_while_kannel_is_down_goes_when_it_is_back(
    kannel: Kannel, gateway: GatewayProcess
):
    kannel.end()
    id = send(gateway, "Water at 5 pm")
    until(
        lambda: gateway.value("SELECT reason FROM outbox WHERE id = ?", id), "a reason to wait", 20
    )
    kannel.start()
    ends(gateway, kannel, id)
    assert [line for line in kannel.took() if "5 pm" in line] == [
        f"{CODE} {PERSON} text Water at 5 pm"
    ]
