"""A network made with node-smpp: another author's reading of SMPP 3.4, on the other end."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until
from tests.peers.fetching import npm
from tests.peers.running import Program, Programs
from tests.surroundings.reports import cannot_run

CODE, PERSON = "8008", "447700900123"
THROTTLED = 0x58
KEPT = "SELECT text FROM inbound ORDER BY id"


@dataclass
class Network:
    """The network's process, as a provider of a channel."""

    program: Program
    port: int

    def settings(self, **more: str) -> dict[str, str]:
        own = {"host": "127.0.0.1", "port": str(self.port), "system_id": "relief"}
        return own | {"password": "secret", "pause": "0.2", "country": "GB", **more}

    def taken(self) -> list[dict[str, Any]]:
        return list(self.program.ask(do="taken")["taken"])

    def bound(self) -> int:
        return int(self.program.ask(do="taken")["bound"])

    def deliver(self, **pdu: Any) -> int:
        """Tell the gateway a message; return the status it answered."""
        whom = {"source_addr": PERSON, "source_addr_ton": 1, "source_addr_npi": 1}
        told = whom | {"destination_addr": CODE, **pdu}
        return int(self.program.ask(do="deliver", pdu=told)["status"])


@pytest.fixture(scope="module")
def network(programs: Programs) -> Network:
    if not shutil.which("node"):
        cannot_run("node-smpp", "no node on PATH")
    modules = npm("smpp", "0.5.1") / "node_modules"
    script = Path(__file__).with_suffix(".js")
    copy = programs.folder / script.name  # beside what it asks for
    shutil.copy(script, copy)
    (programs.folder / "node_modules").symlink_to(modules)
    program = programs.start(["node", str(copy)])
    return Network(program, program.answer()["port"])


@pytest.fixture(scope="module")
def gateway(make: Make, network: Network) -> GatewayProcess:
    gateway = make()
    gateway.add_channel("mno", "smpp", network, CODE)
    gateway.command("channel", "set", "mno", "--rate", "1000")
    gateway.token = gateway.add_token("field", "operator")
    gateway.start()
    until(lambda: network.bound() == 1, "it is bound", told=gateway.log)
    return gateway


def send(gateway: GatewayProcess, text: str, to: str = PERSON, **more: str) -> int:
    order = {"to": f"+{to}", "text": text, "channel": "mno", **more}
    reply = gateway.api(gateway.token, "POST", "/messages", order)
    assert reply.status == 202, reply
    return int(reply.json["messages"][0]["id"].removeprefix("out-"))


def delivered(gateway: GatewayProcess, id: int) -> None:
    sql = "SELECT state FROM outbox WHERE id = ?"
    until(lambda: gateway.value(sql, id) == "delivered", "delivered", 20, gateway.log)


LATIN = "Water @ 4 pm [school] \u20ac2"
WIDE = "\u0627\u0644\u0645\u0627\u0621 \u1230\u120b\u121d \U0001f6b0"
LONG = ["Water at 4 pm, at the school. " * 12, "\u0928\u0926\u0940 \u0915\u093e " * 24]
PIECES = ["the well at the market has been dry since Monday, ", "the other is not safe"]


@pytest.mark.parametrize("text, coding", [(LATIN, 0), (WIDE, 8)])
def test_a_text_is_read_as_it_was_written_and_its_receipt_comes_back(
    gateway: GatewayProcess, network: Network, text: str, coding: int
):
    delivered(gateway, send(gateway, text))
    taken = network.taken()[-1]
    assert (taken["source"], taken["to"]) == (CODE, PERSON)
    assert (taken["text"], taken["coding"], taken["udh"]) == (text, coding, "")


@pytest.mark.parametrize("text", LONG)
def test_a_long_text_comes_in_parts_that_join(gateway: GatewayProcess, network: Network, text: str):
    before = len(network.taken())
    delivered(gateway, send(gateway, text))
    parts = network.taken()[before:]
    assert "".join(part["text"] for part in parts) == text
    headers = [bytes.fromhex(part["udh"]) for part in parts]
    assert [header[-1] for header in headers] == list(range(1, len(parts) + 1))
    assert {header[-2] for header in headers} == {len(parts)}


def test_an_emergency_is_marked_and_ends(gateway: GatewayProcess, network: Network):
    at = "2099-01-01T00:00:00+00:00"
    delivered(gateway, send(gateway, "Go to high ground", **{"class": "emergency", "expires": at}))
    taken = network.taken()[-1]
    assert (taken["priority"], taken["validity"]) == (3, True)


def test_what_people_write_is_kept_and_answered(gateway: GatewayProcess, network: Network):
    before = len(network.taken())
    texts = ["the road is closed {today} @ km 4", "\u092a\u093e\u0928\u0940 \u091b\u0948\u0928"]
    for text in texts:
        assert network.deliver(words=text) == 0
    assert [row["text"] for row in gateway.rows(KEPT)] == texts
    until(lambda: len(network.taken()) >= before + 2, "answers", told=gateway.log)


def test_a_long_text_of_a_person_is_joined(gateway: GatewayProcess, network: Network):
    for number, words in reversed(list(enumerate(PIECES, start=1))):
        assert network.deliver(words=words, udh=f"050003aa02{number:02x}", esm_class=0x40) == 0
    whole = "".join(PIECES)
    until(lambda: gateway.rows(KEPT)[-1] == {"text": whole}, "it is joined", told=gateway.log)


def test_a_ussd_session_shows_its_screens(gateway: GatewayProcess, network: Network):
    def screens() -> list[dict[str, Any]]:
        return [one for one in network.taken() if one["service"] == "USSD"]

    step: dict[str, Any] = {"service_type": "USSD", "session": "1200"}
    assert network.deliver(words="*404#", ussd_service_op=0x01, **step) == 0
    until(lambda: len(screens()) == 1, "a screen", told=gateway.log)
    assert (screens()[0]["ussd"], screens()[0]["session"]) == (0x02, "1200")
    assert network.deliver(words="0", ussd_service_op=0x12, **step) == 0
    until(lambda: len(screens()) == 2, "the end", told=gateway.log)
    assert screens()[1]["ussd"] == 0x11


def test_a_network_that_throttles_gets_it_later(gateway: GatewayProcess, network: Network):
    network.program.ask(do="judge", statuses=[THROTTLED, THROTTLED])
    before = len(network.taken())
    delivered(gateway, send(gateway, "Water at 6 pm"))
    assert [one["text"] for one in network.taken()[before:]] == ["Water at 6 pm"]


def test_a_line_that_breaks_is_bound_again(gateway: GatewayProcess, network: Network):
    network.program.ask(do="cut")
    until(lambda: network.bound() == 1, "it is bound again", told=gateway.log)
    delivered(gateway, send(gateway, "Water at 7 pm"))


def test_a_thousand_messages_go_once(gateway: GatewayProcess, network: Network):
    before = len(network.taken())
    people = [f"+447700900{number:03}" for number in range(1000)]
    order = {"to": people, "text": "Boil the water", "channel": "mno"}
    assert gateway.api(gateway.token, "POST", "/messages", order).status == 202
    sql = "SELECT count(*) FROM outbox WHERE text = 'Boil the water' AND state = 'delivered'"
    until(lambda: gateway.value(sql) == 1000, "all delivered", 60, gateway.log)
    assert sorted(f"+{one['to']}" for one in network.taken()[before:]) == people
