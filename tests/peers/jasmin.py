"""Jasmin from PyPI with Debian's RabbitMQ; the network is the one of our tests."""

import shutil
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.smpp_network import Network, from_person
from tests.journeys.waiting import until
from tests.peers import rabbit
from tests.peers.fetching import pip
from tests.peers.running import Program, Programs, listens
from tests.surroundings.network import unused_port
from tests.surroundings.redis import RedisServer

CODE, PERSON = "8008", "+447700900123"
KEY = "three-rivers-meet-here"
KEPT = "SELECT text FROM inbound ORDER BY id"
USER = ["group -a", "gid aid", "ok", "user -a", "username relief", "password secret"]
USER += ["gid aid", "uid relief", "ok"]
OUT = ("mtrouter -a", "type DefaultRoute", "connector smppc(net)", "rate 0.0", "ok")
IN = ("morouter -a", "type DefaultRoute", "connector http(gateway)", "ok")


@dataclass
class Jasmin:
    """A running Jasmin: its folder, the ports it listens on, and its programs."""

    folder: Path
    ports: dict[str, int]
    programs: list[Program]

    def settings(self, **more: str) -> dict[str, str]:
        url = f"http://127.0.0.1:{self.ports['http-api']}"
        own = {"base_url": url, "username": "relief", "password": "secret", "country": "GB"}
        return own | {"hook_key": KEY, **more}

    def tell(self, lines: Sequence[str]) -> None:
        """Type lines into its console, each after the prompt."""
        with socket.create_connection(("127.0.0.1", self.ports["jcli"]), timeout=10) as console:
            for line in ("", *lines):
                console.sendall(f"{line}\r\n".encode())
                answer = b""
                while not answer.rstrip().endswith((b"jcli :", b">")):
                    answer += console.recv(4096)

    def log(self) -> str:
        return "\n".join(program.log() for program in self.programs)


def sections(folder: Path, ports: dict[str, int], spec: Path) -> str:
    """Return its configuration: everything on loopback, everything in one folder."""
    log, at = folder / "log", {"bind": "127.0.0.1"}
    broker = {"host": "127.0.0.1", "port": ports["amqp"], "spec": spec}
    found: dict[str, dict[str, object]] = {
        "amqp-broker": broker,
        "redis-client": {"host": "127.0.0.1", "port": ports["redis"]},
        "http-api": {**at, "port": ports["http-api"], "access_log": log / "access.log"},
        "jcli": {**at, "port": ports["jcli"], "authentication": "False"},
        "client-management": {**at, "port": ports["clients"], "store_path": folder / "store"},
        "router": {**at, "port": ports["router"], "store_path": folder / "store"},
        "smpp-server": {**at, "port": ports["server"]},
        "smpp-server-pb": {**at, "port": ports["server-pb"]},
    }
    for name in ("deliversm-thrower", "dlr-thrower", "dlr", "sm-listener", "service-smppclient"):
        found[name] = {}
    for name in ("deliversm-thrower", "dlr-thrower"):
        found[name] = {"max_retries": 10000, "retry_delay": 1}
    for name, values in found.items():
        values.setdefault("log_level", "ERROR")
        values.setdefault("log_file", log / f"{name}.log")
    pairs = {name: "\n".join(f"{k} = {v}" for k, v in own.items()) for name, own in found.items()}
    return "\n\n".join(f"[{name}]\n{text}" for name, text in pairs.items())


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with Network() as network:
        yield network


@pytest.fixture(scope="module")
def gateway(make: Make) -> GatewayProcess:
    gateway = make()
    gateway.token = gateway.add_token("field", "operator")
    return gateway


@pytest.fixture(scope="module")
def jasmin(
    programs: Programs, gateway: GatewayProcess, network: Network, redis_server: RedisServer
) -> Jasmin:
    folder, venv = programs.folder, pip("jasmin", "0.11.1")
    names = ("http-api", "jcli", "clients", "router", "server", "server-pb")
    ports = {name: unused_port() for name in names}
    ports |= {"amqp": rabbit.start(programs), "redis": redis_server.port}
    (spec,) = venv.rglob("amqp0-9-1.stripped.xml")
    for name in ("log", "store", "etc/jasmin/resource"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    shutil.copy(spec, folder / "etc/jasmin/resource/amqp0-9-1.xml")
    conf = folder / "jasmin.cfg"
    conf.write_text(sections(folder, ports, spec), encoding="ascii")
    env = {"ROOT_PATH": str(folder), "LOG_PATH": str(folder / "log"), "TZ": "UTC"}
    words = [str(venv / "bin/python"), str(venv / "bin/jasmind.py"), "-c", str(conf)]
    started = [programs.start([*words, "-u", "jcliadmin", "-p", "jclipwd"], env)]
    jasmin = Jasmin(folder, ports, started)
    for name in ("jcli", "http-api"):
        until(partial(listens, ports[name]), f"{name} listens", 40, jasmin.log)
    words[1] = str(venv / "bin/deliversmd.py")
    started.append(programs.start(words, env))
    provision(jasmin, gateway, network)
    gateway.add_channel("relief", "jasmin", jasmin, CODE)
    gateway.start()
    return jasmin


def provision(jasmin: Jasmin, gateway: GatewayProcess, network: Network) -> None:
    line = ["smppccm -a", "cid net", "host 127.0.0.1", f"port {network.port}", "username relief"]
    line += [f"password {network.password}", "submit_throughput 0", "con_fail_delay 1", "ok"]
    url = f"{gateway.hook('relief')}?key={KEY}"
    hook = ("httpccm -a", "cid gateway", f"url {url}", "method POST", "ok")
    jasmin.tell([*USER, *line, *hook, *OUT, *IN, "smppccm -1 net", "persist"])
    until(lambda: network.bound, "Jasmin is bound", 30, jasmin.log)


def send(gateway: GatewayProcess, text: str) -> int:
    order = {"to": PERSON, "text": text, "channel": "relief"}
    reply = gateway.api(gateway.token, "POST", "/messages", order)
    assert reply.status == 202, reply
    return int(reply.json["messages"][0]["id"].removeprefix("out-"))


def test_the_channel_asks_for_its_balance(gateway: GatewayProcess, jasmin: Jasmin):
    gateway.command("channel", "test", "relief")


@pytest.mark.parametrize(
    "text, octets",
    [
        ("Water @ 4 pm", b"Water \0 4 pm"),
        ("\u1230\u120b\u121d", "\u1230\u120b\u121d".encode("utf-16-be")),
    ],
)
def test_a_text_reaches_the_network(
    gateway: GatewayProcess, jasmin: Jasmin, network: Network, text: str, octets: bytes
):
    before = len(network.submitted)
    id = send(gateway, text)
    until(lambda: len(network.submitted) > before, "it is sent", 60, jasmin.log)
    assert network.submitted[-1].text == octets
    assert network.submitted[-1].to[2].removeprefix("+") == PERSON.removeprefix("+")
    until(lambda: gateway.value("SELECT state FROM outbox WHERE id = ?", id) == "sent", "sent")
    assert len(network.submitted) == before + 1


def test_why_no_receipt_comes_is_in_their_own_log(
    gateway: GatewayProcess, jasmin: Jasmin, network: Network
):
    """Once this fails they have mended it: try receipts then."""
    before = len(network.submitted)
    send(gateway, "Water at 6 pm")
    until(lambda: len(network.submitted) > before, "it is sent", 60, jasmin.log)
    log = jasmin.folder / "log" / "sm-listener.log"
    wrong = "'SubmitSM' object has no attribute 'response'"
    until(lambda: log.exists() and wrong in log.read_text(), "their own fault", told=jasmin.log)


def test_what_people_write_is_kept_and_answered(
    gateway: GatewayProcess, jasmin: Jasmin, network: Network
):
    text, before = "the road is closed, km 4", len(network.submitted)
    assert network.deliver(from_person(PERSON, text)).status == 0
    until(lambda: {"text": text} in gateway.rows(KEPT), "it is kept", 30, jasmin.log)
    until(lambda: len(network.submitted) > before, "it is answered", 60, jasmin.log)
