"""Kannel's drive_smpp: the network that Kannel's makers test their own SMPP client with."""

import socket
from collections.abc import Iterator

import pytest

from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until
from tests.peers.fetching import debian, environment
from tests.peers.node_smpp import CODE, KEPT, PERSON
from tests.peers.running import Program, Programs
from tests.surroundings.network import unused_port
from tests.surroundings.reports import cannot_run

MESSAGES = 200
BOX = 13001  # it knows no other


@pytest.fixture(scope="module")
def box() -> Iterator[None]:
    """A port that takes a line and says nothing: drive_smpp looks for a bearerbox there."""
    try:
        door = socket.create_server(("127.0.0.1", BOX))
    except OSError:
        cannot_run("drive_smpp", f"port {BOX} is in use")
    with door:
        yield


@pytest.fixture(scope="module")
def network(programs: Programs, box: None) -> tuple[Program, int]:
    unpacked, port = debian("kannel-extras"), unused_port()
    (path,) = unpacked.rglob("test/drive_smpp")
    words = ["-v", "0", "-p", str(port), "-m", str(MESSAGES)]
    program = programs.start([str(path), *words], environment(unpacked))
    # Not by a look at its port: it ends with the first line that does.
    until(lambda: "Started thread 1" in program.log(), "it listens", told=program.log)
    return program, port


@pytest.fixture(scope="module")
def gateway(make: Make, network: tuple[Program, int]) -> GatewayProcess:
    gateway = make()
    named = {"host": "127.0.0.1", "port": network[1], "system_id": "foo", "password": "bar"}
    # It knows no transceiver, and a receiver may be bound once.
    pairs = [f"--set={key}={value}" for key, value in (named | {"bind": "pair"}).items()]
    words = ("--provider", "smpp", "--address", CODE, "--rate", "1000")
    gateway.command("channel", "add", "mno", *words, *pairs)
    gateway.token = gateway.add_token("field", "operator")
    gateway.start()
    return gateway


def test_all_that_it_tells_is_kept_once(gateway: GatewayProcess, network: tuple[Program, int]):
    until(
        lambda: gateway.value("SELECT count(*) FROM inbound") == MESSAGES,
        "all its messages are kept",
        told=lambda: gateway.log() + network[0].log(),
    )
    texts = [int(row["text"]) for row in gateway.rows(KEPT)]
    assert sorted(texts) == list(range(1, MESSAGES + 1))
    acknowledged = [line for line in network[0].said if "type deliver_sm_resp" in line]
    assert len(acknowledged) == MESSAGES


def test_what_we_send_it_reads_as_it_was_written(
    gateway: GatewayProcess, network: tuple[Program, int]
):
    order = {"to": f"+{PERSON}", "text": "Water @ 4 pm", "channel": "mno"}
    assert gateway.api(gateway.token, "POST", "/messages", order).status == 202
    # "@" is zero in the basic alphabet, and ends the line of its log.
    wanted = "submit_sm: short_message = <Water"
    until(
        lambda: any(wanted in line for line in network[0].said),
        "it is taken",
        told=lambda: gateway.log() + network[0].log(),
    )
